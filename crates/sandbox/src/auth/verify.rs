//! `POST /verify` (wire reference, section 4): changes of address for now.

use axum::response::IntoResponse;
use serde::Deserialize;

use super::{body, email_change, error::ApiError, otp, request::Request, sessions};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    token: String,
    token_hash: String,
    email: String,
    phone: String,
    redirect_to: String,
}

pub(crate) async fn post(request: Request) -> Result<impl IntoResponse, ApiError> {
    request.draw(Bucket::Verify)?;
    let sandbox = &request.sandbox;
    let body: Body = request.json()?;
    let by_link = body.token.is_empty();
    let hash = token_hash(&body)?;
    let expired = || {
        let message = if by_link { "Email link is invalid or has expired" } else { "Token has expired or is invalid" };
        ApiError::new(403, "otp_expired", message)
    };
    if body.kind != "email_change" {
        return Err(expired());
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let (user_id, email) = email_change::find(sandbox, &tx, &hash).await?.ok_or_else(expired)?;
    email_change::complete(sandbox, &tx, user_id, &email).await?;
    email_change::recompute_providers(&tx, user_id).await?;
    let (session, token) = sessions::create(sandbox, &tx, user_id, "otp", &request.origin()).await?;
    let answer = sessions::answer(sandbox, &tx, user_id, session, &token).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The hash to look for, after upstream's checks in their order.
fn token_hash(body: &Body) -> Result<String, ApiError> {
    let Body { kind, token, token_hash, email, phone, redirect_to } = body;
    if kind.is_empty() {
        return Err(ApiError::validation("Verify requires a verification type"));
    }
    match (token.is_empty(), token_hash.is_empty()) {
        (true, true) | (false, false) => Err(ApiError::validation("Verify requires either a token or a token hash")),
        (false, true) if email.is_empty() == phone.is_empty() => {
            Err(ApiError::validation("Only an email address or phone number should be provided on verify"))
        }
        (false, true) if !email.is_empty() => {
            let email =
                body::email(email).map_err(|_| ApiError::new(422, "validation_failed", "Invalid email format"))?;
            Ok(otp::hash(&email, token))
        }
        (false, true) => Ok(otp::hash(phone, token)),
        (true, false) if !email.is_empty() || !phone.is_empty() || !redirect_to.is_empty() => {
            Err(ApiError::validation("Only the token_hash and type should be provided"))
        }
        (true, false)
            if !matches!(kind.as_str(), "signup" | "invite" | "recovery" | "magiclink" | "email" | "email_change") =>
        {
            Err(ApiError::validation("Invalid email verification type"))
        }
        (true, false) => Ok(token_hash.clone()),
    }
}
