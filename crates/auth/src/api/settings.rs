//! `GET /settings` and `GET /health` (wire reference, section 7).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Api, Error};

/// What the project allows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the server's switches, as they are")]
pub struct Settings {
    /// Guests can be made.
    pub anonymous_users: bool,
    /// E-mail identities can be linked and used.
    pub email: bool,
    /// Phone identities can be linked and used.
    pub phone: bool,
    /// OAuth providers that are switched on, by name.
    pub providers: Vec<String>,
    /// Nobody new may sign up.
    pub disable_signup: bool,
    /// A new address counts without a code.
    pub mailer_autoconfirm: bool,
    /// A new number counts without a code.
    pub phone_autoconfirm: bool,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// Of the server.
    pub version: String,
    /// `GoTrue`.
    pub name: String,
}

#[derive(Deserialize)]
struct Body {
    external: BTreeMap<String, bool>,
    #[serde(default)]
    disable_signup: bool,
    mailer_autoconfirm: bool,
    #[serde(default)]
    phone_autoconfirm: bool,
}

/// Entries of `external` that are no OAuth provider.
const NO_PROVIDERS: [&str; 3] = ["anonymous_users", "email", "phone"];

impl Api {
    /// What the project allows. Linking by hand and captcha are not among what the server tells.
    pub async fn settings(&self) -> Result<Settings, Error> {
        let body: Body = self.get(self.url("settings")?, None).await?.read()?;
        let on = |name: &str| body.external.get(name).copied().unwrap_or_default();
        let providers = body.external.iter().filter(|(name, on)| **on && !NO_PROVIDERS.contains(&name.as_str()));
        Ok(Settings {
            anonymous_users: on("anonymous_users"),
            email: on("email"),
            phone: on("phone"),
            providers: providers.map(|(name, _)| name.clone()).collect(),
            disable_signup: body.disable_signup,
            mailer_autoconfirm: body.mailer_autoconfirm,
            phone_autoconfirm: body.phone_autoconfirm,
        })
    }

    /// Whether Supabase Auth is there at all, and in which version.
    pub async fn health(&self) -> Result<Health, Error> {
        self.get(self.url("health")?, None).await?.read()
    }
}
