//! `/admin` (wire reference, section 12): for tests, consoles and servers, by the service role's key.

pub(crate) mod invite;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod user;

use serde_json::Value;
use uuid::Uuid;

use super::{error::ApiError, request::Request};
use crate::config::parse_go_duration;

/// The role of administrators' keys.
const ROLE: &str = "service_role";

/// Lets administrators pass.
fn authorise(request: &Request) -> Result<(), ApiError> {
    match request.claims()?.get("role").and_then(Value::as_str) {
        Some(ROLE) => Ok(()),
        _ => Err(ApiError::new(403, "not_admin", "User not allowed")),
    }
}

/// Whether an administrator calls.
pub(crate) fn is_admin(request: &Request) -> bool {
    authorise(request).is_ok()
}

fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(id).map_err(|_| ApiError::new(404, "validation_failed", "user_id must be an UUID"))
}

fn not_found() -> ApiError {
    ApiError::new(404, "user_not_found", "User not found")
}

fn email_exists() -> ApiError {
    ApiError::new(422, "email_exists", "A user with this email address has already been registered")
}

fn phone_exists() -> ApiError {
    ApiError::new(422, "phone_exists", "Phone number already registered by another user")
}

/// For how long to shut somebody out, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ban {
    Unchanged,
    Lifted,
    For(f64),
}

impl Ban {
    fn read(text: &str) -> Result<Self, ApiError> {
        match text {
            "" => Ok(Self::Unchanged),
            "none" => Ok(Self::Lifted),
            _ => parse_go_duration(text)
                .map(|duration| Self::For(duration.as_secs_f64()))
                .ok_or_else(|| ApiError::validation(&format!("invalid format for ban duration: {text:?}"))),
        }
    }
}
