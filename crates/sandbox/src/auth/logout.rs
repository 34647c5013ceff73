//! `POST /logout` (wire reference, section 7).

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    bearer,
    error::{ApiError, Format, respond},
    signup::unavailable,
};
use crate::state::Sandbox;

#[derive(Deserialize)]
pub(crate) struct Scope {
    #[serde(default)]
    scope: String,
}

pub(crate) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Query(scope): Query<Scope>,
    headers: HeaderMap,
    format: Format,
) -> Response {
    respond(format, log_out(&sandbox, &headers, &scope.scope).await)
}

async fn log_out(sandbox: &Sandbox, headers: &HeaderMap, scope: &str) -> Result<impl IntoResponse + use<>, ApiError> {
    let claims = bearer::claims(sandbox, headers)?;
    let mut turn = sandbox.database().await.map_err(unavailable)?.turn().await;
    let tx = turn.begin().await?;
    let caller = bearer::caller(&tx, &claims).await?;
    let (user, session) = (caller.user_id, caller.session_id);
    match (scope, session) {
        ("local", Some(session)) => tx.execute("delete from auth.sessions where id = $1", &[&session]).await?,
        ("others", Some(session)) => {
            tx.execute("delete from auth.sessions where user_id = $1 and id <> $2", &[&user, &session]).await?
        }
        // A token without a session ends them all.
        ("" | "global", _) | ("local" | "others", None) => {
            tx.execute("delete from auth.sessions where user_id = $1", &[&user]).await?
        }
        _ => return Err(ApiError::validation(&format!("Unsupported logout scope: {scope}"))),
    };
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
