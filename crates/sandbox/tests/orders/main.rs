//! Orders of `supabase/migrations`, through the data API on real PostgreSQL.

mod direct;
mod place;
mod races;

use anyhow::{Result, ensure};
use carryover_sandbox::{Options, Sandbox};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A shop with a member.
struct Case {
    sandbox: Sandbox,
    console: Console,
    member: Person,
}

impl Case {
    async fn new() -> Result<Self> {
        let (sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
        let member = console.member("ana@example.com").await?;
        Ok(Self { sandbox, console, member })
    }

    /// Calls a function as somebody.
    async fn call(&self, person: &Person, function: &str, arguments: &Value) -> Result<(u16, Value)> {
        let path = format!("/rest/v1/rpc/{function}");
        let request = self.console.request(Method::POST, &path, Some(&person.access_token)).json(arguments);
        Console::send(request).await
    }

    /// Sets lines of somebody's cart.
    async fn fill(&self, person: &Person, wished: &[(&str, u32)]) -> Result<()> {
        let lines: Value =
            wished.iter().map(|(product, quantity)| json!({ "product_id": product, "quantity": quantity })).collect();
        let (status, body) = self.call(person, "set_cart_lines", &json!({ "lines": lines })).await?;
        ensure!(status == 200, "{status} {body}");
        Ok(())
    }

    async fn place(&self, person: &Person, wish: &Value) -> Result<(u16, Value)> {
        self.call(person, "place_order", wish).await
    }

    /// Posts a row as somebody.
    async fn post(&self, person: &Person, table: &str, row: &Value) -> Result<(u16, Value)> {
        let path = format!("/rest/v1/{table}");
        Console::send(self.console.request(Method::POST, &path, Some(&person.access_token)).json(row)).await
    }

    async fn stock(&self, product: &str) -> Result<Value> {
        Ok(self.console.rows(&format!("products?select=stock&id=eq.{product}")).await?[0]["stock"].clone())
    }

    /// How many orders and lines there are.
    async fn count(&self) -> Result<(usize, usize)> {
        let orders = self.console.rows("orders?select=id").await?.len();
        Ok((orders, self.console.rows("order_lines?select=order_id").await?.len()))
    }
}

/// An order by what was seen, under a new key.
fn wish(cart_version: u32, total_minor: u32) -> Value {
    json!({ "cart_version": cart_version, "total_minor": total_minor, "idempotency_key": Uuid::new_v4() })
}

/// An answer in short: the status, with the reason if it is a refusal.
fn outcome((status, body): &(u16, Value)) -> String {
    let code = body["code"].as_str().unwrap_or_default();
    match code.strip_prefix("PT") {
        _ if *status < 300 => status.to_string(),
        Some(_) => format!("{status} {}", body["message"].as_str().unwrap_or_default()),
        None => format!("{status} {code}"),
    }
}
