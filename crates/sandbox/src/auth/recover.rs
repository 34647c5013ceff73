//! `POST /recover` (wire reference, section 5): a mail for those who forgot their password.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    address, captcha,
    error::ApiError,
    flow::{self, Challenge, method},
    mailer::{Letter, Mailer},
    request::Request,
    users,
};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    code_challenge: String,
    code_challenge_method: String,
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    request.draw(Bucket::Recover)?;
    captcha::check(&request).await?;
    let sandbox = &request.sandbox;
    let body: Body = request.json()?;
    if !sandbox.config.auth.email.enable_signup {
        return Err(ApiError::new(400, "email_provider_disabled", "Email logins are disabled"));
    }
    if body.email.is_empty() {
        return Err(ApiError::validation("Password recovery requires an email"));
    }
    let email = address::email(&body.email)?;
    let challenge = Challenge::read(&body.code_challenge, &body.code_challenge_method)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    // Nobody learns here who has an account; only the pause between two mails tells, as upstream.
    let Some(user) = users::by_email(&tx, &email).await? else { return Ok(Json(json!({}))) };
    if let Some(challenge) = &challenge {
        flow::begin(sandbox, &tx, user.id, challenge, method::RECOVERY).await?;
    }
    let redirect_to = request.redirect_target();
    let mailer = Mailer { sandbox, tx: &tx, redirect_to: &redirect_to, pkce: challenge.is_some() };
    mailer.send(&user, Letter::Recovery).await?;
    tx.commit().await?;
    Ok(Json(json!({})))
}
