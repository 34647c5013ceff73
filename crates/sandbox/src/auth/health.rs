//! `GET /health` and the key set (wire reference, section 7).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    error::{ApiError, Format, respond},
    signup::unavailable,
};
use crate::state::Sandbox;

/// Answers when the database serves.
pub(crate) async fn get(State(sandbox): State<Arc<Sandbox>>, format: Format) -> Response {
    let ready: Result<_, ApiError> = sandbox.database().await.map_err(unavailable).map(|_| {
        Json(json!({ "version": env!("CARGO_PKG_VERSION"), "name": "GoTrue", "description": "Carryover's sandbox, which plays Supabase Auth" }))
    });
    respond(format, ready)
}

/// Symmetric keys are never listed.
pub(crate) async fn jwks() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=600")], Json(json!({ "keys": [] })))
}
