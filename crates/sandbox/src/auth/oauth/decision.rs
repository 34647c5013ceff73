//! Whose account a provider's account is (wire reference, section 8.7). It guards against those who sign up with another's
//! address first: whatever an unconfirmed stranger left is wiped when the owner comes.

use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Outcome, Request, Told};
use crate::{
    auth::{
        identities,
        mailer::{Letter, Mailer},
        registration::check_open,
        users::{self, New, User},
    },
    state::Sandbox,
};

/// What is to be done with a provider's account.
enum Decision {
    /// It was here before.
    Known(User),
    /// Somebody with the same, verified address.
    Link(User),
    /// Nobody; with this address, if it is free.
    Create { email: String },
}

/// Signs in whoever the provider says it is.
pub(crate) async fn sign_in(
    request: &Request,
    tx: &Transaction<'_>,
    told: &Told,
    referrer: &str,
) -> Result<Outcome, ApiError> {
    let sandbox = &request.sandbox;
    let (user, mailed_to) = match decide(sandbox, tx, told).await? {
        Decision::Known(user) => {
            update_identity(sandbox, tx, told).await?;
            users::merge_metadata(sandbox, tx, user.id, "raw_user_meta_data", told.claims.clone()).await?;
            identities::recompute_providers(tx, user.id).await?;
            let email = user.email.clone();
            (user, email)
        }
        Decision::Link(user) => {
            identities::create(sandbox, tx, user.id, told.provider, &told.sub, told.claims.clone()).await?;
            users::merge_metadata(sandbox, tx, user.id, "raw_user_meta_data", told.claims.clone()).await?;
            identities::recompute_providers(tx, user.id).await?;
            (user, told.email.clone())
        }
        Decision::Create { email } => {
            check_open(sandbox)?;
            (create(sandbox, tx, told, &email).await?, email)
        }
    };
    if user.is_banned(sandbox.clock.now()) {
        return Err(ApiError::new(403, "user_banned", "User is banned"));
    }
    if user.email_confirmed_at.is_some() {
        return Ok(Outcome::User(user.id));
    }
    wipe_strangers(tx, &user, told).await?;
    if told.verified && !mailed_to.is_empty() || !sandbox.config.auth.email.enable_confirmations {
        users::confirm_email(sandbox, tx, user.id).await?;
        return Ok(Outcome::User(user.id));
    }
    let name = told.provider;
    let message = if mailed_to.is_empty() {
        format!("Unverified email with {name}. Verify the email with {name} in order to sign in")
    } else {
        let mailer = Mailer { sandbox, tx, redirect_to: referrer, pkce: false };
        mailer.send(&users::must(tx, user.id).await?, Letter::SignUp).await?;
        format!("Unverified email with {name}. A confirmation email has been sent to your {name} email")
    };
    Ok(Outcome::Refused(ApiError::new(422, "provider_email_needs_verification", message)))
}

async fn decide(sandbox: &Sandbox, tx: &Transaction<'_>, told: &Told) -> Result<Decision, ApiError> {
    if let Some(user_id) = owner(tx, told).await? {
        return users::must(tx, user_id).await.map(Decision::Known);
    }
    let trusted = told.verified || !sandbox.config.auth.email.enable_confirmations;
    if told.email.is_empty() || !trusted {
        let taken = !told.email.is_empty() && users::holder_of_email(tx, &told.email, None).await?.is_some();
        return Ok(Decision::Create { email: if taken { String::new() } else { told.email.clone() } });
    }
    let with_identity = "select distinct user_id from auth.identities where email = $1 limit 2";
    let rows = tx.query(with_identity, &[&told.email]).await?;
    match rows.as_slice() {
        [] => Ok(match users::by_email(tx, &told.email).await? {
            Some(user) => Decision::Link(user),
            None => Decision::Create { email: told.email.clone() },
        }),
        [row] => users::must(tx, row.try_get(0)?).await.map(Decision::Link),
        _ => {
            let message = "Multiple accounts with the same email address in the same linking domain detected: default";
            Err(ApiError::new(500, "unexpected_failure", message))
        }
    }
}

/// Who has this account of the provider already.
pub(super) async fn owner(tx: &Transaction<'_>, told: &Told) -> Result<Option<Uuid>, ApiError> {
    let owner = "select user_id from auth.identities where provider = $1 and provider_id = $2";
    let row = tx.query_opt(owner, &[&told.provider, &told.sub]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

async fn update_identity(sandbox: &Sandbox, tx: &Transaction<'_>, told: &Told) -> Result<(), ApiError> {
    tx.execute(
        "update auth.identities set identity_data = $3, last_sign_in_at = to_timestamp($4), updated_at = to_timestamp($4)
         where provider = $1 and provider_id = $2",
        &[&told.provider, &told.sub, &Value::Object(told.claims.clone()), &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

async fn create(sandbox: &Sandbox, tx: &Transaction<'_>, told: &Told, email: &str) -> Result<User, ApiError> {
    let new = New {
        email: (!email.is_empty()).then_some(email),
        app_metadata: users::app_metadata(told.provider),
        user_metadata: told.claims.clone(),
        ..New::default()
    };
    let id = users::create(sandbox, tx, new).await?;
    identities::create(sandbox, tx, id, told.provider, &told.sub, told.claims.clone()).await?;
    users::must(tx, id).await
}

/// The user is unconfirmed, so nothing of them can be trusted but what the provider says now.
async fn wipe_strangers(tx: &Transaction<'_>, user: &User, told: &Told) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users set encrypted_password = '', raw_user_meta_data = $2, raw_app_meta_data = $3 where id = $1",
        &[
            &user.id,
            &Value::Object(told.claims.clone()),
            &json!({ "provider": told.provider, "providers": [told.provider] }),
        ],
    )
    .await?;
    tx.execute(
        "delete from auth.identities where user_id = $1 and not (provider = $2 and provider_id = $3)",
        &[&user.id, &told.provider, &told.sub],
    )
    .await?;
    Ok(())
}

/// Somebody follows an invitation by way of a provider: the address must be the one that was invited.
pub(super) async fn accept_invitation(
    request: &Request,
    tx: &Transaction<'_>,
    token: &str,
    told: &Told,
) -> Result<Outcome, ApiError> {
    let sandbox = &request.sandbox;
    let invited = "select id from auth.users where confirmation_token = $1 and invited_at is not null";
    let row = tx.query_opt(invited, &[&token]).await?;
    let row = row.ok_or_else(|| ApiError::new(404, "user_not_found", "User identified by token not found"))?;
    let user = users::must(tx, row.try_get(0)?).await?;
    if user.email != told.email {
        return Err(ApiError::validation("Invited email does not match emails from external provider"));
    }
    identities::create(sandbox, tx, user.id, told.provider, &told.sub, told.claims.clone()).await?;
    users::merge_metadata(sandbox, tx, user.id, "raw_user_meta_data", told.claims.clone()).await?;
    identities::recompute_providers(tx, user.id).await?;
    let provider = Map::from_iter([("provider".to_owned(), json!(told.provider))]);
    users::merge_metadata(sandbox, tx, user.id, "raw_app_meta_data", provider).await?;
    users::confirm_email(sandbox, tx, user.id).await?;
    Ok(Outcome::User(user.id))
}
