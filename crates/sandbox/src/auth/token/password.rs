//! An address or a number with its password.

use serde::Deserialize;
use serde_json::json;

use super::{ApiError, Request, sessions};
use crate::auth::{
    address, password,
    sessions::SignedIn,
    users::{self, User},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    phone: String,
    password: String,
}

pub(super) async fn grant(request: &Request) -> Result<SignedIn, ApiError> {
    let sandbox = &request.sandbox;
    let body: Body = request.json()?;
    check(request, &body)?;
    let invalid = || ApiError::new(400, "invalid_credentials", "Invalid login credentials");
    // The database is given back while the password is compared, which is slow on purpose.
    let user = find(request, &body).await?.filter(|user| !user.password_hash.is_empty()).ok_or_else(invalid)?;
    if user.is_banned(sandbox.clock.now()) {
        return Err(ApiError::new(400, "user_banned", "User is banned"));
    }
    if !password::matches(&body.password, &user.password_hash).await {
        return Err(invalid());
    }
    if !body.email.is_empty() && user.email_confirmed_at.is_none() {
        return Err(ApiError::new(400, "email_not_confirmed", "Email not confirmed"));
    }
    if !body.phone.is_empty() && user.phone_confirmed_at.is_none() {
        return Err(ApiError::new(400, "phone_not_confirmed", "Phone not confirmed"));
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    // Deleted or with another password meanwhile: then this one no longer counts.
    users::by_id(&tx, user.id).await?.filter(|now| now.password_hash == user.password_hash).ok_or_else(invalid)?;
    let mut answer = sessions::sign_in(request, &tx, user.id, "password").await?;
    tx.commit().await?;
    // Whoever has a password that is too weak by now still gets in, and learns of it. Upstream says `null` otherwise.
    answer.body["weak_password"] = password::weakness(&sandbox.config.auth, &body.password)
        .map_or(json!(null), |weak| json!({ "message": weak.message, "reasons": weak.reasons }));
    Ok(answer)
}

fn check(request: &Request, body: &Body) -> Result<(), ApiError> {
    let settings = &request.sandbox.config.auth;
    match (body.email.is_empty(), body.phone.is_empty()) {
        (false, false) => {
            Err(ApiError::validation("Only an email address or phone number should be provided on login."))
        }
        (false, true) if !settings.email.enable_signup => {
            Err(ApiError::new(422, "email_provider_disabled", "Email logins are disabled"))
        }
        (true, false) if !settings.sms.enable_signup => {
            Err(ApiError::new(422, "phone_provider_disabled", "Phone logins are disabled"))
        }
        (true, true) => Err(ApiError::validation("missing email or phone")),
        _ => Ok(()),
    }
}

async fn find(request: &Request, body: &Body) -> Result<Option<User>, ApiError> {
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    if body.email.is_empty() {
        users::by_phone(&tx, &address::loose_phone(&body.phone)).await
    } else {
        users::by_email(&tx, &body.email).await
    }
}
