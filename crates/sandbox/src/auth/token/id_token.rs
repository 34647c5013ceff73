//! An ID token that an app got from a provider's own software (wire reference, section 6).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{ApiError, Request, sessions};
use crate::{
    auth::oauth::{Outcome, Told, decision, link},
    hex,
    provider::{NAMES, Provider, read_id_token},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    id_token: String,
    provider: String,
    client_id: String,
    issuer: String,
    nonce: String,
    link_identity: bool,
}

pub(super) async fn grant(request: &Request) -> Result<Response, ApiError> {
    let sandbox = &request.sandbox;
    let body: Body = request.json()?;
    if body.id_token.is_empty() {
        return Ok(invalid("id_token required"));
    }
    if body.provider.is_empty() && (body.client_id.is_empty() || body.issuer.is_empty()) {
        return Ok(invalid("provider or client_id and issuer required"));
    }
    let provider = provider(request, &body)?;
    let Some(claims) = read_id_token(&provider, &body.id_token, sandbox.clock.now_seconds()) else {
        return Ok(invalid("Bad ID token"));
    };
    if let Some(refusal) = flaw(&provider, &body, &claims) {
        return Ok(refusal);
    }
    let told = Told::read(provider.name, &kept(&claims));
    let referrer = request.redirect_target();
    let caller = if body.link_identity { Some(request.claims()?) } else { None };
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let outcome = match caller {
        Some(claims) => {
            let target = request.caller(&tx, &claims).await?.user.id;
            link::link(request, &tx, target, &told, &referrer).await?
        }
        None => decision::sign_in(request, &tx, &told, &referrer).await?,
    };
    match outcome {
        Outcome::User(user_id) => {
            let answer = sessions::sign_in(request, &tx, user_id, "oauth").await?;
            tx.commit().await?;
            Ok(answer.into_response())
        }
        Outcome::Refused(refusal) => {
            tx.commit().await?;
            Err(refusal)
        }
    }
}

/// The provider by its name, or by who it says it is.
fn provider<'a>(request: &'a Request, body: &Body) -> Result<Provider<'a>, ApiError> {
    let sandbox = &request.sandbox;
    if body.provider.is_empty() {
        let known = NAMES.into_iter().filter_map(|name| Provider::named(sandbox, name).ok());
        let not_allowed = || ApiError::validation(&format!("Custom OIDC provider {:?} not allowed", body.issuer));
        return known
            .into_iter()
            .find(|provider| provider.issuer() == body.issuer && provider.settings.client_id == body.client_id)
            .ok_or_else(not_allowed);
    }
    if !NAMES.iter().any(|known| known.eq_ignore_ascii_case(&body.provider)) {
        return Err(ApiError::validation(&format!("Custom OIDC provider {:?} not allowed", body.provider)));
    }
    Provider::named(sandbox, &body.provider).map_err(|_| {
        let message = format!("Provider (issuer {:?}) is not enabled", body.issuer);
        ApiError::new(400, "provider_disabled", message)
    })
}

/// What is wrong with whom the token is about, for whom it is, or whether the app asked for it.
fn flaw(provider: &Provider<'_>, body: &Body, claims: &Value) -> Option<Response> {
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("sub").is_empty() {
        return Some(invalid("Missing sub claim in id_token"));
    }
    if text("aud") != provider.settings.client_id {
        return Some(invalid(&format!("Unacceptable audience in id_token: [{}]", text("aud"))));
    }
    if provider.settings.skip_nonce_check {
        return None;
    }
    match (text("nonce").is_empty(), body.nonce.is_empty()) {
        (true, true) => None,
        (false, false) if hex::encode(&Sha256::digest(&body.nonce)) == text("nonce") => None,
        (false, false) => Some(oauth_error("invalid nonce", "Nonces mismatch")),
        _ => Some(invalid("Passed nonce and nonce in id_token should either both exist or not.")),
    }
}

/// What an identity keeps of the claims: what they say about the person, not about the token.
fn kept(claims: &Value) -> Value {
    let mut kept: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    for about_the_token in ["aud", "iat", "exp", "nonce"] {
        kept.remove(about_the_token);
    }
    Value::Object(kept)
}

fn invalid(description: &str) -> Response {
    oauth_error("invalid request", description)
}

/// OAuth's form of errors, which is the same in both generations.
fn oauth_error(error: &str, description: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": description }))).into_response()
}
