//! What can go wrong with the file.

use sqlx::{error::DatabaseError, migrate::MigrateError, sqlite::SqliteError};

/// A failed read or write. Nothing of the operation has happened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room for it.
    #[error("the disk is full")]
    Full(#[source] sqlx::Error),
    /// The file or its folder can't be written.
    #[error("the file or its folder can't be written")]
    ReadOnly(#[source] sqlx::Error),
    /// The file holds what no program wrote. At the next start it is set aside and what can be read of it is kept.
    #[error("the file is damaged")]
    Damaged(#[source] sqlx::Error),
    /// A later version of the program wrote the file.
    #[error("a later version of the program wrote the file (its schema has number {schema})")]
    Newer {
        /// The schema that this program does not know.
        schema: i64,
    },
    /// SQLite refused for another reason.
    #[error("the local database failed")]
    Sqlite(#[source] sqlx::Error),
    /// The file's schema can't be brought up to date.
    #[error("the local database can't be brought up to date")]
    Migration(#[source] MigrateError),
    /// A row says what no row can say.
    #[error("{table}.{column} holds an impossible value")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
    },
    /// The files beside the database can't be moved or removed.
    #[error("a file of the local database can't be moved")]
    File(#[source] std::io::Error),
}

/// SQLite's result codes (sqlite.org/rescode.html): the low byte of an extended one is the primary.
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
    /// Writing, syncing, growing and mapping a file: what a full disk or a quota refuses.
    pub(super) const WRITING: [i32; 5] = [778, 1034, 1546, 4874, 5386];
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let extended = error.as_database_error().and_then(|e| e.try_downcast_ref::<SqliteError>());
        let extended = extended.and_then(|e| e.code()?.parse::<i32>().ok()).unwrap_or(0);
        match extended & 0xff {
            code::FULL => Self::Full(error),
            code::IOERR if code::WRITING.contains(&extended) => Self::Full(error),
            code::READONLY | code::CANTOPEN | code::PERM => Self::ReadOnly(error),
            code::CORRUPT | code::NOTADB => Self::Damaged(error),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(schema) => Self::Newer { schema },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            error => Self::Migration(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(error.into()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(error.into()),
            _ => Self::File(error),
        }
    }
}
