//! `POST /token?grant_type=refresh_token` (wire reference, section 6; RFC 6749, section 6).

use reqwest::Method;
use serde_json::json;

use crate::{Api, Error, RefreshToken, Session};

impl Api {
    /// Buys the next session. Safe to repeat with the same token: the server hands the same successor out again.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Session, Error> {
        let request = self
            .request(Method::POST, "token?grant_type=refresh_token", None)?
            .json(&json!({ "refresh_token": token.expose() }));
        self.session(request).await
    }
}
