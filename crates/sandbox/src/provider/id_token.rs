//! ID tokens (OpenID Connect), as an app gets them from a provider's own software on the device. Here it asks for one.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Provider,
    account::{self, Address},
    refuse,
};
use crate::{jwt::Jwt, state::Sandbox};

/// How long one counts, in seconds.
const LIFETIME: i64 = 600;

#[derive(Deserialize)]
pub(super) struct Wish {
    email: String,
    #[serde(default)]
    name: String,
    /// As the app hashed it.
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    email_verified: Option<bool>,
}

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    Json(wish): Json<Wish>,
) -> Response {
    match make(&sandbox, &name, &wish).await {
        Ok(token) => Json(json!({ "id_token": token })).into_response(),
        Err((status, sentence)) => refuse(status, &sentence),
    }
}

async fn make(sandbox: &Sandbox, name: &str, wish: &Wish) -> Result<String, (StatusCode, String)> {
    let provider = Provider::named(sandbox, name).map_err(|sentence| (StatusCode::NOT_FOUND, sentence))?;
    let failed = |error: tokio_postgres::Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let mut turn = sandbox.turn().await.map_err(|cause| (StatusCode::SERVICE_UNAVAILABLE, cause))?;
    let tx = turn.begin().await.map_err(failed)?;
    let account =
        account::make(&tx, provider.name, &wish.name, &wish.email, sandbox.clock.now()).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    let address = if wish.email_verified == Some(false) { Address::Unverified } else { Address::Verified };
    let mut claims = account::told(&provider, &account, address);
    let issued = sandbox.clock.now_seconds();
    claims["aud"] = json!(provider.settings.client_id);
    claims["iat"] = json!(issued);
    claims["exp"] = json!(issued + LIFETIME);
    if let Some(nonce) = &wish.nonce {
        claims["nonce"] = json!(nonce);
    }
    let unsigned = || (StatusCode::INTERNAL_SERVER_ERROR, "The token can't be signed.".to_owned());
    signer(&provider).sign(&claims).ok_or_else(unsigned)
}

/// The claims of a token that this provider made and that still counts.
pub(crate) fn read(provider: &Provider<'_>, token: &str, now: i64) -> Option<Value> {
    let claims = signer(provider).read(token, now).ok()?;
    (claims["iss"] == json!(provider.issuer())).then_some(claims)
}

/// A key of the provider's own: its tokens are no access tokens, and access tokens are none of its.
fn signer(provider: &Provider<'_>) -> Jwt {
    Jwt::new(&format!("id token of {} for {}", provider.name, provider.settings.secret))
}
