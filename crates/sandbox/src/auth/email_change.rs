//! A change of address: asked for by `PUT /user`, completed by `POST /verify` (wire reference, sections 3 and 4).

use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{error::ApiError, otp};
use crate::{inbox, state::Sandbox};

/// Takes the wish for `email`: a code goes there, or the change is made at once where no confirmation is asked of guests.
pub(crate) async fn request(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    email: &str,
) -> Result<(), ApiError> {
    let row = tx
        .query_one(
            "select coalesce(email, ''), is_anonymous, extract(epoch from email_change_sent_at)::float8 from auth.users where id = $1",
            &[&user_id],
        )
        .await?;
    let (current, is_anonymous, sent): (String, bool, Option<f64>) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if current == email {
        return Ok(());
    }
    if tx.query_opt("select 1 from auth.users where email = $1 and id <> $2", &[&email, &user_id]).await?.is_some() {
        return Err(ApiError::new(422, "email_exists", "A user with this email address has already been registered"));
    }
    if is_anonymous && !sandbox.config.auth.email.enable_confirmations {
        return complete(sandbox, tx, user_id, email).await;
    }
    let (now, pause) = (sandbox.clock.now(), sandbox.config.auth.email.max_frequency.as_secs_f64());
    if let Some(wait) = sent.map(|sent| sent + pause - now).filter(|wait| *wait > 0.0) {
        let message = format!("For security purposes, you can only request this after {} seconds.", wait.trunc());
        return Err(ApiError::new(429, "over_email_send_rate_limit", message));
    }
    let code = otp::generate(sandbox.config.auth.email.otp_length);
    let hash = otp::hash(email, &code);
    tx.execute(
        "update auth.users set email_change = $2, email_change_token_new = $3, email_change_sent_at = to_timestamp($4),
             email_change_confirm_status = 0, updated_at = to_timestamp($4) where id = $1",
        &[&user_id, &email, &hash, &now],
    )
    .await?;
    tx.execute(
        "insert into auth.one_time_tokens (user_id, token_type, token_hash, relates_to)
         values ($1, 'email_change_token_new', $2, $3)
         on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, relates_to = excluded.relates_to",
        &[&user_id, &hash, &email],
    )
    .await?;
    inbox::deliver(tx, email, inbox::Kind::EmailChange, &code, now).await?;
    Ok(())
}

/// The user whose change of address this hash completes, with the address; only while the code lives.
pub(crate) async fn find(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    hash: &str,
) -> Result<Option<(Uuid, String)>, ApiError> {
    let row = tx
        .query_opt(
            "select u.id, u.email_change from auth.one_time_tokens t join auth.users u on u.id = t.user_id
             where t.token_type = 'email_change_token_new' and t.token_hash = $1
                 and u.email_change_sent_at + make_interval(secs => $2) > to_timestamp($3)",
            &[&hash, &f64::from(sandbox.config.auth.email.otp_expiry), &sandbox.clock.now()],
        )
        .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// Makes the change: identity, address, no longer anonymous. The user id stays.
pub(crate) async fn complete(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    email: &str,
) -> Result<(), ApiError> {
    let now = sandbox.clock.now();
    tx.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
         values ($1::uuid::text, $1::uuid, jsonb_build_object('sub', $1::uuid, 'email', $2::text, 'email_verified', true, 'phone_verified', false),
             'email', to_timestamp($3), to_timestamp($3), to_timestamp($3))
         on conflict (provider_id, provider) do update set identity_data = excluded.identity_data, updated_at = excluded.updated_at",
        &[&user_id, &email, &now],
    )
    .await?;
    tx.execute(
        "update auth.users set email = $2, email_confirmed_at = coalesce(email_confirmed_at, to_timestamp($3)),
             raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{\"email_verified\": true}',
             email_change = '', email_change_token_new = '', email_change_token_current = '', email_change_confirm_status = 0,
             is_anonymous = false, updated_at = to_timestamp($3) where id = $1",
        &[&user_id, &email, &now],
    )
    .await?;
    tx.execute("delete from auth.one_time_tokens where user_id = $1", &[&user_id]).await?;
    Ok(())
}

/// `provider` and `providers` from the identities, oldest first. Verifying does this; a change without a code does not.
pub(crate) async fn recompute_providers(tx: &Transaction<'_>, user_id: Uuid) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users u set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || (
             select jsonb_build_object('provider', (array_agg(provider order by created_at))[1],
                 'providers', jsonb_agg(provider order by created_at))
             from auth.identities i where i.user_id = u.id)
         where id = $1",
        &[&user_id],
    )
    .await?;
    Ok(())
}
