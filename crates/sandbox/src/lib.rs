//! A Supabase-compatible backend in the program itself: Auth API, data API, an inbox for mail and text messages, and the
//! OAuth providers it plays, over embedded PostgreSQL.
//!
//! It speaks to nobody but this computer: 127.0.0.1 only. Its keys are those of `supabase start`, known to all the world, so
//! it is a place to try things, never a place for real customers.

mod auth;
mod clock;
mod config;
mod engine;
mod error;
mod glob;
mod hex;
mod http;
mod inbox;
mod jwt;
mod limits;
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
pub use error::Error;
use state::{Readiness, Sandbox as Core};

/// Where PostgreSQL keeps its files.
#[derive(Debug, Clone, Default)]
pub enum DataLocation {
    /// In memory: gone when the sandbox stops.
    #[default]
    Memory,
    /// In this folder, which survives a stop and a kill.
    Directory(PathBuf),
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
}

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    url: Url,
    publishable_key: String,
    service_role_key: String,
    ready: watch::Receiver<Readiness>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Starts listening and returns at once; PostgreSQL opens in the background and requests wait for it.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(|e| Error::Listen(Arc::new(e)))?;
    let address = listener.local_addr().map_err(|e| Error::Listen(Arc::new(e)))?;
    let url = Url::parse(&format!("http://{address}")).map_err(|_| Error::Address)?;
    let core = Arc::new(Core::new(options.config, options.clock, url.clone()));
    let ready = core.readiness();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(core.clone().open(options.data));
    let sandbox_url = url.clone();
    let (publishable_key, service_role_key) = (core.jwt.publishable_key(), core.jwt.service_role_key());
    let server = tokio::spawn(http::serve(listener, core, stopped));
    Ok(Sandbox { url: sandbox_url, publishable_key, service_role_key, ready, stop: Some(stop), server: Some(server) })
}

impl Sandbox {
    /// Where it listens, without `/auth/v1`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The anon key: for role `anon`, made to be shipped.
    pub fn publishable_key(&self) -> &str {
        &self.publishable_key
    }

    /// The key that row-level security lets pass. For tests and consoles, never for an app.
    pub fn service_role_key(&self) -> &str {
        &self.service_role_key
    }

    /// Waits until PostgreSQL is open and the schema is there, or tells why it is not.
    pub async fn ready(&self) -> Result<(), Error> {
        let mut ready = self.ready.clone();
        let state = ready.wait_for(|state| !matches!(state, Readiness::Opening)).await.map_err(|_| Error::Stopped)?;
        match &*state {
            Readiness::Failed(cause) => Err(Error::Database(cause.clone())),
            _ => Ok(()),
        }
    }

    /// Stops listening and finishes what is under way. The database closes behind it; cut short in that, it recovers by
    /// itself at the next start, as after a kill.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may be gone already: then there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
    }
}
