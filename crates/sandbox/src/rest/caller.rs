//! Under which role a request runs: the bearer token's, or else the API key's.

use axum::http::HeaderMap;
use serde_json::Value;
use tokio_postgres::Transaction;

use super::error::RestError;
use crate::{auth::bearer_token, jwt::BadToken, state::Sandbox};

/// The roles that a token may name.
const ROLES: [&str; 3] = ["anon", "authenticated", "service_role"];

/// A request's role and claims.
pub(crate) struct Caller {
    pub role: &'static str,
    claims: Value,
}

impl Caller {
    pub(crate) fn of(sandbox: &Sandbox, headers: &HeaderMap) -> Result<Self, RestError> {
        let key = headers.get("apikey").and_then(|key| key.to_str().ok());
        let token = bearer_token(headers).or(key).ok_or_else(RestError::no_key)?;
        let claims = sandbox.read_token(token).map_err(|bad| match bad {
            BadToken::Expired => RestError::new(401, "PGRST303", "JWT expired"),
            BadToken::Malformed | BadToken::Signature => {
                RestError::new(401, "PGRST301", "No suitable key or wrong key type")
            }
        })?;
        let named = claims.get("role").and_then(Value::as_str).unwrap_or("anon");
        let role = ROLES.into_iter().find(|role| *role == named);
        let role = role.ok_or_else(|| RestError::new(401, "22023", format!("role \"{named}\" does not exist")))?;
        Ok(Self { role, claims })
    }

    /// From here on the transaction is the caller's.
    pub(crate) async fn enter(&self, tx: &Transaction<'_>) -> Result<(), tokio_postgres::Error> {
        tx.execute(
            "select set_config('search_path', 'public', true), set_config('request.jwt.claims', $1, true), set_config('role', $2, true)",
            &[&self.claims.to_string(), &self.role],
        )
        .await
        .map(drop)
    }
}
