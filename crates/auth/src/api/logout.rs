//! `POST /logout` (wire reference, section 7).

use reqwest::Method;

use crate::{AccessToken, Api, Error};

impl Api {
    /// Ends the session that `token` belongs to, and no other one of that user.
    pub async fn logout_local(&self, token: &AccessToken) -> Result<(), Error> {
        Self::send(self.request(Method::POST, "logout?scope=local", Some(token))?).await.map(drop)
    }
}
