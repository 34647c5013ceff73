//! The functions of `supabase/migrations` that a client brings its cart with, through the data API on real PostgreSQL.

mod guests;
mod lines;

use anyhow::{Context, Result, ensure};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// Calls a function as somebody.
async fn call(console: &Console, person: &Person, function: &str, arguments: Value) -> Result<(u16, Value)> {
    let path = format!("/rest/v1/rpc/{function}");
    Console::send(console.request(Method::POST, &path, Some(&person.access_token)).json(&arguments)).await
}

/// A change of one line, as a device sends it.
fn change(product: &str, quantity: u32, revision: i64, age_ms: i64) -> Value {
    json!({ "product_id": product, "quantity": quantity, "revision": revision, "age_ms": age_ms })
}

/// Sends changes from a device; what the server makes of them.
async fn send(console: &Console, person: &Person, device: &str, lines: &[Value]) -> Result<Value> {
    let (status, body) = call(console, person, "set_cart_lines", json!({ "lines": lines, "device": device })).await?;
    ensure!(status == 200, "{status} {body}");
    Ok(body)
}

/// How many of a product the cart holds, by an answer.
fn quantity(cart: &Value, product: &str) -> Result<u64> {
    let lines = cart["lines"].as_array().context("lines")?;
    let line = lines.iter().find(|line| line["product_id"] == product);
    line.map_or(Ok(0), |line| line["quantity"].as_u64().context("a quantity"))
}
