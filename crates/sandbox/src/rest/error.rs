//! Errors as PostgREST words them.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct RestError {
    status: StatusCode,
    code: String,
    message: String,
    details: Option<String>,
    hint: Option<String>,
}

impl RestError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code: code.to_owned(), message: message.into(), details: None, hint: None }
    }

    /// The gateway's word for a request without any key.
    pub(crate) fn no_key() -> Self {
        Self::new(401, "401", "No API key found in request")
    }

    pub(crate) fn unavailable(cause: String) -> Self {
        Self::new(503, "PGRST001", format!("Database connection error: {cause}"))
    }

    /// PostgreSQL's answer, with PostgREST's status for it. `role` decides between "who are you" and "you may not".
    pub(crate) fn database(error: &tokio_postgres::Error, role: &str) -> Self {
        let Some(db) = error.as_db_error() else {
            return Self::new(503, "PGRST001", "Database connection error");
        };
        let code = db.code().code();
        let status = match code {
            "42501" if role == "anon" => 401,
            "42501" => 403,
            "42883" | "42P01" => 404,
            "23503" | "23505" => 409,
            "25006" => 405,
            _ => match &code[..2] {
                "08" => 503,
                "53" | "XX" | "58" => 500,
                _ => 400,
            },
        };
        Self {
            details: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
            ..Self::new(status, code, db.message())
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "message": self.message, "details": self.details, "hint": self.hint });
        (self.status, Json(body)).into_response()
    }
}
