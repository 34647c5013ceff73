//! The sandbox's own timer for what `pg_cron` does elsewhere: removing guests who do not come back.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use tokio_postgres::Error;

use crate::{
    engine::{Turn, describe},
    events::What,
    state::Sandbox,
};

/// Between two looks. An idle sandbox wakes for nothing else.
const EVERY: Duration = Duration::from_hours(1);

/// What `public.clean_up_guests()` answers.
#[derive(Default, Deserialize)]
struct Removed {
    guests: u64,
    carts: u64,
    more: bool,
}

/// Looks now and every hour, as long as the sandbox lives.
pub(crate) async fn keep(sandbox: Arc<Sandbox>) {
    let sandbox = Arc::downgrade(&sandbox);
    loop {
        let Some(there) = sandbox.upgrade() else { return };
        if let Err(cause) = now(&there).await {
            tracing::warn!(cause, "stale guests could not be removed");
        }
        drop(there);
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks now, and tells what was removed.
pub(crate) async fn now(sandbox: &Sandbox) -> Result<(), String> {
    let now = sandbox.clock.now();
    let removed = run(&mut sandbox.turn().await?, now).await.map_err(|error| describe(&error))?;
    if removed.guests > 0 {
        tracing::info!(removed.guests, removed.carts, "stale guests were removed");
        sandbox.events.tell(now, What::CleanUp { guests: removed.guests, carts: removed.carts });
    }
    Ok(())
}

/// Batch by batch until there is no more, by the sandbox's clock. Nothing where `pg_cron` has it in hand.
async fn run(turn: &mut Turn, now: f64) -> Result<Removed, Error> {
    let mut total = Removed::default();
    loop {
        let tx = turn.begin().await?;
        if is_scheduled(&tx).await? {
            return Ok(total);
        }
        let row = tx.query_one("select public.clean_up_guests(as_of => to_timestamp($1))::text", &[&now]).await?;
        let removed: Removed = serde_json::from_str(row.try_get(0)?).unwrap_or_default();
        // Flows that nobody finished, as upstream: after a day.
        let forgotten = "delete from auth.flow_state where created_at < to_timestamp($1) - interval '24 hours'";
        tx.execute(forgotten, &[&now]).await?;
        tx.commit().await?;
        total.guests += removed.guests;
        total.carts += removed.carts;
        if !removed.more {
            return Ok(total);
        }
    }
}

/// Whether the server does it by itself.
async fn is_scheduled(tx: &tokio_postgres::Transaction<'_>) -> Result<bool, Error> {
    let cron: bool = tx.query_one("select to_regclass('cron.job') is not null", &[]).await?.try_get(0)?;
    Ok(cron && tx.query_opt("select 1 from cron.job where jobname = 'clean-up-guests'", &[]).await?.is_some())
}
