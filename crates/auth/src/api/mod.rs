//! One typed call per endpoint. Nothing is kept and nothing is repeated here.

mod anonymous;
mod logout;
mod refresh;
mod settings;
mod user;
mod verify;

use std::{sync::Arc, time::Duration};

use reqwest::{Method, RequestBuilder, header};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{AccessToken, ApiError, Clock, Code, Error, Session, wire};

pub use settings::Settings;

/// Time to a connection; then the person should hear that they are offline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time to a whole answer (`reference/auth-client.md`, item 13).
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Error bodies with a string `code` (wire reference, section 0).
const API_VERSION: &str = "2024-01-01";

/// Supabase Auth at one address, called with one publishable key.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Url,
    publishable_key: String,
    clock: Arc<dyn Clock>,
}

impl Api {
    /// For a project at `url` (without `/auth/v1`), with its publishable (or legacy anon) key.
    pub fn new(url: &Url, publishable_key: impl Into<String>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let base = url.join("auth/v1/").map_err(|_| Error::BadUrl)?;
        let http = http_client().map_err(Error::Unreachable)?;
        Ok(Self { http, base, publishable_key: publishable_key.into(), clock })
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// `path` is one of this crate's own constants.
    fn request(&self, method: Method, path: &str, token: Option<&AccessToken>) -> Result<RequestBuilder, Error> {
        let url = self.base.join(path).map_err(|_| Error::BadUrl)?;
        let request = self
            .http
            .request(method, url)
            .header("apikey", &self.publishable_key)
            .header("X-Supabase-Api-Version", API_VERSION);
        Ok(match token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        })
    }

    async fn session(&self, request: RequestBuilder) -> Result<Session, Error> {
        let (status, body) = Self::send(request).await?;
        let body: wire::SessionBody = parse(status, &body)?;
        body.into_session(self.clock.now()).ok_or(Error::Foreign { status, retry_after: None })
    }

    /// Sends, and turns every status but 2xx into an error.
    async fn send(request: RequestBuilder) -> Result<(u16, Vec<u8>), Error> {
        let response = request.send().await.map_err(transport)?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let body = response.bytes().await.map_err(transport)?;
        if status.is_success() {
            return Ok((status.as_u16(), body.into()));
        }
        Err(refusal(status.as_u16(), retry_after, &body))
    }
}

/// A client for anything that carries tokens: bounded in time, and it follows no redirect, which could carry the token to
/// another host.
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("carryover/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn parse<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|_| Error::Foreign { status, retry_after: None })
}

/// An error never carries the URL: paths are ours, but queries may not be.
fn transport(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() { Error::Unreachable(error) } else { Error::NoAnswer(error) }
}

fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn refusal(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let parts = serde_json::from_slice::<wire::ErrorBody>(body).ok().and_then(wire::ErrorBody::parts);
    match parts {
        Some((code, message)) => {
            let retry_after = retry_after.or_else(|| seconds_in(&message));
            Error::Api(ApiError { status, code: Code::parse(&code), message, retry_after })
        }
        None => Error::Foreign { status, retry_after },
    }
}

/// Supabase Auth sends no `Retry-After` with its frequency limits; the sentence "… only request this after N seconds."
/// is the only place that tells (wire reference, section 5).
fn seconds_in(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once(" after ")?;
    let seconds = rest.strip_suffix(" seconds.")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_generations_of_errors() {
        for body in [
            r#"{"code":422,"error_code":"email_exists","msg":"taken"}"#,
            r#"{"code":"email_exists","message":"taken"}"#,
        ] {
            let error = refusal(422, None, body.as_bytes());
            assert_eq!(error.code(), Some(&Code::EmailExists), "{body}");
        }
    }

    #[test]
    fn a_proxys_page_is_not_an_answer() {
        let error = refusal(502, None, b"<html>Bad gateway</html>");
        assert!(matches!(error, Error::Foreign { status: 502, .. }));
        assert!(error.is_retryable());
    }

    #[test]
    fn finds_the_wait_in_the_sentence() {
        let body = r#"{"code":"over_email_send_rate_limit","message":"For security purposes, you can only request this after 42 seconds."}"#;
        assert_eq!(refusal(429, None, body.as_bytes()).retry_after(), Some(Duration::from_secs(42)));
    }
}
