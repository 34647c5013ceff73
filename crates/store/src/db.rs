//! The file, its one connection and its settings.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::StoreError;

/// Which backend the rows belong to: `sandbox`, or the host of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// A scope of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The local database, seen through one scope.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    pub(crate) scope: Scope,
}

impl Store {
    /// Opens or makes the file and brings its schema up to date.
    pub async fn open(file: &Path, scope: Scope) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            // Readers never wait for the writer, and a kill leaves whole transactions only.
            .journal_mode(SqliteJournalMode::Wal)
            // FULL, not NORMAL: a rotated refresh token that a power cut takes back is a lost guest. Costs one fsync a commit.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        // One connection: changes are in one order, and nothing ever waits for a lock inside the program.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self { pool, scope })
    }

    /// A transaction; dropped without `commit`, nothing of it has happened.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin().await?)
    }

    /// A transaction that is the only one to write from its beginning on, among all programs on this file.
    pub(crate) async fn begin_writing(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
