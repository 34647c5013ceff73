//! Faults: listed, set, lifted.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{Refusal, Said, tell};
use crate::{
    faults::{Rule, Standing},
    state::Sandbox,
};

pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Json<Vec<Standing>> {
    Json(sandbox.faults.list())
}

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Said(rule): Said<Rule>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    if let Some(flaw) = rule.flaw() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, flaw));
    }
    tell(&sandbox, format!("set the fault {} for {}", rule.fault.name(), rule.path));
    Ok((StatusCode::CREATED, Json(json!({ "id": sandbox.faults.set(rule) }))))
}

pub(super) async fn delete(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<u32>) -> Result<StatusCode, Refusal> {
    if !sandbox.faults.lift(id) {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "there is no fault of this number"));
    }
    tell(&sandbox, format!("lifted fault {id}"));
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete_all(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.faults.lift_all();
    tell(&sandbox, "lifted all faults");
    StatusCode::NO_CONTENT
}
