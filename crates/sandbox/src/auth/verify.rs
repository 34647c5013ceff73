//! `POST /verify` (wire reference, section 4).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    address,
    error::ApiError,
    request::Request,
    sessions,
    verification::{self, Proof, Purpose},
};
use crate::limits::Bucket;

/// What the first of two confirmations of a change of address is answered with.
pub(crate) const HALF_WAY: &str = "Confirmation link accepted. Please proceed to confirm link sent to the other email";

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

pub(crate) async fn post(request: Request) -> Result<Response, ApiError> {
    request.draw(Bucket::Verify)?;
    let body: Body = request.json()?;
    let proof = proof(&body)?;
    let purpose = Purpose::read(&body.kind).ok_or_else(|| verification::expired(&proof))?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let proven = verification::prove(&request.sandbox, &tx, purpose, &proof).await?;
    if !verification::apply(&request.sandbox, &tx, &proven).await? {
        tx.commit().await?;
        // The code is a string here, upstream.
        return Ok(Json(json!({ "msg": HALF_WAY, "code": "200" })).into_response());
    }
    let answer = sessions::sign_in(&request, &tx, proven.user.id, "otp").await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

/// What is brought forward, after upstream's checks in their order.
fn proof(body: &Body) -> Result<Proof, ApiError> {
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
                address::email(email).map_err(|_| ApiError::new(422, "validation_failed", "Invalid email format"))?;
            Ok(Proof::Email { email, code: token.clone() })
        }
        (false, true) => Ok(Proof::Phone { phone: address::phone(phone)?, code: token.clone() }),
        (true, false) if !email.is_empty() || !phone.is_empty() || !redirect_to.is_empty() => {
            Err(ApiError::validation("Only the token_hash and type should be provided"))
        }
        (true, false) if matches!(Purpose::read(kind), None | Some(Purpose::Sms | Purpose::PhoneChange)) => {
            Err(ApiError::validation("Invalid email verification type"))
        }
        (true, false) => Ok(Proof::Link { hash: token_hash.clone() }),
    }
}
