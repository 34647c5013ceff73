//! A request as the endpoints want it: who, from where, with what. Every handler begins with one.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_postgres::Transaction;
use url::form_urlencoded;

use super::{
    bearer::{self, Caller},
    body,
    error::ApiError,
    sessions::Origin,
};
use crate::{
    engine::{Database, Turn},
    limits::Bucket,
    line::Peer,
    state::Sandbox,
};

/// What came in.
pub(crate) struct Request {
    pub sandbox: Arc<Sandbox>,
    pub ip: IpAddr,
    pub headers: HeaderMap,
    /// Of a form body and of the query, in this order, as upstream reads them.
    pub params: Vec<(String, String)>,
    body: Bytes,
}

impl Request {
    /// The body as JSON, whatever the content type says.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        body::parse(&self.body)
    }

    /// The body as JSON; an empty one counts as `{}`.
    pub(crate) fn json_or_nothing<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if self.body.is_empty() { body::parse(b"{}") } else { self.json() }
    }

    /// A parameter of the query or of a form; empty when it is not there.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Draws from a bucket of the caller's address.
    pub(crate) fn draw(&self, bucket: Bucket) -> Result<(), ApiError> {
        if self.sandbox.draw(bucket, self.ip) { Ok(()) } else { Err(ApiError::over_request_rate_limit()) }
    }

    /// Waits until the database serves.
    pub(crate) async fn database(&self) -> Result<&Database, ApiError> {
        self.sandbox.database().await.map_err(unavailable)
    }

    /// Waits for a turn at the database.
    pub(crate) async fn turn(&self) -> Result<Turn, ApiError> {
        self.sandbox.turn().await.map_err(unavailable)
    }

    /// The claims of the bearer token.
    pub(crate) fn claims(&self) -> Result<Value, ApiError> {
        bearer::claims(&self.sandbox, &self.headers)
    }

    /// The user whom these claims name.
    pub(crate) async fn caller(&self, tx: &Transaction<'_>, claims: &Value) -> Result<Caller, ApiError> {
        bearer::caller(tx, claims, self.sandbox.clock.now()).await
    }

    /// Where to send the person in the end: what the request asks for if that is allowed, else the project's own site.
    pub(crate) fn redirect_target(&self) -> String {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let asked = [header("redirect_to"), self.param("redirect_to")].into_iter().find(|asked| !asked.is_empty());
        let referer = header("referer");
        let candidates = asked.into_iter().chain((!referer.is_empty()).then_some(referer));
        self.sandbox.redirects.resolve(candidates)
    }

    /// Where a session that begins with this request comes from.
    pub(crate) fn origin(&self) -> Origin {
        Origin::new(self.ip, &self.headers)
    }
}

fn unavailable(cause: String) -> ApiError {
    ApiError::new(503, "unexpected_failure", cause)
}

impl FromRequest<Arc<Sandbox>> for Request {
    type Rejection = ApiError;

    async fn from_request(request: axum::extract::Request, sandbox: &Arc<Sandbox>) -> Result<Self, ApiError> {
        let peer = request.extensions().get::<ConnectInfo<Peer>>();
        let ip = peer.map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(peer)| peer.address.ip());
        let headers = request.headers().clone();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = Bytes::from_request(request, sandbox).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    ApiError::new(413, "request_entity_too_large", "Request body exceeds the limit of 1 MiB")
                }
                _ => ApiError::new(400, "bad_json", "Could not read the request body"),
            }
        })?;
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_form = content_type.starts_with("application/x-www-form-urlencoded");
        let form = if is_form { &body[..] } else { b"" };
        let params = form_urlencoded::parse(form).chain(form_urlencoded::parse(query.as_bytes()));
        // PostgreSQL takes no NUL: such a parameter counts as not given.
        let params = params.filter(|(_, value)| !value.contains('\0'));
        let params = params.map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        Ok(Self { sandbox: sandbox.clone(), ip, headers, params, body })
    }
}
