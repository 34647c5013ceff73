//! Back to how a new sandbox is: nobody there, the catalog as seeded.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use super::{Refusal, tell};
use crate::{schema, state::Sandbox};

/// Users take along whatever of the project belongs to them.
const EMPTY: &str =
    "truncate auth.users, auth.flow_state, sandbox.messages, sandbox.provider_accounts, sandbox.provider_codes cascade";

pub(super) async fn post(State(sandbox): State<Arc<Sandbox>>) -> Result<StatusCode, Refusal> {
    reset(&sandbox).await?;
    tell(&sandbox, "reset everything");
    Ok(StatusCode::NO_CONTENT)
}

/// Users, carts, messages, accounts at providers, limits, faults and the clock.
pub(super) async fn reset(sandbox: &Sandbox) -> Result<(), Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    tx.batch_execute(EMPTY).await?;
    // Products of the sandbox's own, which the seed knows nothing of.
    tx.batch_execute("delete from public.products where id like 'long-%'").await?;
    tx.batch_execute(schema::SEED).await?;
    tx.commit().await?;
    sandbox.limits.reset();
    sandbox.early_ends.clear();
    sandbox.faults.lift_all();
    sandbox.clock.reset();
    Ok(())
}
