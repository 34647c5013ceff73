//! `POST /magiclink` (wire reference, section 5): a mail that signs in. Whoever is not there yet, or has not confirmed, gets the
//! mail of a sign-up instead: its code is of another kind.

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;

use super::{
    address, captcha,
    error::ApiError,
    flow::{self, Challenge, method},
    mailer::{Letter, Mailer},
    password,
    registration::{self, Handle, Wish},
    request::Request,
    users,
};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    data: Map<String, Value>,
    code_challenge: String,
    code_challenge_method: String,
}

/// A mail that somebody asks for.
pub(crate) struct Wanted {
    pub email: String,
    pub data: Map<String, Value>,
    pub challenge: Option<Challenge>,
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    request.draw(Bucket::MagicLink)?;
    captcha::check(&request).await?;
    let body: Body = request.json().map_err(own_words)?;
    let challenge = Challenge::read(&body.code_challenge, &body.code_challenge_method);
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let wanted = Wanted { email: body.email, data: body.data, challenge: challenge? };
    send(&request, &tx, wanted).await?;
    tx.commit().await?;
    Ok(Json(json!({})))
}

/// Upstream reads this body by other means, and says so.
fn own_words(error: ApiError) -> ApiError {
    let message = error.message.replace("Could not parse request body as JSON", "Could not read verification params");
    ApiError { message, ..error }
}

/// Sends whichever mail is right.
pub(crate) async fn send(request: &Request, tx: &Transaction<'_>, wanted: Wanted) -> Result<(), ApiError> {
    let sandbox = &request.sandbox;
    let settings = &sandbox.config.auth.email;
    if !settings.enable_signup {
        return Err(ApiError::new(422, "email_provider_disabled", "Email logins are disabled"));
    }
    if wanted.email.is_empty() {
        return Err(ApiError::new(422, "validation_failed", "Password recovery requires an email"));
    }
    let email = address::email(&wanted.email)?;
    let user = users::by_email(tx, &email).await?;
    if user.is_none_or(|user| user.email_confirmed_at.is_none()) {
        registration::check_open(sandbox)?;
        let handle = Handle::Email(email.clone());
        let challenge = wanted.challenge.clone();
        let password_hash = password::hash(&password::random()).await?;
        let wish = Wish { handle, password_hash, data: wanted.data, challenge };
        registration::register(request, tx, &wish).await?;
        if settings.enable_confirmations {
            return Ok(());
        }
    }
    let Some(user) = users::by_email(tx, &email).await? else { return Ok(()) };
    if let Some(challenge) = &wanted.challenge {
        flow::begin(sandbox, tx, user.id, challenge, method::MAGIC_LINK).await?;
    }
    let redirect_to = request.redirect_target();
    let mailer = Mailer { sandbox, tx, redirect_to: &redirect_to, pkce: wanted.challenge.is_some() };
    mailer.send(&user, Letter::MagicLink).await
}
