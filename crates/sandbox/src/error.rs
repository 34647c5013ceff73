//! What can keep a sandbox from starting.

use std::{io, sync::Arc};

/// Why the sandbox does not run.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The port is taken, or no socket can be had.
    #[error("can't listen on 127.0.0.1: {0}")]
    Listen(#[source] Arc<io::Error>),
    /// The address makes no URL.
    #[error("the listening address makes no URL")]
    Address,
    /// PostgreSQL does not open, or a migration fails.
    #[error("the database does not open: {0}")]
    Database(String),
    /// It was stopped before it was ready.
    #[error("stopped before it was ready")]
    Stopped,
}
