//! Errors as Supabase Auth words them, in both generations (wire reference, section 0).

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

const NEW_FORMAT: &str = "2024-01-01";
const CODE_HEADER: &str = "x-sb-error-code";
const VERSION_HEADER: &str = "X-Supabase-Api-Version";

/// Words errors in the generation that the caller reads, so that no endpoint has to know it.
pub(crate) async fn in_the_callers_format(request: Request, next: Next) -> Response {
    let new = reads_new_format(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) if new => error.in_new_format(),
        _ => response,
    }
}

fn reads_new_format(headers: &HeaderMap) -> bool {
    let version = headers.get(VERSION_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Dates in this notation compare as text; anything else is the initial format.
    version.parse::<jiff::civil::Date>().is_ok() && version >= NEW_FORMAT
}

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    /// What a refused password lacks.
    pub reasons: Vec<&'static str>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into(), reasons: Vec::new() }
    }

    pub(crate) fn validation(message: &str) -> Self {
        Self::new(400, "validation_failed", message)
    }

    pub(crate) fn weak_password(message: String, reasons: Vec<&'static str>) -> Self {
        Self { reasons, ..Self::new(422, "weak_password", message) }
    }

    pub(crate) fn over_request_rate_limit() -> Self {
        Self::new(429, "over_request_rate_limit", "Request rate limit reached")
    }

    fn in_new_format(self) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        self.add_reasons(&mut body);
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        // Upstream writes this kind of error elsewhere, and forgets the header.
        if self.reasons.is_empty() {
            headers.insert(CODE_HEADER, HeaderValue::from_static(self.code));
        }
        headers.insert(VERSION_HEADER, HeaderValue::from_static(NEW_FORMAT));
        response
    }

    fn add_reasons(&self, body: &mut Value) {
        if !self.reasons.is_empty() {
            body["weak_password"] = json!({ "reasons": self.reasons });
        }
    }
}

impl IntoResponse for ApiError {
    /// The initial format. The error itself goes along, for those who read the other one.
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.status.as_u16(), "error_code": self.code, "msg": self.message });
        self.add_reasons(&mut body);
        let mut response = (self.status, axum::Json(body)).into_response();
        response.headers_mut().insert(CODE_HEADER, HeaderValue::from_static(self.code));
        response.extensions_mut().insert(self);
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
