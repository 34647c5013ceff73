//! "Forget me" and "give me my data".

use anyhow::{Context, Result};
use carryover_shop::{ContactKind, Identity, NoticeKind, Otp, SaveState, ShopError};
use carryover_testkit::{ControlOptions, Desk, SandboxOptions};
use serde_json::{Value, json};

use crate::support::{Device, backend, fill, found, joined, lines, product, saved, saved_guest, until};

#[tokio::test]
async fn a_forgotten_guest_is_gone_here_and_on_the_server() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, guest) = saved_guest(&sandbox, &device).await?;
    let Identity::Guest { user_id } = guest.identity else { anyhow::bail!("no guest") };
    let undo = shop.set_quantity(&product("teapot"), 3).await?.undo.context("a change")?;
    shop.forget_me().await?;

    let after = shop.snapshot();
    assert_eq!((&after.identity, after.save, after.cart.lines.len()), (&Identity::Visitor, SaveState::Nothing, 0));
    assert!(after.notices.is_empty(), "{:?}", after.notices);
    assert!(matches!(shop.undo(undo).await, Err(ShopError::NothingToUndo)), "nothing comes back");
    assert!(console.users().await?.is_empty());
    assert!(console.rows("cart_lines?select=product_id").await?.is_empty());
    assert!(!found(device.folder.path(), &user_id.to_string())?, "the id is in no file");

    // Somebody shops here again: somebody else.
    fill(&shop).await?;
    let new = saved(&shop).await?;
    assert!(matches!(new.identity, Identity::Guest { user_id: other } if other != user_id), "{new:?}");
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_visitor_is_forgotten_without_a_network() -> Result<()> {
    let device = Device::new()?;
    let shop = device.open_stocked().await?;
    fill(&shop).await?;
    shop.forget_me().await?;
    assert!(shop.snapshot().cart.lines.is_empty());
    shop.close().await;
    assert!(device.open_stocked().await?.snapshot().cart.lines.is_empty());
    Ok(())
}

#[tokio::test]
async fn without_a_server_nothing_is_forgotten() -> Result<()> {
    let (sandbox, _) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, guest) = saved_guest(&sandbox, &device).await?;
    sandbox.shutdown().await;
    let refused = shop.forget_me().await.expect_err("no server");
    assert!(matches!(refused, ShopError::Remote(_)), "{refused:?}");
    assert_eq!((&shop.snapshot().identity, lines(&shop.snapshot())), (&guest.identity, lines(&guest)));
    shop.close().await;
    let shop = device.open().await?;
    assert_eq!((&shop.snapshot().identity, lines(&shop.snapshot())), (&guest.identity, lines(&guest)));
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_is_made_good_at_the_next_start() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/forget_me", "fault": { "kind": "drop_answer" } })).await?;
    shop.forget_me().await.expect_err("the answer is lost");
    assert!(console.users().await?.is_empty(), "the server has done it");
    shop.close().await;
    desk.lift_faults().await?;

    let shop = device.open().await?;
    shop.connect(backend(&sandbox));
    let after = until(&shop, "an empty shop", |s| s.identity == Identity::Visitor && s.cart.lines.is_empty()).await?;
    assert!(after.notices.iter().all(|notice| notice.kind != NoticeKind::IdentityLost), "they asked for it");
    Ok(())
}

#[tokio::test]
async fn who_shops_on_after_a_lost_answer_keeps_the_cart() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/forget_me", "fault": { "kind": "drop_answer" } })).await?;
    shop.forget_me().await.expect_err("the answer is lost");
    desk.lift_faults().await?;
    shop.set_quantity(&product("teapot"), 4).await?;
    until(&shop, "the end of the guest", |s| s.identity == Identity::Visitor).await?;
    shop.close().await;

    let shop = device.open().await?;
    assert_eq!(lines(&shop.snapshot()), [("teapot".into(), 4), ("desk-lamp".into(), 1)]);
    shop.connect(backend(&sandbox));
    let saved = saved(&shop).await?;
    assert!(matches!(saved.identity, Identity::Guest { .. }));
    assert_eq!(lines(&saved), [("teapot".into(), 4), ("desk-lamp".into(), 1)]);
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_member_is_not_forgotten_at_a_word() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    assert!(matches!(shop.forget_me().await, Err(ShopError::NotAGuest)));
    assert_eq!((console.users().await?.len(), lines(&shop.snapshot()).len()), (1, 2));
    Ok(())
}

#[tokio::test]
async fn the_export_says_what_is_here_and_on_the_server() -> Result<()> {
    let (sandbox, _) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let (device, downloads) = (Device::new()?, tempfile::tempdir()?);
    let (shop, guest) = saved_guest(&sandbox, &device).await?;
    let Identity::Guest { user_id } = guest.identity else { anyhow::bail!("no guest") };
    let file = shop.export(downloads.path()).await?;
    let export: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    assert_eq!(export["who"], json!({ "kind": "guest", "user_id": user_id }));
    assert_eq!(export["on_this_device"]["cart"]["lines"][0]["product_id"], "teapot");
    assert_eq!(export["on_the_server"]["cart"]["lines"][1], json!({ "product_id": "teapot", "quantity": 2 }));
    assert_eq!(export["server_not_asked"], Value::Null);
    assert!(!export.to_string().contains("token"), "secrets are nobody's data");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file)?);
        assert_eq!(mode & 0o777, 0o600);
    }
    sandbox.shutdown().await;
    // A second later, so that it has another name.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let offline: Value = serde_json::from_slice(&std::fs::read(shop.export(downloads.path()).await?)?)?;
    assert_eq!(offline["on_the_server"], Value::Null);
    assert!(
        offline["server_not_asked"].as_str().is_some_and(|reason| reason.contains("can't be reached")),
        "{offline}"
    );
    let nowhere = shop.export(&downloads.path().join("not there")).await.expect_err("no such folder");
    assert!(matches!(nowhere, ShopError::Export(_)), "{nowhere:?}");
    Ok(())
}
