//! `GET /user` and `PUT /user` (wire reference, sections 3 and 7).

use reqwest::Method;
use serde_json::json;

use super::parse;
use crate::{AccessToken, Api, Email, Error, User, wire::UserBody};

impl Api {
    /// The user as the row has it now, which may be ahead of the token.
    pub async fn user(&self, token: &AccessToken) -> Result<User, Error> {
        let (status, body) = Self::send(self.request(Method::GET, "user", Some(token))?).await?;
        Ok(parse::<UserBody>(status, &body)?.into())
    }

    /// Asks for a new address: a code goes there, and [`User::new_email`] says so; a server that confirms at once answers
    /// with the address in place.
    pub async fn update_email(&self, token: &AccessToken, email: &Email) -> Result<User, Error> {
        let request = self.request(Method::PUT, "user", Some(token))?.json(&json!({ "email": email.as_str() }));
        let (status, body) = Self::send(request).await?;
        Ok(parse::<UserBody>(status, &body)?.into())
    }
}
