//! PostgreSQL, behind its wire protocol: the code above sees a `tokio_postgres` client and nothing of the engine.

mod embedded;

use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::{Client, Transaction};

use crate::DataLocation;

/// A database with one session, which its users share in turn.
pub(crate) struct Database {
    client: Mutex<Client>,
}

/// The session, while somebody's turn lasts.
pub(crate) struct Turn<'a>(MutexGuard<'a, Client>);

impl Database {
    /// Opens the embedded engine.
    pub(crate) async fn open(data: DataLocation) -> Result<Self, String> {
        Ok(Self { client: Mutex::new(embedded::open(data).await?) })
    }

    /// Waits for the session.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn(self.client.lock().await)
    }
}

impl Turn<'_> {
    /// A transaction; dropped without commit, it is rolled back.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, tokio_postgres::Error> {
        self.0.transaction().await
    }
}
