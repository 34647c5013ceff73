//! `POST /verify` (wire reference, section 4).

use reqwest::Method;
use serde_json::json;

use crate::{Api, Email, Error, Otp, Session};

impl Api {
    /// Confirms a change of address with its code. Answers with a new session of the same user.
    pub async fn verify_email_change(&self, email: &Email, otp: &Otp) -> Result<Session, Error> {
        let body = json!({ "type": "email_change", "email": email.as_str(), "token": otp.expose() });
        self.session(self.request(Method::POST, "verify", None)?.json(&body)).await
    }
}
