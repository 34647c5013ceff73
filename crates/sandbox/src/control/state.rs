//! Everything that there is, as lists. No token, no hash, no password, no code: codes lie in the inbox.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde_json::{Value, json};

use super::{Refusal, clock, devices::Devices};
use crate::state::Sandbox;

/// One list each; the newest first, and no more than a screen can show.
const STATE: &str = include_str!("../../sql/state.sql");

pub(super) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(devices): Extension<Devices>,
) -> Result<Json<Value>, Refusal> {
    shown(&sandbox, &devices).await.map(Json)
}

pub(super) async fn shown(sandbox: &Sandbox, devices: &Devices) -> Result<Value, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let mut state: Value = tx.query_one(STATE, &[]).await?.try_get(0)?;
    for session in state["sessions"].as_array_mut().into_iter().flatten() {
        let id = session["id"].as_str().and_then(|id| id.parse().ok());
        let claims = id.and_then(|id| sandbox.events.claims.of(id));
        session["token_ended"] = claims.as_ref().is_some_and(|claims| sandbox.early_ends.has_ended(claims)).into();
        session["claims"] = json!(claims);
    }
    state["url"] = sandbox.url.as_str().into();
    state["clock"] = clock::shown(sandbox);
    state["faults"] = json!(sandbox.faults.list());
    state["limits"] = limits(sandbox);
    state["devices"] = devices.0.is_some().into();
    state["versions"]["carryover"] = env!("CARGO_PKG_VERSION").into();
    Ok(state)
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
