//! A Supabase-compatible backend in the program itself: Auth API, data API, an inbox for mail and text messages, and the
//! OAuth providers it plays, over embedded PostgreSQL.
//!
//! It speaks to nobody but this computer: 127.0.0.1 only. Its keys are those of `supabase start`, known to all the world, so
//! it is a place to try things, never a place for real customers.

mod auth;
mod clean_up;
mod clock;
mod config;
mod control;
mod early_ends;
mod engine;
mod error;
mod events;
mod faults;
mod glob;
mod hex;
mod http;
mod inbox;
mod jwt;
mod limits;
mod line;
mod observe;
mod page;
mod provider;
mod redirect;
mod rest;
mod schema;
mod state;

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
    task::JoinHandle,
};
use url::Url;

pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use control::{Control, ControlOptions};
pub use engine::{DatabaseUrl, DatabaseUrlError};
pub use error::Error;
use state::{Readiness, Sandbox as Core};

/// Which PostgreSQL, and where it keeps its data.
#[derive(Debug, Clone, Default)]
pub enum DataLocation {
    /// In memory: gone when the sandbox stops.
    #[default]
    Memory,
    /// In this folder, which survives a stop and a kill.
    Directory(PathBuf),
    /// In a database of a PostgreSQL server, 15 or newer. It is made if it is not there yet.
    Server(DatabaseUrl),
}

/// What a sandbox is started with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the data lies.
    pub data: DataLocation,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// As `supabase/config.toml` says; the default is the file built in.
    pub config: Config,
    /// What time it is.
    pub clock: Clock,
    /// The control API; without it nobody moves anything.
    pub control: Option<ControlOptions>,
}

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    core: Arc<Core>,
    publishable_key: String,
    service_role_key: String,
    control: Option<Control>,
    /// Dropped, it ends the control API.
    _moving: watch::Sender<()>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Starts listening and returns at once; PostgreSQL opens in the background and requests wait for it.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(|e| Error::Listen(Arc::new(e)))?;
    let address = listener.local_addr().map_err(|e| Error::Listen(Arc::new(e)))?;
    let url = Url::parse(&format!("http://{address}")).map_err(|_| Error::Address)?;
    let core = Arc::new(Core::new(options.config, options.clock, url));
    let (moving, moved) = watch::channel(());
    let control = match options.control {
        Some(options) => Some(control::open(options, core.clone(), moved).await?),
        None => None,
    };
    let (stop, stopped) = oneshot::channel();
    let (opening, data) = (core.clone(), options.data);
    tokio::spawn(async move {
        if opening.open(data).await {
            clean_up::keep(opening).await;
        }
    });
    let (publishable_key, service_role_key) = (core.jwt.publishable_key(), core.jwt.service_role_key());
    let server = tokio::spawn(http::serve(listener, core.clone(), stopped));
    Ok(Sandbox {
        core,
        publishable_key,
        service_role_key,
        control,
        _moving: moving,
        stop: Some(stop),
        server: Some(server),
    })
}

impl Sandbox {
    /// Where it listens, without `/auth/v1`.
    pub fn url(&self) -> &Url {
        &self.core.url
    }

    /// The anon key: for role `anon`, made to be shipped.
    pub fn publishable_key(&self) -> &str {
        &self.publishable_key
    }

    /// The key that row-level security lets pass. For tests and consoles, never for an app.
    pub fn service_role_key(&self) -> &str {
        &self.service_role_key
    }

    /// The control API, if it was asked for.
    pub fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }

    /// Waits until PostgreSQL is open and the schema is there, or tells why it is not.
    pub async fn ready(&self) -> Result<(), Error> {
        let mut ready = self.core.readiness();
        let state = ready.wait_for(|state| !matches!(state, Readiness::Opening)).await.map_err(|_| Error::Stopped)?;
        match &*state {
            Readiness::Failed(cause) => Err(Error::Database(cause.clone())),
            _ => Ok(()),
        }
    }

    /// Runs statements in one transaction, past every API: for tests that need what no API gives, and for measures.
    #[doc(hidden)]
    pub async fn execute(&self, sql: &str) -> Result<(), Error> {
        let failed = |error: tokio_postgres::Error| Error::Database(engine::describe(&error));
        let mut turn = self.core.turn().await.map_err(Error::Database)?;
        let tx = turn.begin().await.map_err(failed)?;
        tx.batch_execute(sql).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    /// Stops listening, finishes what is under way and closes the database. Cut short in that, it recovers by itself at
    /// the next start, as after a kill.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may be gone already: then there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
        self.core.close().await;
    }
}
