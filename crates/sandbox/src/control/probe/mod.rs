//! One statement, run as a guest, a member or a visitor, and PostgreSQL's answer to it: what the policies let pass, without
//! an app in between. Whatever it did is rolled back.

mod caller;
mod statement;

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_postgres::Error;

use self::{caller::As, statement::Outcome};
use super::{Refusal, Said};
use crate::state::Sandbox;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Probe {
    r#as: As,
    sql: String,
}

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Said(Probe { r#as: who, sql }): Said<Probe>,
) -> Result<Json<Value>, Refusal> {
    statement::check(&sql).map_err(|flaw| Refusal::new(StatusCode::BAD_REQUEST, flaw))?;
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let caller = caller::find(&sandbox, &tx, who).await?;
    caller::lock(&tx).await?;
    caller.enter(&tx).await?;
    let answer = match statement::run(&tx, &sql).await {
        Ok(Outcome::Done(table)) => json!(table),
        Ok(Outcome::NotRun(why)) => return Err(Refusal::new(StatusCode::BAD_REQUEST, why)),
        Err(error) => refused(&error)?,
    };
    tx.rollback().await?;
    Ok(Json(json!({ "as": caller, "answer": answer })))
}

/// PostgreSQL's no is an answer as well; a session that broke is none.
fn refused(error: &Error) -> Result<Value, Refusal> {
    let Some(said) = error.as_db_error() else { return Err(Refusal::failed(crate::engine::describe(error))) };
    Ok(json!({
        "code": said.code().code(), "message": said.message(), "detail": said.detail(), "hint": said.hint(),
    }))
}
