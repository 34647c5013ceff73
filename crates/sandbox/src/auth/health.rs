//! `GET /health` and the key set (wire reference, section 7).

use axum::{Json, http::header, response::IntoResponse};
use serde_json::json;

use super::{error::ApiError, request::Request};

/// Answers when the database serves.
pub(crate) async fn get(request: Request) -> Result<impl IntoResponse, ApiError> {
    request.database().await?;
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"), "name": "GoTrue", "description": "Carryover's sandbox, which plays Supabase Auth",
    })))
}

/// The public halves of the project's keys.
pub(crate) async fn jwks(request: Request) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=600")], Json(request.sandbox.jwt.key_set()))
}
