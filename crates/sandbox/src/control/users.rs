//! What is done to one user from elsewhere: as an administrator would, or another device.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use uuid::Uuid;

use super::{Refusal, tell};
use crate::state::Sandbox;

/// Gone, with identities, sessions and cart.
pub(super) async fn delete(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> Result<StatusCode, Refusal> {
    let gone = run(&sandbox, "delete from auth.users where id = $1", id).await?;
    if gone == 0 {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "there is no such user"));
    }
    tell(&sandbox, format!("deleted the user {id}"));
    Ok(StatusCode::NO_CONTENT)
}

/// Signed out everywhere. Nobody having been signed in is no error.
pub(super) async fn end_sessions(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    let ended = run(&sandbox, "delete from auth.sessions where user_id = $1", id).await?;
    tell(&sandbox, format!("ended {ended} sessions of the user {id}"));
    Ok(StatusCode::NO_CONTENT)
}

async fn run(sandbox: &Sandbox, sql: &str, id: Uuid) -> Result<u64, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let touched = tx.execute(sql, &[&id]).await?;
    tx.commit().await?;
    Ok(touched)
}
