//! Which PostgreSQL the tests' sandboxes run on.

use std::env;

use anyhow::{Context, Result};
use carryover_sandbox::{DataLocation, DatabaseUrl};
use uuid::Uuid;

/// Names a server, without a database: `postgres://user@host:port`. Then every sandbox gets a database of its own there.
const SERVER: &str = "CARRYOVER_TEST_SERVER";

/// What a test that asks for memory gets: memory, or a new database of the server that the environment names.
pub(crate) fn engine(data: DataLocation) -> Result<DataLocation> {
    match (data, env::var(SERVER)) {
        (DataLocation::Memory, Ok(server)) => {
            let name = format!("{}/test_{}", server.trim_end_matches('/'), Uuid::new_v4().simple());
            let url: DatabaseUrl = name.parse().with_context(|| format!("{SERVER} names no server"))?;
            Ok(DataLocation::Server(url))
        }
        (data, _) => Ok(data),
    }
}
