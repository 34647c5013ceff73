//! The data API, as PostgREST speaks it: reads, writes and function calls, each in one transaction under the caller's role.
//! Identifiers come from PostgreSQL's own catalog and are quoted; values are bound.

mod caller;
mod error;
mod filter;
mod function;
mod table;

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::state::Sandbox;

/// All routes, below `/rest/v1`.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/{table}", get(table::read).post(table::insert).patch(table::update).delete(table::delete))
        .route("/rpc/{function}", get(function::get).post(function::post))
}
