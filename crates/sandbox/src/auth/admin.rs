//! `/admin/users` (wire reference, section 12): what tests and consoles need to see.

use axum::{Json, extract::Path, response::IntoResponse};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    error::ApiError,
    request::Request,
    sessions::{json_column, user_json},
};

pub(crate) async fn list(request: Request) -> Result<impl IntoResponse, ApiError> {
    authorise(&request)?;
    let mut turn = request.turn().await?;
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

pub(crate) async fn get(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let id = parse_id(&id)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    if tx.query_opt("select 1 from auth.users where id = $1", &[&id]).await?.is_none() {
        return Err(not_found());
    }
    Ok(Json(user_json(&tx, id).await?))
}

pub(crate) async fn delete(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let id = parse_id(&id)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    if tx.execute("delete from auth.users where id = $1", &[&id]).await? == 0 {
        return Err(not_found());
    }
    tx.commit().await?;
    Ok(Json(json!({})))
}

fn authorise(request: &Request) -> Result<(), ApiError> {
    match request.claims()?.get("role").and_then(Value::as_str) {
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
