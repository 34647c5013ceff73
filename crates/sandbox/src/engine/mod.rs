//! PostgreSQL, behind its wire protocol. Two engines, one code path: the code above sees a pool of `tokio_postgres` sessions
//! and nothing of who serves them.

mod embedded;
mod server;
mod url;

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Transaction};

pub use url::{DatabaseUrl, DatabaseUrlError};

use crate::DataLocation;

/// Sessions with a database: one with the embedded engine, which has no more, and several with a server.
pub(crate) struct Database {
    sessions: Pool,
    /// Ends when the embedded engine has closed its files.
    engine: Mutex<Option<JoinHandle<()>>>,
}

/// A session, while somebody's turn lasts.
pub(crate) struct Turn(Object);

impl Database {
    /// Opens the engine and a first session, so that what is wrong is known now.
    pub(crate) async fn open(data: DataLocation) -> Result<Self, String> {
        let (manager, engine) = match data {
            DataLocation::Memory => embedded::open(None).await?,
            DataLocation::Directory(folder) => embedded::open(Some(folder)).await?,
            DataLocation::Server(address) => (server::open(address).await?, None),
        };
        let most = if engine.is_some() { embedded::SESSIONS } else { server::SESSIONS };
        let sessions = Pool::builder(manager).max_size(most).build().map_err(|error| error.to_string())?;
        let database = Self { sessions, engine: Mutex::new(engine) };
        database.turn().await?;
        Ok(database)
    }

    /// Gives no more sessions and waits, a while, until the embedded engine has closed its files.
    pub(crate) async fn close(&self) {
        self.sessions.close();
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(engine) = engine {
            // Cut short, it recovers by itself at the next start, as after a kill.
            let _ = tokio::time::timeout(PATIENCE, engine).await;
        }
    }

    /// Waits for a session that nobody uses.
    pub(crate) async fn turn(&self) -> Result<Turn, String> {
        self.sessions.get().await.map(Turn).map_err(|error| describe(&error))
    }
}

impl Turn {
    /// A transaction; dropped without commit, it is rolled back.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, tokio_postgres::Error> {
        let client: &mut Client = &mut self.0;
        client.transaction().await
    }
}

/// How long the embedded engine may take to close.
const PATIENCE: Duration = Duration::from_secs(5);
/// A session that broke is replaced; one that works is as clean as its last transaction left it.
const REUSE: ManagerConfig = ManagerConfig { recycling_method: RecyclingMethod::Fast };

/// Sessions made by `connect`.
fn sessions(config: tokio_postgres::Config, connect: impl deadpool_postgres::Connect + 'static) -> Manager {
    Manager::from_connect(config, connect, REUSE)
}

/// An error with its causes: the server's own words among them, which `tokio_postgres` keeps out of its `Display`.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors repeat their cause's words.
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}
