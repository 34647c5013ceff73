//! What the person decided on the consent page: back to the Auth API, with a code or an error.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::{
    CODE_LIFETIME, Provider,
    account::{self, Account, Address},
    refuse,
};
use crate::state::Sandbox;

/// The form of the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    state: String,
    /// Of a known account; empty for a new one.
    account: String,
    name: String,
    email: String,
    address: String,
    changed: String,
    slow: String,
    answer: String,
}

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    Form(decision): Form<Decision>,
) -> Response {
    let provider = match Provider::named(&sandbox, &name) {
        Ok(provider) => provider,
        Err(sentence) => return refuse(StatusCode::NOT_FOUND, &sentence),
    };
    let Ok(mut back) = Url::parse(&provider.redirect_uri) else {
        return refuse(StatusCode::BAD_REQUEST, "The client's address to come back to is none.");
    };
    let error =
        |error: &str, sentence: &str| vec![("error", error.to_owned()), ("error_description", sentence.to_owned())];
    let params = match decision.answer.as_str() {
        "deny" => error("access_denied", "The person denied the request"),
        "fail" => error("server_error", "The provider failed"),
        "broken" => vec![("code", "broken".to_owned())],
        _ => match give_code(&sandbox, &provider, &decision).await {
            Ok(code) => vec![("code", code)],
            Err((status, sentence)) => return refuse(status, &sentence),
        },
    };
    back.query_pairs_mut().extend_pairs(params).append_pair("state", &decision.state);
    (StatusCode::SEE_OTHER, [(header::LOCATION, back.to_string())]).into_response()
}

async fn give_code(
    sandbox: &Sandbox,
    provider: &Provider<'_>,
    decision: &Decision,
) -> Result<String, (StatusCode, String)> {
    let failed = |error: tokio_postgres::Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let mut turn = sandbox.turn().await.map_err(|cause| (StatusCode::SERVICE_UNAVAILABLE, cause))?;
    let tx = turn.begin().await.map_err(failed)?;
    let now = sandbox.clock.now();
    let account = account(&tx, provider, decision, now).await.map_err(failed)?;
    let account = account.ok_or_else(|| {
        let sentence = "Choose an account, or give an e-mail for a new one.";
        (StatusCode::BAD_REQUEST, sentence.to_owned())
    })?;
    // Whoever got another address has it verified; without a word it is as the account has it.
    let said = if decision.address == "changed" { "verified" } else { decision.address.as_str() };
    let address = Address::named(said).unwrap_or(account.address);
    let code = Uuid::new_v4().to_string();
    tx.execute(
        "insert into sandbox.provider_codes (code, provider, redirect_uri, told, slow, expires_at)
         values ($1, $2, $3, $4, $5, to_timestamp($6))",
        &[
            &code,
            &provider.name,
            &provider.redirect_uri,
            &account::told(provider, &account, address),
            &!decision.slow.is_empty(),
            &(now + CODE_LIFETIME),
        ],
    )
    .await
    .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(code)
}

async fn account(
    tx: &tokio_postgres::Transaction<'_>,
    provider: &Provider<'_>,
    decision: &Decision,
    now: f64,
) -> Result<Option<Account>, tokio_postgres::Error> {
    let changed = (decision.address == "changed" && !decision.changed.is_empty()).then_some(decision.changed.as_str());
    if !decision.account.is_empty() {
        return account::choose(tx, provider.name, &decision.account, changed).await;
    }
    let email = decision.email.trim();
    if email.is_empty() {
        return Ok(None);
    }
    let made = account::make(tx, provider.name, decision.name.trim(), email, now).await?;
    match changed {
        Some(email) => account::choose(tx, provider.name, &made.sub, Some(email)).await,
        None => Ok(Some(made)),
    }
}
