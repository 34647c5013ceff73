//! The data API of the backend, as PostgREST speaks it. One file for each subject; here is how a call is made.

mod cart;
mod catalog;
mod error;
mod hand_off;
mod orders;
mod person;
mod reviews;

use std::time::Duration;

use carryover_auth::AccessToken;
use reqwest::{RequestBuilder, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use crate::Backend;

pub use error::{Refusal, RemoteError};
pub(crate) use hand_off::{ClaimRequest, OfferedProduct, Preview, Undone};
pub use hand_off::{EarlierCart, EarlierCartOrigin};
pub use orders::{Order, OrderLine};
pub(crate) use reviews::ReviewBody;

/// The data API at one address.
pub(crate) struct Remote {
    http: reqwest::Client,
    rest: Url,
    publishable_key: String,
}

impl Remote {
    pub(crate) fn new(backend: &Backend) -> Result<Self, RemoteError> {
        let rest = backend.url.join("rest/v1/").map_err(|_| RemoteError::BadUrl)?;
        let http = carryover_auth::http_client().map_err(RemoteError::Unreachable)?;
        Ok(Self { http, rest, publishable_key: backend.publishable_key.clone() })
    }

    /// Reads rows; as nobody where there is no token.
    async fn read<T: DeserializeOwned>(&self, path: &str, token: Option<&AccessToken>) -> Result<T, RemoteError> {
        let url = self.rest.join(path).map_err(|_| RemoteError::BadUrl)?;
        let request = self.http.get(url).header("apikey", &self.publishable_key);
        send(match token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        })
        .await
    }

    /// Inserts a row and answers it as it was written.
    async fn insert<T: DeserializeOwned>(
        &self,
        table: &str,
        token: &AccessToken,
        row: &serde_json::Value,
    ) -> Result<T, RemoteError> {
        let url = self.rest.join(table).map_err(|_| RemoteError::BadUrl)?;
        let request = self.http.post(url).header("apikey", &self.publishable_key).bearer_auth(token.expose());
        send(request.header("Prefer", "return=representation").json(row)).await
    }

    /// Deletes the rows that a path selects.
    async fn delete(&self, path: &str, token: &AccessToken) -> Result<(), RemoteError> {
        let url = self.rest.join(path).map_err(|_| RemoteError::BadUrl)?;
        send(self.http.delete(url).header("apikey", &self.publishable_key).bearer_auth(token.expose())).await
    }

    /// Calls a function.
    async fn call<T: DeserializeOwned>(
        &self,
        function: &str,
        token: &AccessToken,
        arguments: &serde_json::Value,
    ) -> Result<T, RemoteError> {
        let url = self.rest.join(&format!("rpc/{function}")).map_err(|_| RemoteError::BadUrl)?;
        let request = self.http.post(url).header("apikey", &self.publishable_key).bearer_auth(token.expose());
        send(request.json(arguments)).await
    }
}

/// An error as PostgREST words it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: String,
    message: String,
    details: Option<String>,
}

async fn send<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, RemoteError> {
    let response = request.send().await.map_err(|error| RemoteError::Unreachable(error.without_url()))?;
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err(RemoteError::Unauthorized);
    }
    let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let body = response.bytes().await.map_err(|error| RemoteError::Unreachable(error.without_url()))?;
    if !status.is_success() {
        // What is no JSON has no reason either: a proxy's page.
        let said: ErrorBody = serde_json::from_slice(&body).unwrap_or_default();
        return Err(RemoteError::Refused {
            status: status.as_u16(),
            refusal: Refusal::parse(&said.code, &said.message, said.details),
            retry_after: retry_after.map(Duration::from_secs),
        });
    }
    // A function that returns nothing answers with nothing.
    let body = if body.is_empty() { b"null".as_slice() } else { &body };
    serde_json::from_slice(body).map_err(|_| RemoteError::Unintelligible)
}
