//! How a step is taken: through the same endpoints as everybody's requests where there is one, so that what a scenario
//! makes is what a shopper could have made.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{PASSWORD, Step, rule};
use crate::{
    control::{Refusal, reset},
    http,
    limits::Bucket,
    line::Peer,
    state::Sandbox,
};

/// Far more than any answer has.
const MAX_ANSWER: usize = 1 << 20;
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
    let key = sandbox.jwt.service_role_key();
    call(sandbox, Method::POST, "/auth/v1/admin/users", Some(&key), &wish).await.map(drop)
}

async fn guest(sandbox: &Arc<Sandbox>, links: Option<&str>) -> Result<(), Refusal> {
    sandbox.limits.forget(Bucket::Anonymous, Ipv4Addr::UNSPECIFIED.into());
    // The service role needs to solve no captcha.
    let key = sandbox.jwt.service_role_key();
    let session = call(sandbox, Method::POST, "/auth/v1/signup", Some(&key), &json!({})).await?;
    let token = session["access_token"].as_str();
    let lines: Value = serde_json::from_str(LINES).unwrap_or_default();
    call(sandbox, Method::POST, "/rest/v1/rpc/set_cart_lines", token, &lines).await?;
    if let Some(email) = links {
        call(sandbox, Method::PUT, "/auth/v1/user", token, &json!({ "email": email })).await?;
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

/// A request that takes no network, meets no fault and draws from nobody's bucket but its own.
async fn call(
    sandbox: &Arc<Sandbox>,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Value, Refusal> {
    let key = sandbox.jwt.publishable_key();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("apikey", &key)
        .header(header::AUTHORIZATION, format!("Bearer {}", token.unwrap_or(&key)))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "scenario")
        .extension(ConnectInfo(Peer::inside()))
        .body(Body::from(body.to_string()))
        .map_err(|error| Refusal::failed(error.to_string()))?;
    let answer = http::routes().with_state(sandbox.clone()).oneshot(request).await;
    let (head, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
    let body = to_bytes(body, MAX_ANSWER).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if head.status.is_success() {
        return Ok(body);
    }
    let words = body["msg"].as_str().or(body["message"].as_str()).unwrap_or("no words");
    Err(Refusal::new(StatusCode::CONFLICT, format!("{path}: {} {words}", head.status)))
}
