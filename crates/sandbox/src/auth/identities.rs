//! Identities: by which ways a user may come in (wire reference, sections 0 and 8).

use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::error::ApiError;
use crate::state::Sandbox;

/// What an identity of the user's own making (address or number) says about them.
pub(crate) fn claims(user_id: Uuid, email: &str, email_verified: bool, phone_verified: bool) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(user_id));
    if !email.is_empty() {
        claims.insert("email".to_owned(), json!(email));
    }
    claims.insert("email_verified".to_owned(), json!(email_verified));
    claims.insert("phone_verified".to_owned(), json!(phone_verified));
    claims
}

pub(crate) async fn create(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    provider: &str,
    provider_id: &str,
    data: Map<String, Value>,
) -> Result<(), ApiError> {
    tx.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
         values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($5), to_timestamp($5))",
        &[&provider_id, &user_id, &Value::Object(data), &provider, &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

/// Whether the user has their own identity of this provider (`email` or `phone`).
pub(crate) async fn has_own(tx: &Transaction<'_>, user_id: Uuid, provider: &str) -> Result<bool, ApiError> {
    let own = "select 1 from auth.identities where user_id = $1 and provider = $2 and provider_id = $1::text";
    Ok(tx.query_opt(own, &[&user_id, &provider]).await?.is_some())
}

/// Makes the user's own identity of this provider, or brings it up to date.
pub(crate) async fn put_own(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    provider: &str,
    data: Map<String, Value>,
) -> Result<(), ApiError> {
    if !has_own(tx, user_id, provider).await? {
        return create(sandbox, tx, user_id, provider, &user_id.to_string(), data).await;
    }
    tx.execute(
        "update auth.identities set identity_data = identity_data || $3, updated_at = to_timestamp($4)
         where user_id = $1 and provider = $2 and provider_id = $1::text",
        &[&user_id, &provider, &Value::Object(data), &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

/// Identities that carry the user's own address are verified with it.
pub(crate) async fn verify_email(sandbox: &Sandbox, tx: &Transaction<'_>, user_id: Uuid) -> Result<(), ApiError> {
    tx.execute(
        "update auth.identities i set identity_data = identity_data || '{\"email_verified\": true}', updated_at = to_timestamp($2)
         from auth.users u where u.id = $1 and i.user_id = u.id and i.email = u.email",
        &[&user_id, &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

/// `provider` and `providers` from the identities, oldest first. Verifying does this; a change without a code does not.
pub(crate) async fn recompute_providers(tx: &Transaction<'_>, user_id: Uuid) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users u set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || (
             select jsonb_strip_nulls(jsonb_build_object('provider', (array_agg(provider order by first))[1]))
                 || jsonb_build_object('providers', coalesce(jsonb_agg(provider order by first), '[]'))
             from (select provider, min(created_at) as first from auth.identities where user_id = $1 group by provider) p)
         where id = $1",
        &[&user_id],
    )
    .await?;
    Ok(())
}
