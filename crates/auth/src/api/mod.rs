//! One typed call per endpoint. Nothing is kept and nothing is repeated here.

#[cfg(feature = "admin")]
mod admin;
mod answer;
mod authorize;
mod id_token;
mod identities;
mod jwks;
mod logout;
mod mail_link;
mod mfa;
mod otp;
mod settings;
mod sign_up;
mod token;
mod user;
mod verify;

use std::sync::Arc;

use http::{HeaderValue, Method, Request, header};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    AccessToken, CaptchaToken, Error, Session, Transport,
    transport::{Http, TOTAL_TIMEOUT, http_client},
};
use answer::Answer;

#[cfg(feature = "admin")]
pub use admin::{Admin, GeneratedLink, LinkKind, NewUser};
pub use authorize::Authorization;
pub use id_token::IdToken;
pub use jwks::Jwks;
pub use logout::Scope;
pub use mail_link::MailLink;
pub use mfa::{Challenge, Enrolled, FactorKind};
pub use otp::{Resend, SendOtp};
pub use settings::{Health, Settings};
pub use sign_up::SignedUp;
pub use user::UserUpdate;
pub use verify::{OtpKind, Proof, Verified};

/// Error bodies with a string `code` (wire reference, section 0).
const API_VERSION: &str = "2024-01-01";

/// Supabase Auth at one address, called with one publishable key. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn Transport>,
    base: Url,
    publishable_key: HeaderValue,
}

impl Api {
    /// For a project at `url` (without `/auth/v1`), with its publishable (or legacy anon) key.
    pub fn new(url: &Url, publishable_key: &str) -> Result<Self, Error> {
        let http = http_client().map_err(|error| Error::Unreachable(Arc::new(error)))?;
        Self::with_transport(url, publishable_key, Arc::new(Http(http)))
    }

    /// The same over another transport.
    pub fn with_transport(url: &Url, publishable_key: &str, transport: Arc<dyn Transport>) -> Result<Self, Error> {
        let base = url.join("auth/v1/").map_err(|_| Error::BadUrl)?;
        let publishable_key = HeaderValue::from_str(publishable_key).map_err(|_| Error::BadUrl)?;
        Ok(Self { transport, base, publishable_key })
    }

    /// A name for the project, so that two of them never share a stored session: the host, and the port if it is not the
    /// scheme's own (item 29).
    pub fn project(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The issuer that the project's tokens name.
    pub fn issuer(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// `path` is one of this crate's own constants, or made of a UUID.
    fn url(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|_| Error::BadUrl)
    }

    async fn get(&self, url: Url, token: Option<&AccessToken>) -> Result<Answer, Error> {
        self.call(Method::GET, url, token, Vec::new()).await
    }

    async fn post<B: Serialize>(&self, path: &str, token: Option<&AccessToken>, body: &B) -> Result<Answer, Error> {
        self.call(Method::POST, self.url(path)?, token, json(body)).await
    }

    /// Sends, within a time limit of our own whatever the transport does, and turns every status but 2xx into an error.
    async fn call(
        &self,
        method: Method,
        url: Url,
        token: Option<&AccessToken>,
        body: Vec<u8>,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(body);
        *request.uri_mut() = url.as_str().parse().map_err(|_| Error::BadUrl)?;
        *request.method_mut() = method;
        let headers = request.headers_mut();
        headers.insert("apikey", self.publishable_key.clone());
        headers.insert("x-supabase-api-version", HeaderValue::from_static(API_VERSION));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = token {
            headers.insert(header::AUTHORIZATION, bearer(token.expose())?);
        }
        let sent = tokio::time::timeout(TOTAL_TIMEOUT, self.transport.send(request)).await;
        Answer::of(sent.map_err(|elapsed| Error::NoAnswer(Arc::new(elapsed)))??)
    }

    /// An answer that must sign in.
    fn session(answer: Answer) -> Result<Session, Error> {
        let foreign = answer.foreign();
        answer.read::<crate::wire::SessionBody>()?.into_session().ok_or(foreign)
    }
}

/// The value of `Authorization`, which no debug output shows.
fn bearer(token: &str) -> Result<HeaderValue, Error> {
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| Error::NoSession)?;
    value.set_sensitive(true);
    Ok(value)
}

fn json<B: Serialize>(body: &B) -> Vec<u8> {
    // Maps with string keys and plain values: none of them can fail to serialise.
    serde_json::to_vec(body).unwrap_or_default()
}

/// A JSON object from those pairs that have a value.
fn object<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Map<String, Value> {
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// Where the wire has the captcha's token (wire reference, section 9).
fn put_captcha(body: &mut Map<String, Value>, captcha: Option<&CaptchaToken>) {
    if let Some(token) = captcha {
        body.insert("gotrue_meta_security".into(), serde_json::json!({ "captcha_token": token.expose() }));
    }
}
