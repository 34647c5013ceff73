//! Issuing sessions: rows, refresh tokens and the answer that carries both (wire reference, sections 0, 2 and 6).

use std::net::IpAddr;

use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use rand::RngExt;
use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{error::ApiError, request::Request};
use crate::state::Sandbox;

/// Letters of a refresh token: lower-case base32.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Length of a refresh token.
pub(crate) const TOKEN_LENGTH: usize = 12;

/// Where a session comes from.
pub(crate) struct Origin {
    ip: IpAddr,
    user_agent: String,
}

impl Origin {
    pub(crate) fn new(ip: IpAddr, headers: &HeaderMap) -> Self {
        let user_agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Self { ip, user_agent }
    }
}

/// A new session of `user_id`, signed in by `method`.
async fn create(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    method: &str,
    origin: &Origin,
) -> Result<(Uuid, String), ApiError> {
    let (session, now) = (Uuid::new_v4(), sandbox.clock.now());
    tx.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
         values ($1, $2, to_timestamp($3), to_timestamp($3), 'aal1', $4, ($5::text)::inet)",
        &[&session, &user_id, &now, &origin.user_agent, &origin.ip.to_string()],
    )
    .await?;
    tx.execute(
        "insert into auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method)
         values ($1, to_timestamp($2), to_timestamp($2), $3)",
        &[&session, &now, &method],
    )
    .await?;
    tx.execute("update auth.users set last_sign_in_at = to_timestamp($2) where id = $1", &[&user_id, &now]).await?;
    let token = add_token(sandbox, tx, user_id, session, None).await?;
    Ok((session, token))
}

/// A new refresh token of a session, the successor of `parent`.
pub(crate) async fn add_token(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    session: Uuid,
    parent: Option<&str>,
) -> Result<String, ApiError> {
    let token = random_token();
    tx.execute(
        "insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
         values ('00000000-0000-0000-0000-000000000000', $1, $2, false, to_timestamp($3), to_timestamp($3), $4, $5)",
        &[&token, &user_id.to_string(), &sandbox.clock.now(), &parent, &session],
    )
    .await?;
    Ok(token)
}

fn random_token() -> String {
    let mut rng = rand::rng();
    (0..TOKEN_LENGTH).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}

/// The answer to everything that signs in: tokens and user.
pub(crate) struct SignedIn {
    user_id: Uuid,
    session: Uuid,
    pub body: Value,
}

impl IntoResponse for SignedIn {
    fn into_response(self) -> Response {
        let headers = [("sb-auth-user-id", self.user_id.to_string()), ("sb-auth-session-id", self.session.to_string())];
        (headers, Json(self.body)).into_response()
    }
}

/// Begins a session and answers with it.
pub(crate) async fn sign_in(
    request: &Request,
    tx: &Transaction<'_>,
    user_id: Uuid,
    method: &str,
) -> Result<SignedIn, ApiError> {
    let (session, token) = create(&request.sandbox, tx, user_id, method, &request.origin()).await?;
    answer(&request.sandbox, tx, user_id, session, &token).await
}

/// Tokens for a session, and the user.
pub(crate) async fn answer(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    session: Uuid,
    refresh_token: &str,
) -> Result<SignedIn, ApiError> {
    let row = tx
        .query_one(
            "select sandbox.user_json(u)::text, sandbox.claims_json(u, $2)::text from auth.users u where id = $1",
            &[&user_id, &session],
        )
        .await?;
    let (user, mut claims) = (json_column(&row, 0)?, json_column(&row, 1)?);
    let issued = sandbox.early_ends.issue(session, sandbox.clock.now_seconds());
    let lifetime = sandbox.config.auth.jwt_expiry;
    let issuer = &sandbox.config.auth.jwt_issuer;
    claims["iss"] = if issuer.is_empty() { format!("{}auth/v1", sandbox.url) } else { issuer.clone() }.into();
    claims["iat"] = issued.into();
    claims["exp"] = (issued + lifetime).into();
    let token = sandbox
        .jwt
        .sign(&claims)
        .ok_or_else(|| ApiError::new(500, "unexpected_failure", "error generating jwt token"))?;
    let body = json!({
        "access_token": token, "token_type": "bearer", "expires_in": lifetime, "expires_at": issued + lifetime,
        "refresh_token": refresh_token, "user": user,
    });
    Ok(SignedIn { user_id, session, body })
}

/// The user as the API shows them.
pub(crate) async fn user_json(tx: &Transaction<'_>, user_id: Uuid) -> Result<Value, ApiError> {
    json_column(
        &tx.query_one("select sandbox.user_json(u)::text from auth.users u where id = $1", &[&user_id]).await?,
        0,
    )
}

/// A column that holds JSON as text.
pub(crate) fn json_column(row: &tokio_postgres::Row, index: usize) -> Result<Value, ApiError> {
    let text: String = row.try_get(index)?;
    serde_json::from_str(&text).map_err(|_| ApiError::new(500, "unexpected_failure", "Database error"))
}
