//! The file, its one connection and its settings.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{StoreError, recover};

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
    file: PathBuf,
    pub(crate) scope: Scope,
}

impl Store {
    /// Opens or makes the file and brings its schema up to date. A damaged file is set aside and what can be read of it is
    /// kept; [`Store::notices`] tells.
    pub async fn open(file: &Path, scope: Scope, now_ms: i64) -> Result<Self, StoreError> {
        recover::finish(file)?;
        let pool = match connect(file).await {
            Err(StoreError::Damaged(cause)) => {
                tracing::error!(error = &cause as &dyn std::error::Error, "the local database is damaged");
                let recovered = recover::recover(file, now_ms).await?;
                let store = Self { pool: connect(file).await?, file: file.to_owned(), scope };
                store.note_recovery(&recovered, now_ms).await?;
                return Ok(store);
            }
            other => other?,
        };
        Ok(Self { pool, file: file.to_owned(), scope })
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

    /// This file's name at the server, by which a device's own changes are in one order.
    pub async fn device(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar("select id from device").fetch_one(&self.pool).await?)
    }

    /// Removes what was set aside of this file.
    pub(crate) fn remove_copies(&self) -> Result<(), StoreError> {
        for copy in recover::copies(&self.file)? {
            fs::remove_file(copy)?;
        }
        Ok(())
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The settings that everything written here relies on.
pub(crate) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        // Readers never wait for the writer, and a kill leaves whole transactions only.
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, not NORMAL: a rotated refresh token that a power cut takes back is a lost guest. Costs one fsync a commit.
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is overwritten: a forgotten person must not be found in the file.
        .pragma("secure_delete", "on")
        .busy_timeout(Duration::from_secs(5))
}

/// Opens a file that is whole and brings its schema up to date.
pub(crate) async fn connect(file: &Path) -> Result<SqlitePool, StoreError> {
    // One connection: changes are in one order, and nothing ever waits for a lock inside the program.
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options(file)).await?;
    // Reads every page once: milliseconds, for the file is small. Later is too late: a damaged page may hold half a cart.
    let first: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&pool).await?;
    if first != "ok" {
        pool.close().await;
        return Err(StoreError::Damaged(sqlx::Error::Protocol(first)));
    }
    if let Err(error) = sqlx::migrate!().run(&pool).await {
        // Closed in order, the file is left as it was found.
        pool.close().await;
        return Err(error.into());
    }
    Ok(pool)
}
