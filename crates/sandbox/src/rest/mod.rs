//! The data API, as PostgREST speaks it: reads, writes and function calls, each in one transaction under the caller's role.
//! Identifiers come from PostgreSQL's own catalog and are quoted; values are bound.

mod answer;
mod caller;
mod catalog;
mod error;
mod function;
mod media;
mod prefer;
mod query;
mod range;
mod read;
mod run;
mod signature;
mod sql;
mod write;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, StatusCode},
    response::IntoResponse,
    routing::get,
};
use url::form_urlencoded;

use self::{caller::Caller, error::RestError};
use crate::{engine::Turn, state::Sandbox};

/// All routes, below `/rest/v1`.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    let table = get(read::get).post(write::post).patch(write::patch).put(write::put).delete(write::delete);
    Router::new()
        .route("/{table}", table)
        .route("/rpc/{function}", get(function::get).post(function::post))
        .method_not_allowed_fallback(async |method: Method| {
            RestError::new(405, "PGRST117", format!("Unsupported HTTP method: {method}"))
        })
        .fallback(async || RestError::new(404, "PGRST125", "Invalid path specified in request URL"))
}

/// A request as the handlers want it.
struct Incoming {
    sandbox: Arc<Sandbox>,
    headers: HeaderMap,
    /// Of a table or a function.
    name: String,
    parameters: Vec<(String, String)>,
    body: Bytes,
}

impl Incoming {
    /// Whoever calls, and a session with the database.
    async fn begin(&self) -> Result<(Caller, Turn), RestError> {
        let caller = Caller::of(&self.sandbox, &self.headers)?;
        Ok((caller, self.sandbox.turn().await.map_err(RestError::unavailable)?))
    }
}

impl FromRequest<Arc<Sandbox>> for Incoming {
    type Rejection = RestError;

    async fn from_request(request: Request, sandbox: &Arc<Sandbox>) -> Result<Self, RestError> {
        run::check_schema(request.method(), request.headers())?;
        let headers = request.headers().clone();
        let query = request.uri().query().unwrap_or_default();
        let parameters = form_urlencoded::parse(query.as_bytes());
        let parameters = parameters.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        // The last part of the path is the name, whatever letters it has.
        let last = request.uri().path().rsplit('/').next().unwrap_or_default();
        let name = percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned();
        if name.contains('\0') {
            return Err(RestError::new(404, "PGRST125", "Invalid path specified in request URL"));
        }
        let body = Bytes::from_request(request, sandbox).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    RestError::new(413, "PGRST102", "Request body exceeds the limit of 1 MiB")
                }
                _ => RestError::new(400, "PGRST102", "The request body could not be read"),
            }
        })?;
        Ok(Self { sandbox: sandbox.clone(), headers, name, parameters, body })
    }
}
