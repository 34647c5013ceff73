//! Sessions that other clients of Supabase Auth have stored, so that changing the program changes no user.

use serde_json::Value;

use crate::{AccessToken, RefreshToken, Session};

/// Text that no known client writes.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not JSON.
    #[error("not JSON")]
    NotJson(#[source] serde_json::Error),
    /// There are no two tokens of Supabase Auth in it.
    #[error("no session of a known client")]
    NoSession,
}

/// Around which older clients wrapped the session: auth-js 1 and Flutter 1, Swift 1.
const WRAPPERS: [&str; 2] = ["currentSession", "session"];

impl Session {
    /// Reads what auth-js (local storage), supabase-flutter (shared preferences) or supabase-swift (keychain) stored.
    /// Everything that matters is in the access token itself, so a missing `expires_at` is no loss (item 26).
    pub fn import(json: &str) -> Result<Self, ImportError> {
        let stored: Value = serde_json::from_str(json).map_err(ImportError::NotJson)?;
        let session = WRAPPERS.iter().find_map(|key| stored.get(key)).unwrap_or(&stored);
        let token = |snake: &str, camel: &str| {
            session.get(snake).or_else(|| session.get(camel)).and_then(Value::as_str).map(str::to_owned)
        };
        let access = token("access_token", "accessToken").ok_or(ImportError::NoSession)?;
        let refresh = token("refresh_token", "refreshToken").ok_or(ImportError::NoSession)?;
        // A profile in a form we don't know is left out: the server has it.
        let user = session.get("user").and_then(|user| serde_json::from_value(user.clone()).ok());
        Self::from_tokens(AccessToken::new(access), RefreshToken::new(refresh), user).ok_or(ImportError::NoSession)
    }
}
