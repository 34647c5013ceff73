//! The inbox once more, for the console: it may ask nobody but the control API. Here alone codes and links are shown.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;

use super::{Refusal, tell};
use crate::{
    auth::{Sent, Standing, awaited},
    inbox::{self, Received},
    state::Sandbox,
};

/// A message, and what has become of its code.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    message: Received,
    standing: Standing,
}

/// Newest first.
pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Result<Json<Vec<Shown>>, Refusal> {
    let messages = inbox::read(&sandbox, None).await.map_err(Refusal::failed)?;
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let awaited = awaited(&turn.begin().await?).await?;
    let shown = messages.into_iter().map(|message| {
        let sent = Sent { to: &message.to, channel: &message.channel, code: &message.code };
        let standing = sent.standing(&sandbox, &awaited);
        Shown { message, standing }
    });
    Ok(Json(shown.collect()))
}

/// Its code and its link run out now.
pub(super) async fn expire(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<i64>) -> Result<StatusCode, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let row = tx.query_opt("select recipient, channel, code from sandbox.messages where id = $1", &[&id]).await?;
    let row = row.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no such message"))?;
    let (to, channel, code) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if !(Sent { to, channel, code }).expire(&sandbox, &tx).await? {
        let sentence = "this code is over already: it was used, or a newer one took its place";
        return Err(Refusal::new(StatusCode::CONFLICT, sentence));
    }
    tx.commit().await?;
    tell(&sandbox, format!("let the code of message {id} run out"));
    Ok(StatusCode::NO_CONTENT)
}
