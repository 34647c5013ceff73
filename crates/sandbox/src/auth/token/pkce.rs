//! A code from a link or a provider, with the proof of whoever began the flow.

use serde::Deserialize;

use super::{ApiError, Request, sessions};
use crate::auth::{flow, sessions::SignedIn};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    auth_code: String,
    code_verifier: String,
}

pub(super) async fn grant(request: &Request) -> Result<SignedIn, ApiError> {
    let body: Body = request.json()?;
    if body.auth_code.is_empty() || body.code_verifier.is_empty() {
        return Err(ApiError::validation("invalid request: both auth code and code verifier should be non-empty"));
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let finished = flow::finish(&request.sandbox, &tx, &body.auth_code, &body.code_verifier).await?;
    let mut answer = sessions::sign_in(request, &tx, finished.user_id, &finished.method).await?;
    tx.commit().await?;
    let provider =
        [("provider_token", finished.provider_token), ("provider_refresh_token", finished.provider_refresh_token)];
    for (name, token) in provider {
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            answer.body[name] = token.into();
        }
    }
    Ok(answer)
}
