//! `POST /signup` (wire reference, section 1): guests for now; addresses and passwords answer as if their provider were off.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    body,
    error::{ApiError, Format, respond},
    sessions::{self, Origin},
};
use crate::{limits::Bucket, state::Sandbox};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    data: Option<serde_json::Map<String, Value>>,
}

pub(crate) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    format: Format,
    body: Bytes,
) -> Response {
    respond(format, sign_up(&sandbox, peer, &headers, &body).await)
}

async fn sign_up(
    sandbox: &Sandbox,
    peer: SocketAddr,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let body: Body = body::parse(body)?;
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    if given(&body.email) {
        return Err(ApiError::new(400, "email_provider_disabled", "Email signups are disabled"));
    }
    if given(&body.phone) {
        return Err(ApiError::new(400, "phone_provider_disabled", "Phone signups are disabled"));
    }
    anonymous(sandbox, &Origin::new(peer.ip(), headers), peer, body.data.unwrap_or_default()).await
}

/// In upstream's order: the flag, the bucket, then whether anybody may sign up.
async fn anonymous(
    sandbox: &Sandbox,
    origin: &Origin,
    peer: SocketAddr,
    data: serde_json::Map<String, Value>,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let auth = &sandbox.config.auth;
    if !auth.enable_anonymous_sign_ins {
        return Err(ApiError::new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"));
    }
    if !sandbox.draw(Bucket::Anonymous, peer.ip()) {
        return Err(ApiError::over_request_rate_limit());
    }
    if !auth.enable_signup {
        return Err(ApiError::new(422, "signup_disabled", "Signups not allowed for this instance"));
    }
    let user_id = Uuid::new_v4();
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    tx.execute(
        "insert into auth.users (id, aud, role, encrypted_password, confirmation_token, recovery_token, email_change_token_new,
             email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous)
         values ($1, 'authenticated', 'authenticated', '', '', '', '', '', '{}', $2, to_timestamp($3), to_timestamp($3), true)",
        &[&user_id, &Value::Object(data), &sandbox.clock.now()],
    )
    .await?;
    let (session, token) = sessions::create(sandbox, &tx, user_id, "anonymous", origin).await?;
    let answer = sessions::answer(sandbox, &tx, user_id, session, &token).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The database did not open.
pub(crate) fn unavailable(cause: String) -> ApiError {
    ApiError::new(503, "unexpected_failure", cause)
}
