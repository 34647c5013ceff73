//! The control API: what testers and the console move the sandbox with. It listens on a port of its own, on 127.0.0.1, and
//! answers nobody without its token, so that no page and no other program moves anything by accident.

mod claims;
mod clock;
mod devices;
mod events;
mod faults;
mod guard;
mod inside;
mod messages;
mod page;
mod probe;
mod report;
mod reset;
mod scenarios;
mod sessions;
mod state;
mod users;

use std::{fmt, net::Ipv4Addr, sync::Arc};

use axum::{
    Extension, Json, Router,
    extract::{FromRequest, Request},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use rand::RngExt;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use url::Url;

pub(crate) use self::claims::Claims;
use self::devices::Devices;
use crate::{Error, clean_up, engine::describe, events::What, hex, http, state::Sandbox};

/// How the control API is opened.
#[derive(Clone, Default)]
pub struct ControlOptions {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The token that every request must carry; a random one unless a script has to know it beforehand.
    pub token: Option<String>,
    /// Opens another window of the shop on this backend, as another device; `None` where nobody can. An error is a sentence.
    pub devices: Option<Arc<dyn Fn() -> Result<(), String> + Send + Sync>>,
}

/// Where the control API is and what opens it.
#[derive(Clone)]
pub struct Control {
    url: Url,
    token: String,
}

impl Control {
    /// Its address, for programs.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What goes behind `Authorization: Bearer`.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its address for a person's browser. The token is in the fragment, which no browser sends to anybody.
    pub fn console(&self) -> String {
        format!("{}#{}", self.url, self.token)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ControlOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlOptions").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Starts listening; until `stopped` says so, or nobody is left to say it.
pub(crate) async fn open(
    options: ControlOptions,
    sandbox: Arc<Sandbox>,
    mut stopped: watch::Receiver<()>,
) -> Result<Control, Error> {
    let failed = |error| Error::Listen(Arc::new(error));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let url = Url::parse(&format!("http://{address}")).map_err(|_| Error::Address)?;
    let token = options.token.unwrap_or_else(|| hex::encode(&rand::rng().random::<[u8; 32]>()));
    let control = Control { url, token };
    let router = routes(sandbox, &control, Devices(options.devices));
    tokio::spawn(async move {
        // No grace: a listener to events would keep it open for ever.
        tokio::select! {
            served = axum::serve(listener, router) => {
                if let Err(error) = served {
                    tracing::error!(%error, "the control API stopped serving");
                }
            }
            _ = stopped.changed() => {}
        }
    });
    Ok(control)
}

fn routes(sandbox: Arc<Sandbox>, control: &Control, devices: Devices) -> Router {
    let api = Router::new()
        .route("/clock", get(clock::get).post(clock::post).delete(clock::delete))
        .route("/faults", get(faults::get).post(faults::post).delete(faults::delete_all))
        .route("/faults/{id}", delete(faults::delete))
        .route("/reset", post(reset::post))
        .route("/clean_up", post(clean))
        .route("/scenarios", get(scenarios::get))
        .route("/scenarios/{name}", post(scenarios::post))
        .route("/state", get(state::get))
        .route("/messages", get(messages::get))
        .route("/messages/{id}/expire", post(messages::expire))
        .route("/users", post(users::post))
        .route("/users/{id}", put(users::put).delete(users::delete))
        .route("/users/{id}/sessions", delete(users::end_sessions))
        .route("/sessions/{id}", delete(sessions::delete))
        .route("/sessions/{id}/expire", post(sessions::expire))
        .route("/probe", post(probe::post))
        .route("/devices", post(devices::post))
        .route("/report", get(report::get))
        .route("/events", get(events::get))
        .layer(Extension(devices))
        .layer(middleware::from_fn_with_state(guard::Guard::new(control), guard::layer));
    Router::new()
        .route("/", get(page::get))
        .nest("/control/v1", api)
        .layer(middleware::from_fn(http::loopback_only))
        .with_state(sandbox)
}

async fn clean(axum::extract::State(sandbox): axum::extract::State<Arc<Sandbox>>) -> Result<StatusCode, Refusal> {
    clean_up::now(&sandbox).await.map_err(Refusal::failed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells what somebody did from here.
fn tell(sandbox: &Sandbox, did: impl Into<String>) {
    sandbox.events.tell(sandbox.clock.now(), What::Control { did: did.into() });
}

/// The body of a request; one that can't be read is refused in a sentence, as JSON like every other answer.
struct Said<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<Sandbox>> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, sandbox: &Arc<Sandbox>) -> Result<Self, Refusal> {
        let read = Json::from_request(request, sandbox).await;
        read.map(|Json(said)| Self(said)).map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))
    }
}

/// Why something can't be done, in a sentence.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    sentence: String,
}

impl Refusal {
    fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into() }
    }

    fn failed(cause: String) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, cause)
    }
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::failed(describe(&error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "message": self.sentence }))).into_response()
    }
}
