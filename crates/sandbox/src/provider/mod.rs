//! Google, GitHub, Apple and the others, as the sandbox plays them: a consent page, accounts, and codes that the Auth API
//! exchanges. It is a real authorization-code flow, but for the exchange, which stays inside this program.

mod account;
mod decide;
mod id_token;
mod page;

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
pub(crate) use id_token::read as read_id_token;
use serde_json::Value;
use tokio_postgres::Transaction;
use url::Url;

use crate::{config::External, state::Sandbox};

/// Every provider that Supabase Auth knows by name.
pub(crate) const NAMES: [&str; 23] = [
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "snapchat",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "kakao",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "spotify",
    "slack",
    "slack_oidc",
    "workos",
    "twitch",
    "twitter",
    "zoom",
];

/// How long a code waits to be exchanged, in seconds.
const CODE_LIFETIME: f64 = 600.0;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/{name}/authorize", get(page::get))
        .route("/{name}/decide", post(decide::post))
        .route("/{name}/id_token", post(id_token::post))
}

/// A provider that the project's settings switch on.
pub(crate) struct Provider<'a> {
    pub name: &'static str,
    pub settings: &'a External,
    pub redirect_uri: String,
}

impl<'a> Provider<'a> {
    /// The provider of this name, in any case, or upstream's words for why there is none.
    pub(crate) fn named(sandbox: &'a Sandbox, name: &str) -> Result<Self, String> {
        let known = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let known = known.ok_or_else(|| format!("Provider {} could not be found", name.to_lowercase()))?;
        let settings = sandbox.config.auth.external.get(known).filter(|settings| settings.enabled);
        let settings = settings.ok_or("provider is not enabled")?;
        if settings.client_id.is_empty() {
            return Err("missing OAuth client ID".to_owned());
        }
        if settings.secret.is_empty() {
            return Err("missing OAuth secret".to_owned());
        }
        let own = || format!("{}auth/v1/callback", sandbox.url);
        let redirect_uri = Some(settings.redirect_uri.clone()).filter(|uri| !uri.is_empty()).unwrap_or_else(own);
        Ok(Self { name: known, settings, redirect_uri })
    }

    /// As people write it.
    pub(crate) fn title(&self) -> String {
        match self.name {
            "github" => "GitHub".to_owned(),
            "gitlab" => "GitLab".to_owned(),
            "linkedin" | "linkedin_oidc" => "LinkedIn".to_owned(),
            name => name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect(),
        }
    }

    /// What a project asks for besides what an app does.
    pub(crate) fn scopes(&self) -> &'static str {
        match self.name {
            "google" => "email profile",
            "github" => "user:email",
            "apple" => "email name",
            _ => "openid email profile",
        }
    }

    /// Who it is, in its tokens.
    pub(crate) fn issuer(&self) -> String {
        match self.name {
            "google" => "https://accounts.google.com".to_owned(),
            "github" => "https://api.github.com".to_owned(),
            "apple" => "https://appleid.apple.com".to_owned(),
            name => format!("https://{name}.example"),
        }
    }

    /// Where its consent page is.
    pub(crate) fn authorize_url(&self, sandbox: &Sandbox) -> Result<Url, url::ParseError> {
        sandbox.url.join(&format!("provider/{}/authorize", self.name))
    }
}

/// What an exchange brings.
pub(crate) struct Exchanged {
    pub told: Value,
    /// The tester wants to see what a slow provider does.
    pub slow: bool,
}

/// Takes a code. It counts once, for this provider and this address only.
pub(crate) async fn exchange(
    tx: &Transaction<'_>,
    provider: &Provider<'_>,
    code: &str,
    now: f64,
) -> Result<Option<Exchanged>, tokio_postgres::Error> {
    let row = tx
        .query_opt(
            "delete from sandbox.provider_codes
             where code = $1 and provider = $2 and redirect_uri = $3 and expires_at > to_timestamp($4) returning told, slow",
            &[&code, &provider.name, &provider.redirect_uri, &now],
        )
        .await?;
    row.map(|row| Ok(Exchanged { told: row.try_get(0)?, slow: row.try_get(1)? })).transpose()
}

/// What a person sees when a request makes no sense.
fn refuse(status: StatusCode, sentence: &str) -> Response {
    (status, sentence.to_owned()).into_response()
}
