//! Another window on this backend, with its own data: a second device of one person, or another person.

use std::sync::Arc;

use axum::{Extension, extract::State, http::StatusCode};

use super::{Refusal, tell};
use crate::state::Sandbox;

/// What opens one, where somebody can: the desktop shell does, the sandbox alone does not.
#[derive(Clone, Default)]
pub(super) struct Devices(pub(super) Option<Arc<dyn Fn() -> Result<(), String> + Send + Sync>>);

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(Devices(open)): Extension<Devices>,
) -> Result<StatusCode, Refusal> {
    let sentence = "this sandbox runs without the shop's window, so it can open no other device";
    let open = open.ok_or_else(|| Refusal::new(StatusCode::NOT_IMPLEMENTED, sentence))?;
    // It may start a program, which takes a moment.
    let opened = tokio::task::spawn_blocking(move || open()).await;
    opened.map_err(|error| Refusal::failed(error.to_string()))?.map_err(Refusal::failed)?;
    tell(&sandbox, "opened another device");
    Ok(StatusCode::NO_CONTENT)
}
