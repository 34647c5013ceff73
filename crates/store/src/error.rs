//! What can go wrong with the file.

/// A failed read or write. Nothing of the operation has happened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused: disk full, folder read-only, file damaged.
    #[error("the local database failed")]
    Sqlite(#[from] sqlx::Error),
    /// The file was written by a newer version of the program, or its schema can't be brought up to date.
    #[error("the local database has another version")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row says what no row can say.
    #[error("{table}.{column} holds an impossible value")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
    },
}
