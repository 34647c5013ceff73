//! `POST /resend` (wire reference, section 5): the last message once more, with a new code. Nobody learns whether there was one.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_postgres::Transaction;

use super::{
    captcha, email_change,
    error::ApiError,
    flow::{self, Challenge, method},
    mailer::{Letter, Mailer},
    registration::Handle,
    request::Request,
    sms,
    tokens::Kind,
    users::{self, User},
};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    email: String,
    phone: String,
    code_challenge: String,
    code_challenge_method: String,
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    request.draw(Bucket::Resend)?;
    captcha::check(&request).await?;
    let body: Body = request.json()?;
    let handle = check(&request, &body)?;
    let challenge = Challenge::read(&body.code_challenge, &body.code_challenge_method)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = match &handle {
        Handle::Email(email) => users::by_email(&tx, email).await?,
        Handle::Phone(phone) => users::by_phone(&tx, phone).await?,
    };
    let Some(user) = user else { return Ok(Json(json!({}))) };
    let answer = send(&request, &tx, &user, &body.kind, challenge.as_ref()).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

fn check(request: &Request, body: &Body) -> Result<Handle, ApiError> {
    let settings = &request.sandbox.config.auth;
    let message = match (body.kind.as_str(), body.email.is_empty(), body.phone.is_empty()) {
        ("signup", true, _) => "Type provided requires an email address",
        ("sms", _, true) => "Type provided requires a phone number",
        ("signup" | "sms" | "email_change" | "phone_change", false, false) => {
            "Only an email address or phone number should be provided."
        }
        ("email_change" | "phone_change", true, true) => "Missing one of: email, phone",
        ("signup" | "sms" | "email_change" | "phone_change", ..) => "",
        _ => "Missing one of these types: signup, email_change, sms, phone_change",
    };
    if !message.is_empty() {
        return Err(ApiError::validation(message));
    }
    if !body.email.is_empty() && !settings.email.enable_signup {
        return Err(ApiError::new(400, "email_provider_disabled", "Email logins are disabled"));
    }
    if !body.phone.is_empty() && !settings.sms.enable_signup {
        return Err(ApiError::new(400, "phone_provider_disabled", "Phone logins are disabled"));
    }
    Handle::read(&body.email, &body.phone)
}

/// Sends what is still open for this user, if anything.
async fn send(
    request: &Request,
    tx: &Transaction<'_>,
    user: &User,
    kind: &str,
    challenge: Option<&Challenge>,
) -> Result<Value, ApiError> {
    let sandbox = &request.sandbox;
    let redirect_to = request.redirect_target();
    let mailer = Mailer { sandbox, tx, redirect_to: &redirect_to, pkce: challenge.is_some() };
    match kind {
        "signup" if user.email_confirmed_at.is_none() => {
            if let Some(challenge) = challenge {
                flow::begin(sandbox, tx, user.id, challenge, method::SIGN_UP).await?;
            }
            mailer.send(user, Letter::SignUp).await?;
        }
        "email_change" if !user.email_change.is_empty() => {
            if let Some(challenge) = challenge {
                flow::begin(sandbox, tx, user.id, challenge, method::EMAIL_CHANGE).await?;
            }
            email_change::request(mailer, user, &user.email_change).await?;
        }
        "sms" if user.phone_confirmed_at.is_none() => {
            let message = sms::send(sandbox, tx, user, Kind::Confirmation, &user.phone).await?;
            return Ok(json!({ "message_id": message }));
        }
        "phone_change" if !user.phone_change.is_empty() => {
            let message = sms::send(sandbox, tx, user, Kind::PhoneChange, &user.phone_change).await?;
            return Ok(json!({ "message_id": message }));
        }
        _ => {}
    }
    Ok(json!({}))
}
