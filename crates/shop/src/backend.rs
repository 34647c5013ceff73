//! Which Supabase the shop talks to.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{Api, Error as AuthError};
use carryover_store::Scope;
use serde::Deserialize;
use url::{Host, Url};

use crate::{
    ShopError, SignInOptions,
    remote::{Remote, RemoteError},
};

/// The backend's kind, known before its address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendKind {
    /// The one in the program itself.
    Sandbox,
    /// A Supabase project at this host.
    Hosted {
        /// Host name and port, which names the project.
        host: String,
    },
}

impl BackendKind {
    /// Rows of different backends never meet. The sandbox's port changes with every start, so it is not part of its name.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Sandbox => Scope::new("sandbox"),
            Self::Hosted { host } => Scope::new(host),
        }
    }
}

/// Where a backend listens.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The project's URL, without `/auth/v1`.
    pub url: Url,
    /// Publishable key, or the legacy anon key. Not a secret: it is made to be shipped.
    pub publishable_key: String,
}

/// What a backend has, by its own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendOffer {
    /// Whether guests can be made.
    pub anonymous_sign_ins: bool,
    /// By what guests can become members.
    pub ways: SignInOptions,
    /// How many products there are to buy.
    pub products: usize,
}

/// Why a backend can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// Tokens are not sent over plain HTTP, except to this computer.
    #[error("this is not an https address; tokens are not sent over plain http, except to this computer")]
    InsecureUrl,
    /// The key is one that the app must never hold.
    #[error("this is a secret key; the app takes the publishable one and must never hold a secret key")]
    SecretKey,
    /// Nobody answers there.
    #[error("nobody answers there")]
    Unreachable(#[source] Box<ShopError>),
    /// Whoever answers is no Supabase project that takes this key and has the shop's tables.
    #[error("this is no Supabase project with the shop's tables that takes this key")]
    Refused(#[source] Box<ShopError>),
}

impl Backend {
    /// Takes a backend as a person names it.
    pub fn parse(url: &str, publishable_key: &str) -> Result<Self, BackendError> {
        let url: Url = url.trim().parse().map_err(|_| BackendError::InsecureUrl)?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(BackendError::InsecureUrl);
        }
        let publishable_key = publishable_key.trim().to_owned();
        if is_secret(&publishable_key) {
            return Err(BackendError::SecretKey);
        }
        Ok(Self { url, publishable_key })
    }

    /// Host and port, which name the project.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Asks Supabase Auth and the data API what they have. Nothing is written, here or there.
    pub async fn try_out(&self) -> Result<BackendOffer, BackendError> {
        let settings = match Api::new(&self.url, &self.publishable_key) {
            Ok(api) => api.settings().await,
            Err(error) => Err(error),
        };
        let settings = settings.map_err(|error| unusable(error.into()))?;
        let catalog = match Remote::new(self) {
            Ok(remote) => remote.catalog().await,
            Err(error) => Err(error),
        };
        let catalog = catalog.map_err(|error| unusable(error.into()))?;
        Ok(BackendOffer {
            anonymous_sign_ins: settings.anonymous_users && !settings.disable_signup,
            ways: settings.into(),
            products: catalog.products().len(),
        })
    }
}

fn unusable(error: ShopError) -> BackendError {
    match error {
        ShopError::Auth(AuthError::Unreachable(_) | AuthError::NoAnswer(_))
        | ShopError::Remote(RemoteError::Unreachable(_)) => BackendError::Unreachable(Box::new(error)),
        error => BackendError::Refused(Box::new(error)),
    }
}

/// A secret key of either kind: the new ones say so, the legacy ones in their claims.
fn is_secret(key: &str) -> bool {
    #[derive(Deserialize)]
    struct Claims {
        role: String,
    }
    let claims = key.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let claims = claims.and_then(|json| serde_json::from_slice::<Claims>(&json).ok());
    key.starts_with("sb_secret_") || claims.is_some_and(|claims| claims.role == "service_role")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_over_https_or_stay_on_this_computer() {
        for good in [
            "https://abc.supabase.co",
            "http://127.0.0.1:54321",
            "http://localhost:1",
            "http://[::1]:2",
            " https://a.b ",
        ] {
            assert!(Backend::parse(good, "sb_publishable_x").is_ok(), "{good}");
        }
        for bad in ["http://abc.supabase.co", "http://127.0.0.1.evil.example", "ftp://localhost", "abc", "", "https://"]
        {
            assert!(matches!(Backend::parse(bad, "sb_publishable_x"), Err(BackendError::InsecureUrl)), "{bad}");
        }
    }

    #[test]
    fn a_secret_key_of_either_kind_is_refused() {
        let legacy = |role: &str| {
            let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"supabase","role":"{role}"}}"#));
            format!("e30.{payload}.sig")
        };
        let parse = |key: &str| Backend::parse("https://abc.supabase.co", key);
        assert!(matches!(parse("sb_secret_abc"), Err(BackendError::SecretKey)));
        assert!(matches!(parse(&legacy("service_role")), Err(BackendError::SecretKey)));
        assert!(parse(&legacy("anon")).is_ok());
    }
}
