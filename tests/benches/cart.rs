//! What a change of the cart costs, from the page to the disk and back, and its way to the server: `cargo xtask bench cart`.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use carryover_cart::{Cart, Change, ProductId};
use carryover_e2e::{
    Shopper, Window, free_port,
    measure::{milliseconds, percentile, print},
};
use carryover_shop::{Backend, BackendKind, CatalogState, Options, Shop, SystemClock};
use carryover_store::Store;
use carryover_testkit::{Console, MemoryKeyStore, PaperBrowser, SandboxOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// Changes of each cart, between as many empty commands.
const CHANGES: u32 = 300;
/// Lines that wait to be sent.
const WAITING: u32 = 1_000;
/// How often they are sent.
const SENDS: u32 = 7;

/// The page's clock counts whole milliseconds, so each value is the mean of this many calls.
const AT_A_TIME: u32 = 5;
/// Between two calls, as between two clicks of a quick person: drawing what changed is another matter.
const PAUSE_MS: u32 = 30;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        println!("\nadd to cart, through the window: {CHANGES} times each, alternating; means of {AT_A_TIME}");
        for lines in [10, 1_000, 10_000] {
            add_to_cart(lines).await?;
        }
        sync().await
    })
}

/// In the real window, without a network: the disk is all that counts.
async fn add_to_cart(lines: u32) -> Result<()> {
    let (folder, port) = (tempfile::tempdir()?, free_port()?);
    fill(folder.path(), port, lines).await?;
    let window = Window::open_hosted(folder.path(), port).await?;
    Shopper(&window).looks().await?;
    window.find("cart-items").await?;
    let script = format!(
        r#"
        const done = arguments[arguments.length - 1];
        const {{ invoke }} = window.__TAURI_INTERNALS__;
        const time = async (command, parameters) => {{
            let sum = 0;
            for (let i = 0; i < {AT_A_TIME}; i++) {{
                const began = performance.now();
                await invoke(command, parameters);
                sum += performance.now() - began;
                await new Promise((go) => setTimeout(go, {PAUSE_MS}));
            }}
            return sum;
        }};
        (async () => {{
            const times = {{ empty: [], add: [] }};
            for (let round = 0; round < {CHANGES} / {AT_A_TIME}; round++) {{
                await invoke("set_quantity", {{ productId: "house-blend", quantity: 1 }});
                await new Promise((go) => setTimeout(go, {PAUSE_MS}));
                times.empty.push(await time("catalog_painted"));
                times.add.push(await time("add_to_cart", {{ productId: "house-blend" }}));
            }}
            done(times);
        }})();"#
    );
    window.driver.set_script_timeout(Duration::from_mins(2)).await?;
    let answer = window.driver.execute_async(script, Vec::new()).await?.json().clone();
    let times = |name: &str| -> Result<Vec<f64>> {
        let values = answer[name].as_array().context("no times")?;
        Ok(values.iter().filter_map(Value::as_f64).map(|ms| ms / f64::from(AT_A_TIME)).collect())
    };
    let (add, empty, raw) = (times("add")?, times("empty")?, raw_commits(folder.path()).await?);
    window.close().await?;
    println!("  {lines} lines");
    print("add_to_cart", &add);
    print("an empty command", &empty);
    print("a raw SQLite commit", &raw);
    let ratio = |p: f64| percentile(&add, p) / (percentile(&empty, p) + percentile(&raw, p));
    println!("    {:<26} {:>8.2} {:>8.2}", "ratio to the sum of both", ratio(0.5), ratio(0.99));
    Ok(())
}

/// Puts lines of products that nobody sells any more into the cart of a folder.
async fn fill(folder: &Path, port: u16, lines: u32) -> Result<()> {
    let scope = BackendKind::Hosted { host: format!("127.0.0.1:{port}") }.scope();
    let store = Store::open(&folder.join("carryover.db"), scope, 0).await?;
    let cart = Cart::from_quantities((0..lines).map(|n| (ProductId::new(format!("old-{n}")), 1)));
    store.commit_change(&Change::between(&Cart::default(), &cart), 0).await?;
    store.close().await;
    Ok(())
}

/// One row, one commit, with the settings of the shop's own file.
async fn raw_commits(folder: &Path) -> Result<Vec<f64>> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("raw.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "on");
    let mut raw = SqliteConnection::connect_with(&options).await?;
    sqlx::query("create table lines (product_id text primary key, quantity integer)").execute(&mut raw).await?;
    let mut times = Vec::new();
    for _ in 0..CHANGES / AT_A_TIME {
        let began = Instant::now();
        for quantity in 0..AT_A_TIME {
            let mut tx = raw.begin_with("begin immediate").await?;
            sqlx::query(
                "insert into lines values ('house-blend', ?) on conflict do update set quantity = excluded.quantity",
            )
            .bind(quantity)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
        }
        times.push(milliseconds(began.elapsed()) / f64::from(AT_A_TIME));
    }
    raw.close().await?;
    Ok(times)
}

/// A shop without a window and a sandbox that sells enough.
async fn sync() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let stock = format!(
        "insert into public.products (id, category_id, name, description, price_minor, currency, stock, max_per_order, picture, position)
         select 'p' || n, 'desk', 'Thing ' || n, 'One of many.', 100, 'EUR', 900, 900, 'desk-lamp', 100 + n
         from generate_series(0, {WAITING} - 1) n"
    );
    sandbox.execute(&stock).await?;
    let folder = tempfile::tempdir()?;
    let shop = Shop::open(Options {
        data_dir: folder.path().to_owned(),
        backend: BackendKind::Sandbox,
        clock: std::sync::Arc::new(SystemClock),
        key_store: std::sync::Arc::new(MemoryKeyStore::default()),
        browser: std::sync::Arc::new(PaperBrowser::default()),
        first_catalog: None,
    })
    .await?;
    shop.connect(Backend { url: sandbox.url().clone(), publishable_key: sandbox.publishable_key().to_owned() });
    let mut snapshots = shop.watch();
    snapshots.wait_for(|s| s.catalog.state == CatalogState::Ready).await?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    let guest = console.guest().await?;
    for round in 1..=SENDS {
        // Every line another quantity, and all of them waiting before the first is sent.
        let filled = fill_shop(&shop, round).await?;
        let began = Instant::now();
        shop.retry_now();
        snapshots.wait_for(|s| s.cart.unsaved == 0 && s.revision > filled).await?;
        ours.push(milliseconds(began.elapsed()));
        let began = Instant::now();
        for half in [0..WAITING / 2, WAITING / 2..WAITING] {
            let lines: Vec<_> = half.map(|n| json!({ "product_id": format!("p{n}"), "quantity": round })).collect();
            let request = console.request(Method::POST, "/rest/v1/rpc/set_cart_lines", Some(&guest.access_token));
            let (status, body) = Console::send(request.json(&json!({ "lines": lines }))).await?;
            ensure!(status == 200, "{status} {body}");
        }
        plain.push(milliseconds(began.elapsed()));
    }
    println!("\nsync of {WAITING} changes, {SENDS} times");
    print("until all is saved", &ours);
    print("the same rows by plain HTTP", &plain);
    println!("    {:<26} {:>8.2}", "ratio of the medians", percentile(&ours, 0.5) / percentile(&plain, 0.5));
    Ok(())
}

/// Sets every line; the sync begins by itself before the last one, so the time of filling counts for nobody.
async fn fill_shop(shop: &Shop, quantity: u32) -> Result<u64> {
    let mut revision = 0;
    for n in 0..WAITING {
        revision = shop.set_quantity(&ProductId::new(format!("p{n}")), quantity).await?.revision;
    }
    Ok(revision)
}
