//! `GET /authorize` and `GET /user/identities/authorize`: off to the provider (wire reference, sections 8.1 and 8.2).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Request, check_linking};
use crate::{
    auth::{
        flow::{self, Challenge, Start},
        landing,
    },
    provider::Provider,
};

/// Parameters that the flow itself sets, whatever the caller says.
const RESERVED: [&str; 8] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "state",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
];
/// Parameters that are for the Auth API and no provider.
const OURS: [&str; 3] = ["provider", "scopes", "invite_token"];

pub(crate) async fn get(request: Request) -> Result<Response, ApiError> {
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let address = begin(&request, &tx, None).await?;
    tx.commit().await?;
    Ok(landing::go(StatusCode::FOUND, &address))
}

pub(crate) async fn get_for_linking(request: Request) -> Result<Response, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = request.caller(&tx, &claims).await?.user;
    check_linking(&request)?;
    let address = begin(&request, &tx, Some(user.id)).await?;
    tx.commit().await?;
    if matches!(request.param("skip_http_redirect"), "true" | "1" | "t" | "T" | "TRUE" | "True") {
        return Ok(Json(json!({ "url": address })).into_response());
    }
    Ok(landing::go(StatusCode::FOUND, &address))
}

/// Notes the flow and says where the provider is.
async fn begin(request: &Request, tx: &Transaction<'_>, target: Option<Uuid>) -> Result<String, ApiError> {
    let sandbox = &request.sandbox;
    let provider = Provider::named(sandbox, request.param("provider"))
        .map_err(|why| ApiError::validation(&format!("Unsupported provider: {why}")))?;
    let invite = request.param("invite_token");
    if !invite.is_empty() {
        let invited = "select 1 from auth.users where confirmation_token = $1 and invited_at is not null";
        if tx.query_opt(invited, &[&invite]).await?.is_none() {
            return Err(ApiError::new(404, "user_not_found", "User identified by token not found"));
        }
    }
    let challenge = Challenge::read(request.param("code_challenge"), request.param("code_challenge_method"))?;
    let start = Start {
        provider: provider.name,
        challenge: challenge.as_ref(),
        referrer: &request.redirect_target(),
        invite_token: Some(invite).filter(|token| !token.is_empty()),
        linking_target: target,
        email_optional: provider.settings.email_optional,
    };
    let state = flow::begin_with_provider(sandbox, tx, start).await?;
    let mut scopes = provider.scopes().to_owned();
    for scope in request.param("scopes").split(',').filter(|scope| !scope.is_empty()) {
        scopes = format!("{scopes} {scope}");
    }
    let mut params: Vec<(&str, &str)> = request
        .params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !OURS.contains(name) && !RESERVED.contains(&name.to_ascii_lowercase().as_str()))
        .map(|(name, value)| (if name == "workos_provider" { "provider" } else { name }, value))
        .collect();
    let state = state.to_string();
    params.extend([
        ("client_id", provider.settings.client_id.as_str()),
        ("redirect_uri", &provider.redirect_uri),
        ("response_type", "code"),
        ("scope", &scopes),
        ("state", &state),
    ]);
    params.sort_by_key(|(name, _)| *name);
    let failed = |_| ApiError::new(500, "unexpected_failure", "Error building the provider's address");
    let mut address = provider.authorize_url(sandbox).map_err(failed)?;
    address.query_pairs_mut().extend_pairs(params);
    Ok(address.to_string())
}
