//! `POST /signup` (wire reference, section 1).

use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    address, captcha,
    error::ApiError,
    flow::Challenge,
    password,
    registration::{self, Handle, Wish},
    request::Request,
    sessions::{self, SignedIn},
    users::{self, New},
};
use crate::{config::Auth, limits::Bucket};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    phone: String,
    password: String,
    data: Map<String, Value>,
    channel: String,
    code_challenge: String,
    code_challenge_method: String,
}

pub(crate) async fn post(request: Request) -> Result<Response, ApiError> {
    captcha::check(&request).await?;
    let body: Body = request.json()?;
    if body.email.is_empty() && body.phone.is_empty() {
        return anonymous(&request, body.data).await.map(IntoResponse::into_response);
    }
    request.draw(Bucket::SignUp)?;
    registration::check_open(&request.sandbox)?;
    let (handle, challenge) = check(&request.sandbox.config.auth, &body)?;
    let wish = Wish { handle, password_hash: password::hash(&body.password).await?, data: body.data, challenge };
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let registered = registration::register(&request, &tx, &wish).await?;
    tx.commit().await?;
    Ok(registered.into_response())
}

/// Upstream's checks in their order.
fn check(settings: &Auth, body: &Body) -> Result<(Handle, Option<Challenge>), ApiError> {
    if body.password.is_empty() {
        return Err(ApiError::validation("Signup requires a valid password"));
    }
    password::check(settings, &body.password)?;
    if !body.email.is_empty() && !body.phone.is_empty() {
        return Err(ApiError::validation("Only an email address or phone number should be provided on signup."));
    }
    address::channel(&body.channel)?;
    if !body.phone.is_empty() && !body.code_challenge.is_empty() {
        return Err(ApiError::validation("PKCE not supported for phone signups"));
    }
    let challenge = Challenge::read(&body.code_challenge, &body.code_challenge_method)?;
    if !body.email.is_empty() && !settings.email.enable_signup {
        return Err(ApiError::new(400, "email_provider_disabled", "Email signups are disabled"));
    }
    if !body.phone.is_empty() && !settings.sms.enable_signup {
        return Err(ApiError::new(400, "phone_provider_disabled", "Phone signups are disabled"));
    }
    Ok((Handle::read(&body.email, &body.phone)?, challenge))
}

/// A guest. In upstream's order: the flag, the bucket, then whether anybody may sign up.
async fn anonymous(request: &Request, data: Map<String, Value>) -> Result<SignedIn, ApiError> {
    if !request.sandbox.config.auth.enable_anonymous_sign_ins {
        return Err(ApiError::new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"));
    }
    request.draw(Bucket::Anonymous)?;
    registration::check_open(&request.sandbox)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let guest = New { user_metadata: data, is_anonymous: true, ..New::default() };
    let user_id = users::create(&request.sandbox, &tx, guest).await?;
    let answer = sessions::sign_in(request, &tx, user_id, "anonymous").await?;
    tx.commit().await?;
    Ok(answer)
}
