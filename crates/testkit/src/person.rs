//! Somebody signed in.

use anyhow::{Context, Result};
use serde_json::Value;

/// A user with tokens.
#[derive(Clone)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// For requests.
    pub access_token: String,
    /// For the next session.
    pub refresh_token: String,
}

impl Person {
    /// From an answer that signs in.
    pub fn from_answer(body: &Value) -> Result<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned).context("not an answer that signs in");
        Ok(Self {
            id: text(&body["user"]["id"])?,
            access_token: text(&body["access_token"])?,
            refresh_token: text(&body["refresh_token"])?,
        })
    }
}
