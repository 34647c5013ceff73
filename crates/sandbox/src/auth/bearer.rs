//! Who calls: the bearer token, checked in upstream's order (wire reference, section 0, "Auth middleware").

use axum::http::{HeaderMap, header};
use serde_json::Value;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{
    error::ApiError,
    users::{self, User},
};
use crate::state::Sandbox;

/// A signed-in caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub user: User,
    /// Absent when the token carries none; then no session is asked for.
    pub session_id: Option<Uuid>,
}

/// The claims of the bearer token.
pub(crate) fn claims(sandbox: &Sandbox, headers: &HeaderMap) -> Result<Value, ApiError> {
    let token = token(headers)
        .ok_or_else(|| ApiError::new(401, "no_authorization", "This endpoint requires a valid Bearer token"))?;
    sandbox.read_token(token).map_err(|bad| {
        let message = format!("invalid JWT: unable to parse or verify signature, {}", bad.words());
        ApiError::new(403, "bad_jwt", message)
    })
}

/// Claims to a user who exists and a session that lives.
pub(crate) async fn caller(tx: &Transaction<'_>, claims: &Value, now: f64) -> Result<Caller, ApiError> {
    let sub = claims.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty());
    let sub = sub.ok_or_else(|| ApiError::new(403, "bad_jwt", "invalid claim: missing sub claim"))?;
    let user_id =
        Uuid::parse_str(sub).map_err(|_| ApiError::new(400, "bad_jwt", "invalid claim: sub claim must be a UUID"))?;
    let user = users::by_id(tx, user_id)
        .await?
        .ok_or_else(|| ApiError::new(403, "user_not_found", "User from sub claim in JWT does not exist"))?;
    let session_id = claims.get("session_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    let session_id = session_id.filter(|id| !id.is_nil());
    if let Some(id) = session_id
        && tx.query_opt("select 1 from auth.sessions where id = $1", &[&id]).await?.is_none()
    {
        return Err(ApiError::new(403, "session_not_found", "Session from session_id claim in JWT does not exist"));
    }
    if user.is_banned(now) {
        return Err(ApiError::new(403, "user_banned", "User is banned"));
    }
    Ok(Caller { user, session_id })
}

/// The token of `Authorization: Bearer`: the scheme in any case, exactly one space, no white space in the token.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let usable = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(char::is_whitespace);
    usable.then_some(token)
}
