//! All that a bug report needs, at one moment: versions, the state, and what happened until then. The console adds what its
//! tester ticked.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde_json::{Value, json};

use super::{Refusal, devices::Devices, state};
use crate::state::Sandbox;

pub(super) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(devices): Extension<Devices>,
) -> Result<Json<Value>, Refusal> {
    let state = state::shown(&sandbox, &devices).await?;
    let (events, _) = sandbox.events.after(0);
    Ok(Json(
        json!({ "made_at": state["clock"]["now"], "versions": state["versions"], "state": state, "events": events }),
    ))
}
