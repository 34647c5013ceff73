//! `/callback`: back from the provider (wire reference, section 8.6). Good or bad, it ends on the project's page.

use std::time::Duration;

use axum::{http::StatusCode, response::Response};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Outcome, Request, Told, decision, link};
use crate::{
    auth::{
        flow::{self, Pending},
        landing::{self, Params},
        sessions,
    },
    provider::{self, Provider},
};

/// How long a slow provider takes.
const SLOW: Duration = Duration::from_secs(5);

pub(crate) async fn handle(request: Request) -> Response {
    let pending = match pending(&request).await {
        Ok(pending) => pending,
        Err(refusal) => {
            let to = landing::with_query(request.sandbox.redirects.site(), &error(&refusal));
            return landing::go(StatusCode::SEE_OTHER, &to);
        }
    };
    let landed = match request.param("error") {
        "" => finish(&request, &pending).await.unwrap_or_else(|refusal| failed(&pending.referrer, error(&refusal))),
        // The provider's own words, passed on as they are.
        word => {
            let params = [("error", word), ("error_description", request.param("error_description"))];
            failed(&pending.referrer, params.map(|(name, value)| (name, value.to_owned())).to_vec())
        }
    };
    landing::go(StatusCode::FOUND, &landed)
}

/// The flow that the state names, if it is one that may end here and now.
async fn pending(request: &Request) -> Result<Pending, ApiError> {
    let state = request.param("state");
    if state.is_empty() {
        return Err(ApiError::new(400, "bad_oauth_callback", "OAuth state parameter missing"));
    }
    let bad = |message: &str| ApiError::new(400, "bad_oauth_state", message);
    let state = Uuid::parse_str(state).map_err(|_| bad("OAuth state parameter is invalid"))?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let pending = flow::pending(&tx, state).await?.ok_or_else(|| bad("OAuth state not found or expired"))?;
    if pending.claimed {
        return Err(ApiError::new(400, "flow_state_already_used", "State has already been used"));
    }
    if request.sandbox.clock.now() >= pending.created_at + flow::LIFETIME {
        return Err(bad("OAuth state has expired"));
    }
    Ok(pending)
}

/// Exchanges the code, decides whose account it is and says where to land.
async fn finish(request: &Request, pending: &Pending) -> Result<String, ApiError> {
    let code = request.param("code");
    if code.is_empty() {
        let message = "OAuth callback with missing authorization code missing";
        return Err(ApiError::new(400, "bad_oauth_callback", message));
    }
    let told = ask_provider(request, pending, code).await?;
    if told.email.is_empty() && !pending.email_optional {
        let message = "Error getting user email from external provider";
        return Err(ApiError::new(500, "unexpected_failure", message));
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let outcome = match (pending.linking_target, &pending.invite_token) {
        (Some(target), _) => link::link(request, &tx, target, &told, &pending.referrer).await?,
        (None, Some(token)) => decision::accept_invitation(request, &tx, token, &told).await?,
        (None, None) => decision::sign_in(request, &tx, &told, &pending.referrer).await?,
    };
    let user_id = match outcome {
        Outcome::User(user_id) => user_id,
        Outcome::Refused(refusal) => {
            tx.commit().await?;
            return Err(refusal);
        }
    };
    let landed = land(request, &tx, pending, user_id).await?;
    tx.commit().await?;
    Ok(landed)
}

async fn ask_provider(request: &Request, pending: &Pending, code: &str) -> Result<Told, ApiError> {
    let sandbox = &request.sandbox;
    let unable = || {
        let start: String = code.chars().take(4).collect();
        ApiError::new(500, "unexpected_failure", format!("Unable to exchange external code: {start}"))
    };
    let provider = Provider::named(sandbox, &pending.provider).map_err(|_| unable())?;
    let exchanged = {
        let mut turn = request.turn().await?;
        let tx = turn.begin().await?;
        let exchanged = provider::exchange(&tx, &provider, code, sandbox.clock.now()).await?;
        tx.commit().await?;
        exchanged.ok_or_else(unable)?
    };
    if exchanged.slow {
        tokio::time::sleep(SLOW).await;
    }
    Ok(Told::read(provider.name, &exchanged.told))
}

/// With a proof key a code goes to the project's page, else the tokens themselves.
async fn land(request: &Request, tx: &Transaction<'_>, pending: &Pending, user_id: Uuid) -> Result<String, ApiError> {
    // Tokens of a provider that is played open nothing. They are here because clients look for them.
    let token = format!("{}-token-{}", pending.provider, Uuid::new_v4());
    if pending.has_challenge {
        let code = flow::claim(&request.sandbox, tx, pending.id, user_id, &token).await?;
        return Ok(landing::with_query(&pending.referrer, &vec![("code", code)]));
    }
    flow::drop(tx, pending.id).await?;
    let answer = sessions::sign_in(request, tx, user_id, "oauth").await?;
    let mut params = landing::tokens(&answer.body);
    params.push(("provider_token", token));
    Ok(landing::append_fragment(&pending.referrer, params))
}

/// An error as it stands in an address here: what OAuth has no word for is the server's error.
fn error(refusal: &ApiError) -> Params<'static> {
    let mut params = landing::error(refusal);
    params.retain(|(name, _)| *name != "error");
    let denied = matches!(refusal.code, "signup_disabled" | "user_banned" | "provider_email_needs_verification");
    let word = match refusal.status.as_u16() {
        _ if denied => "access_denied",
        400 => "invalid_request",
        401 => "unauthorized_client",
        403 => "access_denied",
        503 => "temporarily_unavailable",
        _ => "server_error",
    };
    params.push(("error", word.to_owned()));
    params
}

/// Errors stand in the query and in the fragment: some pages read the one, some the other.
fn failed(referrer: &str, mut params: Params<'static>) -> String {
    let base = landing::with_query(referrer, &params);
    params.push(("sb", String::new()));
    landing::with_fragment(&base, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_without_a_word_are_the_servers() {
        let words =
            |status, code| error(&ApiError::new(status, code, "x")).into_iter().find(|(name, _)| *name == "error");
        for (status, code, word) in [
            (422, "identity_already_exists", "server_error"),
            (422, "signup_disabled", "access_denied"),
            (400, "email_exists", "invalid_request"),
            (403, "user_banned", "access_denied"),
        ] {
            assert_eq!(words(status, code), Some(("error", word.to_owned())), "{code}");
        }
    }
}
