//! Everything that there is, as lists. No token, no hash, no password, no code: codes lie in the inbox.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Refusal, clock};
use crate::state::Sandbox;

/// One list each; the newest first, and no more than a screen can show.
const STATE: &str = include_str!("../../sql/state.sql");

pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Result<Json<Value>, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let mut state: Value = tx.query_one(STATE, &[]).await?.try_get(0)?;
    state["url"] = sandbox.url.as_str().into();
    state["clock"] = clock::shown(&sandbox);
    state["faults"] = json!(sandbox.faults.list());
    state["limits"] = limits(&sandbox);
    Ok(Json(state))
}

fn limits(sandbox: &Sandbox) -> Value {
    let rates = &sandbox.config.auth.rate_limit;
    let levels = sandbox.limits.levels(rates, sandbox.clock.now());
    let shown = levels.iter().map(|(bucket, ip, left)| {
        let rate = bucket.rate(rates);
        json!({
            "bucket": bucket, "ip": ip, "left": left.floor(), "of": rate.burst,
            "seconds_to_next": if *left < 1.0 { ((1.0 - left) / rate.per_second).ceil() } else { 0.0 },
        })
    });
    Value::Array(shown.collect())
}
