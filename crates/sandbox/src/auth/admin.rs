//! `/admin/users` (wire reference, section 12): what tests and consoles need to see.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bearer,
    error::{ApiError, Format, respond},
    sessions::{json_column, user_json},
    signup::unavailable,
};
use crate::state::Sandbox;

pub(crate) async fn list(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, format: Format) -> Response {
    respond(format, all(&sandbox, &headers).await)
}

pub(crate) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    format: Format,
) -> Response {
    respond(format, one(&sandbox, &headers, &id).await)
}

pub(crate) async fn delete(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    format: Format,
) -> Response {
    respond(format, remove(&sandbox, &headers, &id).await)
}

async fn all(sandbox: &Sandbox, headers: &HeaderMap) -> Result<impl IntoResponse + use<>, ApiError> {
    authorise(sandbox, headers)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    let rows = tx
        .query(
            "select (sandbox.user_json(u) || '{\"identities\": null}')::text from auth.users u order by created_at desc limit 50",
            &[],
        )
        .await?;
    let users: Vec<Value> = rows.iter().map(|row| json_column(row, 0)).collect::<Result<_, _>>()?;
    let total: i64 = tx.query_one("select count(*) from auth.users", &[]).await?.try_get(0)?;
    Ok(([("X-Total-Count", total.to_string())], Json(json!({ "users": users, "aud": "authenticated" }))))
}

async fn one(sandbox: &Sandbox, headers: &HeaderMap, id: &str) -> Result<impl IntoResponse + use<>, ApiError> {
    authorise(sandbox, headers)?;
    let id = parse_id(id)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    if tx.query_opt("select 1 from auth.users where id = $1", &[&id]).await?.is_none() {
        return Err(not_found());
    }
    Ok(Json(user_json(&tx, id).await?))
}

async fn remove(sandbox: &Sandbox, headers: &HeaderMap, id: &str) -> Result<impl IntoResponse + use<>, ApiError> {
    authorise(sandbox, headers)?;
    let id = parse_id(id)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    if tx.execute("delete from auth.users where id = $1", &[&id]).await? == 0 {
        return Err(not_found());
    }
    tx.commit().await?;
    Ok(Json(json!({})))
}

fn authorise(sandbox: &Sandbox, headers: &HeaderMap) -> Result<(), ApiError> {
    let claims = bearer::claims(sandbox, headers)?;
    match claims.get("role").and_then(Value::as_str) {
        Some("service_role") => Ok(()),
        _ => Err(ApiError::new(403, "not_admin", "User not allowed")),
    }
}

fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(id).map_err(|_| ApiError::new(404, "validation_failed", "user_id must be an UUID"))
}

fn not_found() -> ApiError {
    ApiError::new(404, "user_not_found", "User not found")
}
