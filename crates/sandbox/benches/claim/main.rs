//! `cargo bench --bench claim`: the claim of a guest's cart of 1,000 lines over HTTP, beside the same rows inserted by plain
//! SQL, on embedded PostgreSQL and on the server that `CARRYOVER_TEST_SERVER` names.

#[path = "../sandbox/spread.rs"]
mod spread;

use std::env;

use anyhow::{Result, ensure};
use carryover_sandbox::{Config, DataLocation, Options, Sandbox, start};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};
use spread::Spread;
use uuid::Uuid;

/// How many lines both carts' result has.
const LINES: usize = 1_000;
/// How often each is measured, alternating.
const RUNS: usize = 50;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        engine("embedded engine", DataLocation::Memory).await?;
        let Ok(server) = env::var("CARRYOVER_TEST_SERVER") else {
            println!("\nno server: CARRYOVER_TEST_SERVER names none");
            return Ok(());
        };
        let name = Uuid::new_v4().simple();
        engine("PostgreSQL server", DataLocation::Server(format!("{server}/bench_{name}").parse()?)).await
    })
}

async fn engine(name: &str, data: DataLocation) -> Result<()> {
    let sandbox = start(Options { data, config: Config::default(), ..Options::default() }).await?;
    sandbox.ready().await?;
    let console = Console::new(sandbox.url().as_str(), sandbox.publishable_key(), sandbox.service_role_key());
    let (guest, account) = (console.guest().await?, console.member("ana@example.com").await?);
    let plain = console.guest().await?;
    sandbox.execute(&products()).await?;
    for person in [&guest, &account, &plain] {
        sandbox.execute(&format!("insert into public.carts (user_id) values ('{}')", person.id)).await?;
    }
    let rows = plain_rows(&plain);
    let (mut claims, mut inserts) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let wish = prepare(&sandbox, &console, &guest, &account, &plain).await?;
        claims.push(spread::timed(claim(&console, &account, &wish)).await?);
        inserts.push(spread::timed(sandbox.execute(&rows)).await?);
    }
    let (claims, inserts) = (Spread::of(claims), Spread::of(inserts));
    println!("\n{name}, a claim of {LINES} lines, {RUNS} of each, one at a time, alternating");
    println!("  {:<22}{:>10}{:>12}{:>12}", "", "per second", "p50", "p99");
    println!("  {:<22}{claims}", "claim over HTTP");
    println!("  {:<22}{inserts}", "the same rows by SQL");
    println!("  {:<22}{:>34.2}", "ratio of the medians", claims.p50 / inserts.p50);
    sandbox.shutdown().await;
    Ok(())
}

fn products() -> String {
    format!(
        "insert into public.products
             (id, category_id, name, description, price_minor, currency, stock, max_per_order, picture, position)
         select 'bench-' || n, 'coffee', 'Bench ' || n, 'A product.', 100, 'EUR', 99, 9, 'teapot', 100 + n
         from generate_series(1, {LINES}) as n"
    )
}

/// The rows that a claim writes, as one statement with all values in it.
fn plain_rows(person: &Person) -> String {
    let rows: Vec<_> = (1..=LINES).map(|n| format!("('{}', 'bench-{n}', 2)", person.id)).collect();
    format!("insert into public.cart_lines (user_id, product_id, quantity) values {}", rows.join(", "))
}

/// Everything as before the first claim, and what the account claims with.
async fn prepare(
    sandbox: &Sandbox,
    console: &Console,
    guest: &Person,
    account: &Person,
    plain: &Person,
) -> Result<Value> {
    let again = format!(
        "delete from private.cart_claims;
         delete from public.cart_lines where user_id in ('{guest}', '{account}', '{plain}');
         insert into public.cart_lines (user_id, product_id, quantity)
             select '{guest}', 'bench-' || n, 2 from generate_series(1, {LINES}) as n",
        guest = guest.id,
        account = account.id,
        plain = plain.id,
    );
    sandbox.execute(&again).await?;
    let offer = call(console, guest, "offer_cart", &json!({})).await?;
    let seen = call(console, account, "preview_offer", &json!({ "token": offer["token"] })).await?;
    Ok(json!({
        "token": offer["token"], "answer": "keep_guest", "lines": seen["guest"]["lines"],
        "guest_version": seen["guest"]["version"], "account_version": seen["account"]["version"],
        "idempotency_key": Uuid::new_v4(),
    }))
}

async fn claim(console: &Console, account: &Person, wish: &Value) -> Result<()> {
    let told = call(console, account, "claim_offer", wish).await?;
    ensure!(told["cart"]["lines"].as_array().is_some_and(|lines| lines.len() == LINES), "not all of them");
    Ok(())
}

async fn call(console: &Console, person: &Person, function: &str, arguments: &Value) -> Result<Value> {
    let path = format!("/rest/v1/rpc/{function}");
    let request = console.request(Method::POST, &path, Some(&person.access_token)).json(arguments);
    let (status, body) = Console::send(request).await?;
    ensure!(status == 200, "{function}: {status} {body}");
    Ok(body)
}
