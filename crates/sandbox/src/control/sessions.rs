//! One session of somebody, ended from elsewhere.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use uuid::Uuid;

use super::{Refusal, tell, users};
use crate::state::Sandbox;

/// Signed out on one device: its refresh token counts no longer. As with a sign-out, the data API takes the access token until
/// it runs out.
pub(super) async fn delete(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> Result<StatusCode, Refusal> {
    if users::run(&sandbox, "delete from auth.sessions where id = $1", id).await? == 0 {
        return Err(missing());
    }
    tell(&sandbox, format!("ended the session {id}"));
    Ok(StatusCode::NO_CONTENT)
}

/// Its access token runs out now, everywhere, and the session goes on: whoever holds it has to refresh.
pub(super) async fn expire(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> Result<StatusCode, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    if tx.query_opt("select 1 from auth.sessions where id = $1", &[&id]).await?.is_none() {
        return Err(missing());
    }
    sandbox.early_ends.end(id, sandbox.clock.now_seconds());
    tell(&sandbox, format!("let the access token of the session {id} run out"));
    Ok(StatusCode::NO_CONTENT)
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is no such session")
}
