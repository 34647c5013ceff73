//! What Supabase Auth can do and the sandbox does not: second factors, single sign-on, passkeys, wallets, being an OAuth server. It
//! answers as a project does that has these features off.

use axum::{
    Router,
    extract::Path,
    routing::{any, delete, get, post},
};
use serde::Deserialize;
use std::sync::Arc;

use super::{error::ApiError, request::Request};
use crate::state::Sandbox;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/factors", post(enrol))
        .route("/factors/{id}", delete(factor))
        .route("/factors/{id}/{step}", post(factor))
        .route("/sso", post(saml))
        .route("/sso/saml/metadata", get(saml))
        .route("/sso/saml/acs", post(saml))
        .route("/passkeys/{*rest}", any(async |Path(_): Path<String>| feature("Passkeys are disabled")))
        .route("/oauth/{*rest}", any(async |Path(_): Path<String>| feature("OAuth server is disabled")))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    factor_type: String,
}

/// Guests may not, whatever is switched on: their token says so.
async fn enrol(request: Request) -> Result<(), ApiError> {
    check_member(&request).await?;
    let wish: Wish = request.json()?;
    let (code, kind) = match wish.factor_type.as_str() {
        "totp" => ("mfa_totp_enroll_not_enabled", "TOTP"),
        "phone" => ("mfa_phone_enroll_not_enabled", "Phone"),
        "webauthn" => ("mfa_webauthn_enroll_not_enabled", "WebAuthn"),
        _ => return Err(ApiError::validation("factor_type needs to be totp, phone, or webauthn")),
    };
    Err(ApiError::new(422, code, format!("MFA enroll is disabled for {kind}")))
}

/// Nobody has any.
async fn factor(request: Request) -> Result<(), ApiError> {
    check_member(&request).await?;
    Err(ApiError::new(404, "mfa_factor_not_found", "Factor not found"))
}

async fn check_member(request: &Request) -> Result<(), ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    request.caller(&tx, &claims).await?;
    if claims["is_anonymous"] == true {
        let words = "Anonymous user not allowed to perform these actions";
        return Err(ApiError::new(403, "no_authorization", words));
    }
    Ok(())
}

async fn saml() -> ApiError {
    ApiError::new(404, "saml_provider_disabled", "SAML 2.0 is disabled")
}

fn feature(words: &str) -> ApiError {
    ApiError::new(404, "feature_disabled", words)
}
