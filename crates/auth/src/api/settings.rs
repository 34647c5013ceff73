//! `GET /settings` (wire reference, section 7).

use reqwest::Method;
use serde::Deserialize;

use super::parse;
use crate::{Api, Error};

/// What the project allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Guests can be made.
    pub anonymous_users: bool,
    /// E-mail identities can be linked.
    pub email: bool,
    /// A new address counts without a code.
    pub mailer_autoconfirm: bool,
}

#[derive(Deserialize)]
struct Body {
    external: External,
    mailer_autoconfirm: bool,
}

#[derive(Deserialize)]
struct External {
    anonymous_users: bool,
    email: bool,
}

impl Api {
    /// What the project allows.
    pub async fn settings(&self) -> Result<Settings, Error> {
        let (status, body) = Self::send(self.request(Method::GET, "settings", None)?).await?;
        let body: Body = parse(status, &body)?;
        Ok(Settings {
            anonymous_users: body.external.anonymous_users,
            email: body.external.email,
            mailer_autoconfirm: body.mailer_autoconfirm,
        })
    }
}
