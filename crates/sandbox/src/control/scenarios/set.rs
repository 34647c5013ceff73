//! How a step is taken: through the same endpoints as everybody's requests where there is one, so that what a scenario
//! makes is what a shopper could have made.

use std::{net::Ipv4Addr, sync::Arc};

use axum::http::Method;
use serde_json::{Value, json};

use super::{PASSWORD, Step, rule};
use crate::{
    control::{Refusal, inside, reset},
    limits::Bucket,
    state::Sandbox,
};

/// What a guest of a scenario has in the cart.
const LINES: &str =
    r#"{"lines":[{"product_id":"gooseneck-kettle","quantity":2},{"product_id":"linen-towel","quantity":1}]}"#;

pub(super) async fn step(sandbox: &Arc<Sandbox>, step: Step) -> Result<(), Refusal> {
    match step {
        Step::Reset => reset::reset(sandbox).await,
        Step::Account { email, phone } => account(sandbox, email, phone).await,
        Step::Guest { links } => guest(sandbox, links).await,
        Step::Sql(sql) => run(sandbox, sql).await,
        Step::Fault(json) => {
            sandbox.faults.set(rule(json)?);
            Ok(())
        }
        Step::Advance(seconds) => {
            sandbox.clock.advance(seconds);
            Ok(())
        }
        Step::NoGuestsLeft => {
            sandbox.limits.drain(Bucket::Anonymous, Ipv4Addr::LOCALHOST.into(), sandbox.clock.now());
            Ok(())
        }
    }
}

async fn account(sandbox: &Arc<Sandbox>, email: &str, phone: &str) -> Result<(), Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    tx.execute("delete from auth.users where email = nullif($1, '') or phone = nullif($2, '')", &[&email, &phone])
        .await?;
    tx.commit().await?;
    // The embedded engine has this one session: the call below needs it.
    drop(turn);
    let mut wish = json!({ "password": PASSWORD });
    for (name, value) in [("email", email), ("phone", phone)] {
        if !value.is_empty() {
            wish[name] = value.into();
            wish[format!("{name}_confirm")] = true.into();
        }
    }
    inside::as_administrator(sandbox, Method::POST, "/auth/v1/admin/users", &wish).await.map(drop)
}

async fn guest(sandbox: &Arc<Sandbox>, links: Option<&str>) -> Result<(), Refusal> {
    let session = inside::guest(sandbox).await?;
    let token = session["access_token"].as_str();
    let lines: Value = serde_json::from_str(LINES).unwrap_or_default();
    inside::call(sandbox, Method::POST, "/rest/v1/rpc/set_cart_lines", token, &lines).await?;
    if let Some(email) = links {
        inside::call(sandbox, Method::PUT, "/auth/v1/user", token, &json!({ "email": email })).await?;
    }
    Ok(())
}

async fn run(sandbox: &Sandbox, sql: &str) -> Result<(), Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    tx.batch_execute(sql).await?;
    tx.commit().await?;
    Ok(())
}
