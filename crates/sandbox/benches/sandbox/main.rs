//! What the sandbox costs: `cargo xtask bench sandbox`. Requests over HTTP beside the SQL that they come down to, sent
//! straight to the same engine in one message; then the program itself: its start, its memory, its rest.

mod program;
mod spread;
mod work;

use std::env;

use anyhow::Result;
use carryover_sandbox::{Config, DataLocation, Options, start};
use spread::Spread;
use work::{Straight, Work};

/// How often each is done.
const RUNS: usize = 500;

/// No limits: they are not what is measured.
const SETTINGS: &str = "
[auth]
enable_anonymous_sign_ins = true
[auth.rate_limit]
anonymous_users = 1000000000
token_refresh = 1000000000
sign_in_sign_ups = 1000000000
";

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        engine("embedded engine", DataLocation::Memory).await?;
        match env::var("CARRYOVER_TEST_SERVER") {
            Ok(server) => engine("PostgreSQL server", DataLocation::Server(format!("{server}/bench").parse()?)).await?,
            Err(_) => println!("\nno server: CARRYOVER_TEST_SERVER names none"),
        }
        program::measure(SETTINGS).await
    })
}

/// Each kind of request, one after the other, alternating with its SQL.
async fn engine(name: &str, data: DataLocation) -> Result<()> {
    let config = Config::parse("bench.toml", SETTINGS)?;
    let sandbox = start(Options { data, config, ..Options::default() }).await?;
    sandbox.ready().await?;
    let mut work = Work::new(sandbox.url().as_str(), sandbox.publishable_key());
    let mut straight = Straight::new();
    sandbox.execute(&straight.prepare()).await?;
    println!("\n{name}, {RUNS} of each, one at a time, alternating");
    println!("  {:<22}{:>10}{:>12}{:>12}", "", "per second", "p50", "p99");
    let (mut requests, mut statements) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        requests.push(spread::timed(work.sign_up()).await?);
        statements.push(spread::timed(sandbox.execute(&Straight::sign_up())).await?);
    }
    compare("anonymous sign-up", requests, statements);
    let (mut requests, mut statements) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        requests.push(spread::timed(work.refresh()).await?);
        statements.push(spread::timed(sandbox.execute(&straight.refresh())).await?);
    }
    compare("refresh", requests, statements);
    work.fill_cart().await?;
    let (mut requests, mut statements) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        requests.push(spread::timed(work.read_cart()).await?);
        statements.push(spread::timed(sandbox.execute(&straight.read_cart())).await?);
    }
    compare("read under policies", requests, statements);
    sandbox.shutdown().await;
    Ok(())
}

fn compare(what: &str, requests: Vec<f64>, statements: Vec<f64>) {
    let (requests, statements) = (Spread::of(requests), Spread::of(statements));
    println!("  {what:<22}{requests}");
    println!("  {:<22}{statements}", "the same SQL");
    println!("  {:<22}{:>34.2}", "ratio of the medians", requests.p50 / statements.p50);
}
