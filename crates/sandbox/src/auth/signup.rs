//! `POST /signup` (wire reference, section 1): guests for now; addresses and passwords answer as if their provider were off.

use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{error::ApiError, request::Request, sessions};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    phone: String,
    data: Map<String, Value>,
}

pub(crate) async fn post(request: Request) -> Result<impl IntoResponse, ApiError> {
    let body: Body = request.json()?;
    if !body.email.is_empty() {
        return Err(ApiError::new(400, "email_provider_disabled", "Email signups are disabled"));
    }
    if !body.phone.is_empty() {
        return Err(ApiError::new(400, "phone_provider_disabled", "Phone signups are disabled"));
    }
    anonymous(&request, body.data).await
}

/// In upstream's order: the flag, the bucket, then whether anybody may sign up.
async fn anonymous(request: &Request, data: Map<String, Value>) -> Result<impl IntoResponse + use<>, ApiError> {
    let (sandbox, auth) = (&request.sandbox, &request.sandbox.config.auth);
    if !auth.enable_anonymous_sign_ins {
        return Err(ApiError::new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"));
    }
    request.draw(Bucket::Anonymous)?;
    if !auth.enable_signup {
        return Err(ApiError::new(422, "signup_disabled", "Signups not allowed for this instance"));
    }
    let user_id = Uuid::new_v4();
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    tx.execute(
        "insert into auth.users (id, aud, role, encrypted_password, confirmation_token, recovery_token, email_change_token_new,
             email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous)
         values ($1, 'authenticated', 'authenticated', '', '', '', '', '', '{}', $2, to_timestamp($3), to_timestamp($3), true)",
        &[&user_id, &Value::Object(data), &sandbox.clock.now()],
    )
    .await?;
    let (session, token) = sessions::create(sandbox, &tx, user_id, "anonymous", &request.origin()).await?;
    let answer = sessions::answer(sandbox, &tx, user_id, session, &token).await?;
    tx.commit().await?;
    Ok(answer)
}
