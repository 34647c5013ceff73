//! `GET /user` and `PUT /user` (wire reference, sections 3 and 7).

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio_postgres::Transaction;

use super::{
    address,
    bearer::Caller,
    email_change,
    error::ApiError,
    flow::{self, Challenge, method},
    mailer::Mailer,
    password, password_change, phone_change,
    request::Request,
    sessions, users,
};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Body {
    pub email: String,
    pub phone: String,
    pub password: Option<String>,
    pub current_password: String,
    pub nonce: String,
    data: Option<Map<String, Value>>,
    app_metadata: Option<Map<String, Value>>,
    channel: String,
    code_challenge: String,
    code_challenge_method: String,
}

pub(crate) async fn get(request: Request) -> Result<Json<Value>, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let caller = request.caller(&tx, &claims).await?;
    let audience = request.headers.get("x-jwt-aud").and_then(|audience| audience.to_str().ok());
    if audience.is_some_and(|audience| claims["aud"] != audience) {
        return Err(ApiError::validation("Token audience doesn't match request audience"));
    }
    Ok(Json(sessions::user_json(&tx, caller.user.id).await?))
}

pub(crate) async fn put(request: Request) -> Result<Json<Value>, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let caller = request.caller(&tx, &claims).await?;
    request.draw(Bucket::UpdateUser)?;
    let body = check(&request, &claims, request.json()?)?;
    if let Err(refusal) = check_against_user(&request, &tx, &caller, &body).await {
        // A nonce that was good is used up, whatever else was wrong.
        tx.commit().await?;
        return Err(refusal);
    }
    update(&request, &tx, &caller, body).await?;
    let user = sessions::user_json(&tx, caller.user.id).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// What needs no look at the user.
fn check(request: &Request, claims: &Value, mut body: Body) -> Result<Body, ApiError> {
    if !body.email.is_empty() {
        body.email = address::email(&body.email)?;
    }
    if !body.phone.is_empty() {
        body.phone = address::phone(&body.phone)?;
    }
    address::channel(&body.channel)?;
    if let Some(password) = &body.password {
        password::check(&request.sandbox.config.auth, password)?;
    }
    if body.app_metadata.is_some() && claims.get("role").and_then(Value::as_str) != Some("admin") {
        return Err(ApiError::new(403, "not_admin", "Updating app_metadata requires admin privileges"));
    }
    Ok(body)
}

async fn check_against_user(
    request: &Request,
    tx: &Transaction<'_>,
    caller: &Caller,
    body: &Body,
) -> Result<(), ApiError> {
    let user = &caller.user;
    if user.is_anonymous && body.password.is_some() && body.email.is_empty() && body.phone.is_empty() {
        let message = "Updating password of an anonymous user without an email or phone is not allowed";
        return Err(ApiError::new(422, "validation_failed", message));
    }
    if !body.email.is_empty()
        && body.email != user.email
        && users::holder_of_email(tx, &body.email, Some(user.id)).await?.is_some()
    {
        return Err(ApiError::new(422, "email_exists", "A user with this email address has already been registered"));
    }
    if !body.phone.is_empty() && body.phone != user.phone && users::by_phone(tx, &body.phone).await?.is_some() {
        return Err(ApiError::new(422, "phone_exists", "A user with this phone number has already been registered"));
    }
    password_change::check(&request.sandbox, tx, caller, body).await
}

/// In upstream's order: the password first, so that whatever was under way ends before something new begins.
async fn update(request: &Request, tx: &Transaction<'_>, caller: &Caller, body: Body) -> Result<(), ApiError> {
    let (sandbox, id) = (&request.sandbox, caller.user.id);
    if let Some(password) = &body.password {
        let hash = password::hash(password).await?;
        users::set_password(tx, id, &hash, caller.session_id).await?;
    }
    if let Some(data) = body.data {
        users::merge_metadata(sandbox, tx, id, "raw_user_meta_data", data).await?;
    }
    if let Some(data) = body.app_metadata {
        users::merge_metadata(sandbox, tx, id, "raw_app_meta_data", data).await?;
    }
    let user = users::must(tx, id).await?;
    if !body.email.is_empty() && body.email != user.email {
        let with_proof = !body.code_challenge.is_empty();
        if with_proof {
            // Upstream does not check these here, and its database refuses a method that is none.
            let challenge = Challenge::unchecked(&body.code_challenge, &body.code_challenge_method)
                .ok_or_else(|| ApiError::new(500, "unexpected_failure", "Error creating flow state"))?;
            flow::begin(sandbox, tx, id, &challenge, method::EMAIL_CHANGE).await?;
        }
        let mailer = Mailer { sandbox, tx, redirect_to: &request.redirect_target(), pkce: with_proof };
        email_change::request(mailer, &user, &body.email).await?;
    }
    if !body.phone.is_empty() {
        let user = users::must(tx, id).await?;
        phone_change::request(sandbox, tx, &user, &body.phone).await?;
    }
    Ok(())
}
