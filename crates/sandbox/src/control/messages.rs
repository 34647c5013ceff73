//! The inbox once more, for the console: it may ask nobody but the control API. Here alone codes and links are shown.

use std::sync::Arc;

use axum::{Json, extract::State};

use super::Refusal;
use crate::{
    inbox::{self, Received},
    state::Sandbox,
};

/// Newest first.
pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Result<Json<Vec<Received>>, Refusal> {
    inbox::read(&sandbox, None).await.map(Json).map_err(Refusal::failed)
}
