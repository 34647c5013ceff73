//! The sandbox's clock. PostgreSQL's own `now()` does not move with it.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Said, tell};
use crate::state::Sandbox;

/// The farthest that it goes in one step: a hundred years, in seconds.
const FARTHEST: i64 = 100 * 366 * 24 * 3600;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Move {
    /// Seconds are added to what it says.
    Advance(i64),
    /// It says this from now on.
    Set(Timestamp),
    /// It stands still, or goes on from where it stands.
    Freeze(bool),
}

pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    Json(shown(&sandbox))
}

pub(super) async fn post(State(sandbox): State<Arc<Sandbox>>, Said(to): Said<Move>) -> Result<Json<Value>, Refusal> {
    match to {
        Move::Advance(seconds) if seconds.abs() <= FARTHEST => {
            sandbox.clock.advance(seconds);
            tell(&sandbox, format!("moved the clock by {seconds} seconds"));
        }
        Move::Set(instant) if (instant.as_second() - Timestamp::now().as_second()).abs() <= FARTHEST => {
            sandbox.clock.set(instant.as_second());
            tell(&sandbox, format!("set the clock to {instant}"));
        }
        Move::Freeze(true) => {
            sandbox.clock.freeze();
            tell(&sandbox, "froze the clock");
        }
        Move::Freeze(false) => {
            sandbox.clock.run();
            tell(&sandbox, "let the clock run");
        }
        _ => return Err(Refusal::new(StatusCode::BAD_REQUEST, "no more than a hundred years at a time")),
    }
    Ok(Json(shown(&sandbox)))
}

pub(super) async fn delete(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    sandbox.clock.reset();
    tell(&sandbox, "set the clock back to the system's time");
    Json(shown(&sandbox))
}

pub(super) fn shown(sandbox: &Sandbox) -> Value {
    let now = Timestamp::from_second(sandbox.clock.now_seconds()).unwrap_or_default();
    json!({ "now": now.to_string(), "offset": sandbox.clock.offset(), "frozen": sandbox.clock.is_frozen() })
}
