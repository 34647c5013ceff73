//! Signing in with a provider, and linking one (wire reference, section 8).

pub(crate) mod authorize;
pub(crate) mod callback;
pub(crate) mod decision;
pub(crate) mod link;
pub(crate) mod unlink;

use serde_json::{Map, Value};

use super::{error::ApiError, request::Request};

/// What a provider tells about an account.
pub(crate) struct Told {
    provider: &'static str,
    pub sub: String,
    /// In lower case; empty when the provider gives none.
    email: String,
    verified: bool,
    /// What the identity keeps.
    claims: Map<String, Value>,
}

impl Told {
    pub(crate) fn read(provider: &'static str, claims: &Value) -> Self {
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        Self {
            provider,
            sub: text("sub"),
            email: text("email").to_lowercase(),
            verified: claims["email_verified"].as_bool().unwrap_or_default(),
            claims: claims.as_object().cloned().unwrap_or_default(),
        }
    }
}

/// How a decision about an account ends.
pub(crate) enum Outcome {
    /// This user signs in.
    User(uuid::Uuid),
    /// Nobody does, and yet what was written stays: a mail is under way.
    Refused(ApiError),
}

/// Refuses where the project does not let its users link and unlink.
fn check_linking(request: &Request) -> Result<(), ApiError> {
    if request.sandbox.config.auth.enable_manual_linking {
        return Ok(());
    }
    Err(ApiError::new(404, "manual_linking_disabled", "Manual linking is disabled"))
}
