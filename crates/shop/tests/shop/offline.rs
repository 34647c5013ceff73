//! Without a network: the shop is open, and everything goes out later.

use std::{
    net::{Ipv4Addr, TcpListener},
    time::Duration,
};

use anyhow::Result;
use carryover_shop::{Backend, CatalogState, Identity, SaveState};
use carryover_testkit::{ControlOptions, Desk, SandboxOptions};
use serde_json::json;

use crate::support::{Device, fill, lines, product, saved, until};

#[tokio::test]
async fn offline_from_the_first_start_everything_goes_out_when_there_is_a_network() -> Result<()> {
    let options = SandboxOptions { port: free_port()?, ..SandboxOptions::default() };
    let backend = Backend {
        url: format!("http://127.0.0.1:{}", options.port).parse()?,
        publishable_key: options.config.keys().0,
    };
    let device = Device::new()?;
    let shop = device.open_stocked().await?;
    shop.connect(backend.clone());
    assert_eq!(shop.snapshot().catalog.state, CatalogState::Ready, "there is something to buy");
    fill(&shop).await?;
    let offline = until(&shop, "the news that there is no network", |s| s.save == SaveState::Offline).await?;
    assert_eq!((&offline.identity, offline.cart.unsaved), (&Identity::Visitor, 2));
    shop.close().await;

    let shop = device.open_stocked().await?;
    assert_eq!(lines(&shop.snapshot()), [("teapot".into(), 2), ("desk-lamp".into(), 1)]);
    shop.connect(backend);
    let removed = shop.set_quantity(&product("desk-lamp"), 0).await?;
    shop.undo(removed.undo.expect("a change")).await?;
    let (_sandbox, console) = carryover_testkit::sandbox(options).await?;
    shop.retry_now();
    let saved = saved(&shop).await?;
    assert!(matches!(saved.identity, Identity::Guest { .. }));
    assert_eq!(console.users().await?.len(), 1, "one guest");
    assert_eq!(
        json!(console.rows("cart_lines?select=product_id,quantity&order=product_id").await?),
        json!([{ "product_id": "desk-lamp", "quantity": 1 }, { "product_id": "teapot", "quantity": 2 }])
    );
    Ok(())
}

#[tokio::test]
async fn whoever_is_told_to_wait_waits_unless_the_person_insists() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let fault = json!({ "kind": "error", "status": 429, "code": "over_request_rate_limit", "message": "Later", "retry_after": 600 });
    desk.set_fault(&json!({ "method": "POST", "path": "/auth/v1/signup", "times": 1, "fault": fault })).await?;
    let device = Device::new()?;
    let shop = device.open_stocked().await?;
    shop.connect(crate::support::backend(&sandbox));
    fill(&shop).await?;
    until(&shop, "the news that there are too many", |s| s.save == SaveState::RateLimited).await?;
    // A window that comes to the front is nobody who insists.
    shop.retry_now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((shop.snapshot().save, console.users().await?.len()), (SaveState::RateLimited, 0));
    shop.insist();
    saved(&shop).await?;
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_captcha_that_fails_is_told_as_one_until_it_is_solved() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, _) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let fault = json!({ "kind": "error", "status": 400, "code": "captcha_failed", "message": "No" });
    desk.set_fault(&json!({ "method": "POST", "path": "/auth/v1/signup", "fault": fault })).await?;
    let device = Device::new()?;
    let shop = device.open_stocked().await?;
    shop.connect(crate::support::backend(&sandbox));
    fill(&shop).await?;
    until(&shop, "the news of the captcha", |s| s.save == SaveState::Captcha).await?;
    desk.lift_faults().await?;
    saved(&shop).await?;
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
