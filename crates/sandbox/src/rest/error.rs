//! Errors as PostgREST words them.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
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

    pub(crate) fn details(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }

    pub(crate) fn hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
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
            // A value that does not fit its parameter never reached the server; anything else is a lost connection.
            return Self::new(503, "PGRST001", "Database connection error");
        };
        let code = db.code().code();
        Self {
            details: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
            ..Self::new(status(code, role), code, db.message())
        }
    }
}

/// The status of an SQLSTATE.
fn status(code: &str, role: &str) -> u16 {
    // `raise sqlstate 'PT402'`: a function chooses its status.
    if let Some(chosen) = code.strip_prefix("PT").and_then(|digits| digits.parse().ok()) {
        return chosen;
    }
    match code {
        "42501" if role == "anon" => 401,
        "42501" => 403,
        "42883" | "42P01" => 404,
        "23503" | "23505" => 409,
        "25006" => 405,
        "53400" | "42P17" => 500,
        "P0001" => 400,
        _ => match &code[..2] {
            "08" | "53" => 503,
            "28" | "0L" | "0P" => 403,
            "09" | "25" | "2D" | "38" | "39" | "3B" | "40" | "54" | "55" | "57" | "58" | "F0" | "HV" | "P0" | "XX" => {
                500
            }
            _ => 400,
        },
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "message": self.message, "details": self.details, "hint": self.hint });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let reason = format!("Bearer error=\"invalid_token\", error_description=\"{}\"", self.message);
            let challenge = if self.code.starts_with("PGRST30") { reason.as_str() } else { "Bearer" };
            if let Ok(challenge) = HeaderValue::from_str(challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        response
    }
}
