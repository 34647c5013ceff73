//! How a request reaches the server, as an input: HTTP in programs, a script with faults in tests.

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use http::{Request, Response};

/// A future on the heap, so that [`Transport`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries requests to Supabase Auth. It follows no redirect and repeats nothing.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request. A status of any kind is an answer; an error means that there was none.
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>>;
}

/// There was no answer.
#[derive(Debug, Clone)]
pub enum TransportError {
    /// Nothing was sent: a repetition is harmless.
    NotSent(Cause),
    /// The request may have arrived.
    NoAnswer(Cause),
}

/// Why there was no answer.
pub type Cause = Arc<dyn StdError + Send + Sync>;

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(_) => f.write_str("no connection"),
            Self::NoAnswer(_) => f.write_str("no answer"),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotSent(cause) | Self::NoAnswer(cause) => Some(cause),
        }
    }
}

/// Time to a connection; then the person should hear that they are offline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time to a whole answer (`reference/auth-client.md`, item 13).
pub(crate) const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

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

/// HTTP by reqwest and rustls.
#[derive(Clone)]
pub(crate) struct Http(pub reqwest::Client);

impl Transport for Http {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(failed)?;
            let response = self.0.execute(request).await.map_err(failed)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.bytes().await.map_err(failed)?;
            let mut answer = Response::new(body.into());
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}

/// An error never carries the URL: paths are ours, but queries may not be.
fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent(Arc::new(error))
    } else {
        TransportError::NoAnswer(Arc::new(error))
    }
}
