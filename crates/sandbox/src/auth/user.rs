//! `GET /user` and `PUT /user` (wire reference, sections 3 and 7).

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{body, email_change, error::ApiError, request::Request, sessions};
use crate::limits::Bucket;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    data: Option<Map<String, Value>>,
}

pub(crate) async fn get(request: Request) -> Result<Json<Value>, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let caller = request.caller(&tx, &claims).await?;
    Ok(Json(sessions::user_json(&tx, caller.user_id).await?))
}

pub(crate) async fn put(request: Request) -> Result<Json<Value>, ApiError> {
    let sandbox = &request.sandbox;
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let caller = request.caller(&tx, &claims).await?;
    request.draw(Bucket::UpdateUser)?;
    let body: Body = request.json()?;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let email = given(&body.email).map(|email| body::email(&email)).transpose()?;
    let row = tx.query_one("select is_anonymous from auth.users where id = $1", &[&caller.user_id]).await?;
    let is_anonymous: bool = row.try_get(0)?;
    if given(&body.password).is_some() {
        if is_anonymous && email.is_none() && given(&body.phone).is_none() {
            let message = "Updating password of an anonymous user without an email or phone is not allowed";
            return Err(ApiError::new(422, "validation_failed", message));
        }
        return Err(ApiError::new(422, "email_provider_disabled", "Passwords are not part of this sandbox"));
    }
    if given(&body.phone).is_some() {
        return Err(ApiError::new(422, "phone_provider_disabled", "Phone numbers are not part of this sandbox"));
    }
    if let Some(data) = body.data {
        // A shallow merge; null deletes a key.
        tx.execute(
            "update auth.users set raw_user_meta_data = jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || $2),
                 updated_at = to_timestamp($3) where id = $1",
            &[&caller.user_id, &Value::Object(data), &sandbox.clock.now()],
        )
        .await?;
    }
    if let Some(email) = email {
        email_change::request(sandbox, &tx, caller.user_id, &email).await?;
    }
    let user = sessions::user_json(&tx, caller.user_id).await?;
    tx.commit().await?;
    Ok(Json(user))
}
