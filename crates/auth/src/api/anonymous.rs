//! `POST /signup` without credentials: a new guest (wire reference, section 1a).

use reqwest::Method;

use crate::{Api, Error, Session};

impl Api {
    /// Makes a new anonymous user. Every call makes one, so it is never repeated on its own.
    pub async fn sign_up_anonymously(&self) -> Result<Session, Error> {
        // An empty object, not an empty body: the server answers 400 to the latter.
        let request = self.request(Method::POST, "signup", None)?.json(&serde_json::json!({}));
        self.session(request).await
    }
}
