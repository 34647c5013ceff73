//! `GET /user` and `PUT /user` (wire reference, sections 3 and 7).

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    bearer, body, email_change,
    error::{ApiError, Format, respond},
    sessions,
    signup::unavailable,
};
use crate::{limits::Bucket, state::Sandbox};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    data: Option<serde_json::Map<String, Value>>,
}

pub(crate) async fn get(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, format: Format) -> Response {
    respond(format, read(&sandbox, &headers).await)
}

pub(crate) async fn put(
    State(sandbox): State<Arc<Sandbox>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    format: Format,
    body: Bytes,
) -> Response {
    respond(format, update(&sandbox, peer, &headers, &body).await)
}

async fn read(sandbox: &Sandbox, headers: &HeaderMap) -> Result<impl IntoResponse + use<>, ApiError> {
    let claims = bearer::claims(sandbox, headers)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    let caller = bearer::caller(&tx, &claims).await?;
    Ok(Json(sessions::user_json(&tx, caller.user_id).await?))
}

async fn update(
    sandbox: &Sandbox,
    peer: SocketAddr,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let claims = bearer::claims(sandbox, headers)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    let caller = bearer::caller(&tx, &claims).await?;
    if !sandbox.draw(Bucket::UpdateUser, peer.ip()) {
        return Err(ApiError::over_request_rate_limit());
    }
    let body: Body = body::parse(body)?;
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
