//! The hand-off of `supabase/migrations`, its undo and earlier carts, through the data API on real PostgreSQL.

mod attacks;
mod claim;
mod earlier;
mod finish;
mod lines;
mod offer;
mod races;
mod undo;

use anyhow::{Context, Result, ensure};
use carryover_sandbox::{Config, Options, Sandbox};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Guests and members without end, and no waiting between two mails.
const SETTINGS: &str = "[auth]
enable_anonymous_sign_ins = true
[auth.email]
enable_confirmations = true
max_frequency = \"1ms\"
[auth.rate_limit]
anonymous_users = 1000
token_verifications = 1000
email_sent = 1000
";

/// A guest and an account with their carts.
struct Case {
    sandbox: Sandbox,
    console: Console,
    guest: Person,
    account: Person,
}

impl Case {
    async fn new(guest_cart: &[(&str, u32)], account_cart: &[(&str, u32)]) -> Result<Self> {
        let options = Options { config: Config::parse("test", SETTINGS)?, ..Options::default() };
        let (sandbox, console) = carryover_testkit::sandbox(options).await?;
        let (guest, account) = (console.guest().await?, console.member("ana@example.com").await?);
        let case = Self { sandbox, console, guest, account };
        case.fill(&case.guest, guest_cart).await?;
        case.fill(&case.account, account_cart).await?;
        Ok(case)
    }

    /// Another guest and another account of the same shop.
    async fn renew(&mut self, guest_cart: &[(&str, u32)], account_cart: &[(&str, u32)]) -> Result<()> {
        self.guest = self.console.guest().await?;
        self.account = self.console.member(&format!("{}@example.com", Uuid::new_v4().simple())).await?;
        self.fill(&self.guest, guest_cart).await?;
        self.fill(&self.account, account_cart).await
    }

    /// Calls a function as somebody.
    async fn call(&self, person: &Person, function: &str, arguments: &Value) -> Result<(u16, Value)> {
        let path = format!("/rest/v1/rpc/{function}");
        let request = self.console.request(Method::POST, &path, Some(&person.access_token)).json(arguments);
        Console::send(request).await
    }

    /// Calls a function that must succeed.
    async fn done(&self, person: &Person, function: &str, arguments: Value) -> Result<Value> {
        let (status, body) = self.call(person, function, &arguments).await?;
        ensure!(status < 300, "{function}: {status} {body}");
        Ok(body)
    }

    /// Calls a function that must not succeed, and tells why it did not.
    async fn refusal(&self, person: &Person, function: &str, arguments: Value) -> Result<String> {
        Ok(outcome(&self.call(person, function, &arguments).await?))
    }

    /// Sets lines of somebody's cart.
    async fn fill(&self, person: &Person, wished: &[(&str, u32)]) -> Result<()> {
        if !wished.is_empty() {
            self.done(person, "set_cart_lines", json!({ "lines": lines(wished) })).await?;
        }
        Ok(())
    }

    async fn cart(&self, person: &Person) -> Result<Value> {
        self.done(person, "get_cart", json!({})).await
    }

    /// The guest's token.
    async fn offer(&self) -> Result<String> {
        let offer = self.done(&self.guest, "offer_cart", json!({})).await?;
        offer["token"].as_str().map(str::to_owned).context("a token")
    }

    /// What the account would claim with, by both carts as they are.
    async fn wish(&self, token: &str, answer: &str, wished: &[(&str, u32)]) -> Result<Value> {
        let seen = self.done(&self.account, "preview_offer", json!({ "token": token })).await?;
        Ok(json!({
            "token": token, "answer": answer, "lines": lines(wished), "idempotency_key": Uuid::new_v4(),
            "guest_version": seen["guest"]["version"], "account_version": seen["account"]["version"],
        }))
    }

    /// Offers and claims; the claim's id.
    async fn claim(&self, answer: &str, wished: &[(&str, u32)]) -> Result<String> {
        let wish = self.wish(&self.offer().await?, answer, wished).await?;
        let told = self.done(&self.account, "claim_offer", wish).await?;
        told["claim_id"].as_str().map(str::to_owned).context("a claim")
    }

    /// The account's earlier carts as (origin, lines), the oldest first.
    async fn earlier(&self) -> Result<Vec<(String, Value)>> {
        let (status, rows) = self.list("earlier_carts?select=origin,lines&order=kept_at,origin").await?;
        ensure!(status == 200, "{status} {rows}");
        let rows = rows.as_array().context("rows")?;
        rows.iter().map(|row| Ok((text(&row["origin"])?, row["lines"].clone()))).collect()
    }

    /// What the account sees of a table.
    async fn list(&self, query: &str) -> Result<(u16, Value)> {
        let path = format!("/rest/v1/{query}");
        Console::send(self.console.request(Method::GET, &path, Some(&self.account.access_token))).await
    }
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("no text: {value}"))
}

/// Lines as functions take and give them.
fn lines(wished: &[(&str, u32)]) -> Value {
    wished.iter().map(|(product, quantity)| json!({ "product_id": product, "quantity": quantity })).collect()
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

/// Adds or replaces a field.
fn with(wish: &Value, field: &str, value: Value) -> Value {
    let mut changed = wish.clone();
    changed[field] = value;
    changed
}
