//! Every request of the sync meets every fault: afterwards the server has the cart that is here, and there is one guest.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use carryover_shop::{Identity, Shop, Snapshot};
use carryover_testkit::{Console, ControlOptions, Desk, Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::support::{Device, PATIENCE, backend, fill, product, saved, until};

/// A request of the sync, and what must have happened before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    SignUp,
    Refresh,
    GetCart,
    SetCartLines,
}

impl Request {
    fn path(self) -> &'static str {
        match self {
            Self::SignUp => "/auth/v1/signup",
            Self::Refresh => "/auth/v1/token",
            Self::GetCart => "/rest/v1/rpc/get_cart",
            Self::SetCartLines => "/rest/v1/rpc/set_cart_lines",
        }
    }
}

/// Every way to fail. `timeout` is longer than the shop waits for any answer.
fn kinds() -> Vec<(&'static str, Value)> {
    let error =
        |status: u16, code: &str| json!({ "kind": "error", "status": status, "code": code, "message": "on purpose" });
    let mut too_many = error(429, "over_request_rate_limit");
    too_many["retry_after"] = json!(1);
    vec![
        ("refused", json!({ "kind": "refuse" })),
        ("dropped after commit", json!({ "kind": "drop_answer" })),
        ("429", too_many),
        ("500", error(500, "unexpected_failure")),
        ("401", error(401, "no_authorization")),
        ("HTML", json!({ "kind": "html", "status": 502 })),
        ("malformed", json!({ "kind": "malformed" })),
        ("breaks off", json!({ "kind": "truncated" })),
        ("timeout", json!({ "kind": "delay", "ms": 32_000 })),
    ]
}

#[tokio::test]
async fn a_sign_up_that_fails_makes_one_guest_with_the_whole_cart() -> Result<()> {
    matrix(Request::SignUp).await
}

#[tokio::test]
async fn a_refresh_that_fails_loses_neither_guest_nor_cart() -> Result<()> {
    matrix(Request::Refresh).await
}

#[tokio::test]
async fn reading_the_cart_that_fails_loses_no_line() -> Result<()> {
    matrix(Request::GetCart).await
}

#[tokio::test]
async fn sending_lines_that_fails_loses_and_doubles_none() -> Result<()> {
    matrix(Request::SetCartLines).await
}

async fn matrix(request: Request) -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let mut table = vec![format!("{:12} | {:20} | lines here | lines there  | guests", "request", "fault")];
    for (guests, (name, fault)) in kinds().into_iter().enumerate() {
        let cell = cell(&sandbox, &console, &desk, request, &fault).await;
        let snapshot = cell.with_context(|| format!("{request:?}, {name}"))?;
        let Identity::Guest { user_id } = &snapshot.identity else { anyhow::bail!("{name}: {snapshot:?}") };
        let here = rows(&snapshot);
        let query =
            format!("cart_lines?user_id=eq.{user_id}&quantity=gt.0&select=product_id,quantity&order=product_id");
        let there = json!(console.rows(&query).await?);
        let users = console.users().await?.len();
        let (here_now, there_now) = (snapshot.cart.lines.len(), there.as_array().map_or(0, Vec::len));
        table.push(format!("{request:12?} | {name:20} | {here_now:10} | {there_now:12} | {:6}", users - guests));
        assert_eq!(here, there, "{request:?}, {name}");
        assert_eq!(users, guests + 1, "{request:?}, {name}: one guest for each device");
    }
    // Past the capture of output: a table that only failures show is no table.
    writeln!(io::stderr(), "{}", table.join("\n"))?;
    Ok(())
}

/// One device, one fault: the snapshot when all is saved.
async fn cell(
    sandbox: &Sandbox,
    console: &Console,
    desk: &Desk,
    request: Request,
    fault: &Value,
) -> Result<Arc<Snapshot>> {
    let device = Device::new()?;
    let shop = device.open_stocked().await?;
    let rule = json!({ "path": request.path(), "times": 1, "fault": fault });
    if request == Request::SignUp {
        desk.set_fault(&rule).await?;
    }
    shop.connect(backend(sandbox));
    fill(&shop).await?;
    let first = saved(&shop).await?;
    match request {
        Request::SignUp => {}
        Request::Refresh => {
            desk.advance_clock(3700).await?;
            desk.set_fault(&rule).await?;
            shop.set_quantity(&product("teapot"), 1).await?;
        }
        Request::GetCart => {
            // Another device of the same guest: the answer says something new.
            let Identity::Guest { user_id } = first.identity else { anyhow::bail!("no guest") };
            let line = json!({ "user_id": user_id, "product_id": "house-blend", "quantity": 2 });
            console.put_rows("cart_lines", &line).await?;
            sandbox
                .execute(&format!("update public.carts set version = version + 1 where user_id = '{user_id}'"))
                .await?;
            desk.set_fault(&rule).await?;
            shop.retry_now();
        }
        Request::SetCartLines => {
            desk.set_fault(&rule).await?;
            shop.set_quantity(&product("teapot"), 1).await?;
            shop.set_quantity(&product("house-blend"), 3).await?;
        }
    }
    met(desk).await?;
    let done = settled(&shop, request).await?;
    desk.lift_faults().await?;
    shop.close().await;
    Ok(done)
}

/// Until the request has met its fault: otherwise the test shows nothing.
async fn met(desk: &Desk) -> Result<()> {
    let met = async {
        while desk.met().await? == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, met).await.context("no request met the fault")?
}

async fn settled(shop: &Shop, request: Request) -> Result<Arc<Snapshot>> {
    if request == Request::GetCart {
        return until(shop, "the other device's line", |s| s.cart.lines.len() == 3).await;
    }
    saved(shop).await
}

/// The lines as the server has them.
fn rows(snapshot: &Snapshot) -> Value {
    let mut lines: Vec<_> = snapshot.cart.lines.iter().map(|line| (line.product_id.as_str(), line.quantity)).collect();
    lines.sort_unstable();
    json!(lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect::<Vec<_>>())
}
