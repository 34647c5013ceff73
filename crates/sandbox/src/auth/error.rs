//! Errors as Supabase Auth words them, in both generations (wire reference, section 0).

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::json;

const NEW_FORMAT: &str = "2024-01-01";
const VERSION_HEADER: &str = "X-Supabase-Api-Version";

/// Which generation of error body the caller reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Format {
    new: bool,
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let version = parts.headers.get(VERSION_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Dates in this notation compare as text; anything else is the initial format.
        let dated = version.parse::<jiff::civil::Date>().is_ok();
        Ok(Self { new: dated && version >= NEW_FORMAT })
    }
}

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into() }
    }

    pub(crate) fn validation(message: &str) -> Self {
        Self::new(400, "validation_failed", message)
    }

    pub(crate) fn over_request_rate_limit() -> Self {
        Self::new(429, "over_request_rate_limit", "Request rate limit reached")
    }

    /// The answer in the format that the caller reads.
    pub(crate) fn answer(self, format: Format) -> Response {
        let body = if format.new {
            json!({ "code": self.code, "message": self.message })
        } else {
            json!({ "code": self.status.as_u16(), "error_code": self.code, "msg": self.message })
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        response.headers_mut().insert("x-sb-error-code", HeaderValue::from_static(self.code));
        if format.new {
            response.headers_mut().insert(VERSION_HEADER, HeaderValue::from_static(NEW_FORMAT));
        }
        response
    }
}

impl From<tokio_postgres::Error> for ApiError {
    fn from(error: tokio_postgres::Error) -> Self {
        let message = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
        tracing::error!(message, "a statement failed");
        Self::new(500, "unexpected_failure", "Database error")
    }
}

/// Turns a handler's result into a response in the caller's format.
pub(crate) fn respond<T: IntoResponse>(format: Format, result: Result<T, ApiError>) -> Response {
    match result {
        Ok(answer) => answer.into_response(),
        Err(error) => error.answer(format),
    }
}
