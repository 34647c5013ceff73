//! `POST /otp` (wire reference, section 5): a code by mail or SMS, for those who are there and for those who are not yet.

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;

use super::{
    address, captcha,
    error::ApiError,
    flow::Challenge,
    magic_link::{self, Wanted},
    password,
    registration::{self, Handle, Wish},
    request::Request,
    sms,
    tokens::Kind,
    users,
};
use crate::limits::Bucket;

#[derive(Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    phone: String,
    create_user: bool,
    data: Map<String, Value>,
    channel: String,
    code_challenge: String,
    code_challenge_method: String,
}

impl Default for Body {
    fn default() -> Self {
        let (email, phone, channel) = (String::new(), String::new(), String::new());
        let (code_challenge, code_challenge_method) = (String::new(), String::new());
        Self { email, phone, create_user: true, data: Map::new(), channel, code_challenge, code_challenge_method }
    }
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    request.draw(Bucket::Otp)?;
    captcha::check(&request).await?;
    let body: Body = request.json()?;
    if !body.email.is_empty() && !body.phone.is_empty() {
        return Err(ApiError::validation("Only an email address or phone number should be provided"));
    }
    if !body.email.is_empty() && !body.channel.is_empty() {
        return Err(ApiError::validation("Channel should only be specified with Phone OTP"));
    }
    let challenge = Challenge::read(&body.code_challenge, &body.code_challenge_method)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    if !body.create_user && !is_known(&tx, &body).await? {
        return Err(ApiError::new(422, "otp_disabled", "Signups not allowed for otp"));
    }
    let answer = if !body.email.is_empty() {
        magic_link::send(&request, &tx, Wanted { email: body.email, data: body.data, challenge }).await?;
        json!({})
    } else if !body.phone.is_empty() {
        by_sms(&request, &tx, body).await?
    } else {
        return Err(ApiError::validation("One of email or phone must be set"));
    };
    tx.commit().await?;
    Ok(Json(answer))
}

/// Whether somebody has this address or number. A malformed one nobody has.
async fn is_known(tx: &Transaction<'_>, body: &Body) -> Result<bool, ApiError> {
    if body.email.is_empty() && body.phone.is_empty() {
        return Ok(true);
    }
    Ok(match Handle::read(&body.email, &body.phone) {
        Ok(Handle::Email(email)) => users::by_email(tx, &email).await?.is_some(),
        Ok(Handle::Phone(phone)) => users::by_phone(tx, &phone).await?.is_some(),
        Err(_) => false,
    })
}

async fn by_sms(request: &Request, tx: &Transaction<'_>, body: Body) -> Result<Value, ApiError> {
    let sandbox = &request.sandbox;
    if !sandbox.config.auth.sms.enable_signup {
        return Err(ApiError::new(400, "phone_provider_disabled", "Unsupported phone provider"));
    }
    let phone = address::phone(&body.phone)?;
    address::channel(&body.channel)?;
    let confirmed = |user: &users::User| user.phone_confirmed_at.is_some();
    if !users::by_phone(tx, &phone).await?.as_ref().is_some_and(confirmed) {
        registration::check_open(sandbox)?;
        let handle = Handle::Phone(phone.clone());
        let password_hash = password::hash(&password::random()).await?;
        let wish = Wish { handle, password_hash, data: body.data, challenge: None };
        registration::register(request, tx, &wish).await?;
        if sandbox.config.auth.sms.enable_confirmations {
            return Ok(json!({}));
        }
    }
    let user = users::by_phone(tx, &phone).await?;
    let user = user.ok_or_else(|| ApiError::new(500, "unexpected_failure", "Database error finding user"))?;
    let message = sms::send(sandbox, tx, &user, Kind::Confirmation, &phone).await?;
    Ok(json!({ "message_id": message }))
}
