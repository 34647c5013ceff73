//! The whole path without a window: visitor, guest, restart, member; against a real sandbox.

use std::time::Duration;

use anyhow::{Context, Result};
use carryover_shop::{
    CatalogState, ContactKind, FlowView, Identity, NoticeKind, Otp, ProductId, SaveState, Shop, ShopError,
};
use carryover_testkit::SandboxOptions;
use serde_json::json;

use crate::support::{Device, backend, fill, found, joined, lines, saved_guest, until};

#[tokio::test]
async fn a_visitor_becomes_a_guest_and_a_member_with_the_same_cart() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let shop = device.open().await?;
    shop.connect(backend(&sandbox));
    until(&shop, "the catalog", |s| s.catalog.state == CatalogState::Ready).await?;
    assert_eq!(shop.snapshot().identity, Identity::Visitor);
    assert!(console.users().await?.is_empty(), "looking makes nobody a guest");

    fill(&shop).await?;
    let guest = until(&shop, "a saved cart", |s| s.save == SaveState::AllSaved).await?;
    let Identity::Guest { user_id } = guest.identity else { anyhow::bail!("no guest: {guest:?}") };
    assert_eq!(console.users().await?.len(), 1, "one guest for all changes");
    let rows = json!([{ "product_id": "desk-lamp", "quantity": 1 }, { "product_id": "teapot", "quantity": 2 }]);
    let on_server = async || console.rows("cart_lines?select=product_id,quantity&order=product_id").await;
    assert_eq!(json!(on_server().await?), rows);
    shop.close().await;

    // Another start of the program: from disk, without a network, and then without another guest.
    let shop = device.open().await?;
    assert_eq!(shop.snapshot().identity, Identity::Guest { user_id });
    assert_eq!(lines(&shop.snapshot()), [("teapot".into(), 2), ("desk-lamp".into(), 1)]);
    assert!(matches!(shop.request_code(ContactKind::Email, "ana@example.com").await, Err(ShopError::Starting)));
    shop.connect(backend(&sandbox));
    until(&shop, "the connection", |s| s.save == SaveState::AllSaved).await?;

    ask_for_code(&shop, "Ana@example.com").await?;
    assert!(matches!(shop.snapshot().upgrade, FlowView::CodeSent { .. }));
    let wrong = shop.confirm_code(&Otp::new("000000x".into())).await;
    assert!(matches!(wrong, Err(ShopError::Auth(_))), "{wrong:?}");
    assert_eq!(shop.snapshot().identity, Identity::Guest { user_id }, "a wrong code changes nothing");
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;

    let member = shop.snapshot();
    assert_eq!(member.identity, Identity::Member { user_id, email: Some("ana@example.com".into()), phone: None });
    assert_eq!(member.upgrade, FlowView::Idle);
    assert_eq!(lines(&member), [("teapot".into(), 2), ("desk-lamp".into(), 1)]);
    assert_eq!(json!(on_server().await?), rows);
    let users = console.users().await?;
    assert_eq!((users.len(), &users[0]["id"], &users[0]["is_anonymous"]), (1, &json!(user_id), &json!(false)));
    sandbox.shutdown().await;
    Ok(())
}

/// Waits for the session to be joined first: a person would see "still starting" and try again.
async fn ask_for_code(shop: &Shop, email: &str) -> Result<()> {
    Ok(joined(|| shop.request_code(ContactKind::Email, email)).await?)
}

#[tokio::test]
async fn an_upgrade_under_way_survives_a_restart() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let shop = device.open().await?;
    shop.connect(backend(&sandbox));
    ask_for_code(&shop, "ben@example.com").await?;
    shop.close().await;

    let shop = device.open().await?;
    assert!(
        matches!(&shop.snapshot().upgrade, FlowView::CodeSent { contact, .. } if contact.as_str() == "ben@example.com")
    );
    shop.connect(backend(&sandbox));
    let code = console.code("ben@example.com").await?;
    while let Err(error) = shop.confirm_code(&Otp::new(code.clone())).await {
        anyhow::ensure!(matches!(error, ShopError::Starting), "{error}");
        tokio::task::yield_now().await;
    }
    assert!(matches!(shop.snapshot().identity, Identity::Member { .. }));
    Ok(())
}

#[tokio::test]
async fn a_taken_address_leaves_the_guest_whole() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    console.member("taken@example.com").await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    let refused = ask_for_code(&shop, "taken@example.com").await.expect_err("taken");
    assert!(refused.to_string().contains("email_exists"), "{refused}");
    assert_eq!(shop.snapshot().identity, before.identity);
    // The session still works: a change reaches the server.
    shop.set_quantity(&ProductId::new("teapot"), 3).await?;
    until(&shop, "a saved cart", |s| s.save == SaveState::AllSaved && s.cart.items == 4).await?;
    assert_eq!(console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?, [json!({ "quantity": 3 })]);
    Ok(())
}

#[tokio::test]
async fn a_locked_key_store_stops_no_shopping_and_loses_no_guest() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, guest) = saved_guest(&sandbox, &device).await?;
    shop.close().await;

    device.key_store.lock(true);
    let shop = device.open().await?;
    shop.connect(backend(&sandbox));
    shop.set_quantity(&ProductId::new("teapot"), 4).await?;
    let changed = shop.snapshot();
    assert_eq!((changed.cart.items, &changed.identity), (5, &guest.identity));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(console.users().await?.len(), 1, "no second guest");

    device.key_store.lock(false);
    shop.retry_now();
    until(&shop, "a saved cart", |s| s.save == SaveState::AllSaved).await?;
    assert_eq!(console.users().await?.len(), 1);
    assert_eq!(console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?, [json!({ "quantity": 4 })]);
    Ok(())
}

#[tokio::test]
async fn a_guest_whom_the_server_deleted_keeps_the_cart_and_starts_anew_at_the_next_change() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    console.delete_user(console.users().await?[0]["id"].as_str().context("an id")?).await?;

    // Looking again, as a focused window does, finds an empty cart on the server: it must not empty this one.
    shop.retry_now();
    let after = until(&shop, "a visitor", |s| s.identity == Identity::Visitor).await?;
    assert_eq!(lines(&after), lines(&before));
    assert!(after.notices.iter().any(|notice| notice.kind == NoticeKind::IdentityLost), "the person is told");
    assert!(console.users().await?.is_empty(), "no new guest by itself");

    shop.add_to_cart(&ProductId::new("teapot")).await?;
    until(&shop, "a saved cart", |s| s.save == SaveState::AllSaved && matches!(s.identity, Identity::Guest { .. }))
        .await?;
    assert_eq!(console.users().await?.len(), 1);
    let rows = console.rows("cart_lines?select=product_id,quantity&order=product_id").await?;
    assert_eq!(
        json!(rows),
        json!([{ "product_id": "desk-lamp", "quantity": 1 }, { "product_id": "teapot", "quantity": 3 }])
    );
    Ok(())
}

#[tokio::test]
async fn the_file_holds_no_token_in_the_clear() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (_shop, _) = saved_guest(&sandbox, &device).await?;
    let user_id = console.users().await?[0]["id"].as_str().context("a user")?.to_owned();
    assert!(found(device.folder.path(), &user_id)?, "the search finds what is in the clear");
    assert!(!found(device.folder.path(), "eyJ")?, "an access token");
    Ok(())
}

#[tokio::test]
async fn the_link_in_the_mail_opened_in_a_browser_makes_the_member_too() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, guest) = saved_guest(&sandbox, &device).await?;
    let Identity::Guest { user_id } = guest.identity else { anyhow::bail!("no guest: {guest:?}") };
    ask_for_code(&shop, "ana@example.com").await?;
    let (_, landed) = console.step(&console.link("ana@example.com").await?).await?;
    assert!(!landed.contains("_token"), "no tokens in the browser's history: {landed}");
    // The person comes back to the window.
    shop.retry_now();
    let member = until(&shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await?;
    assert_eq!(member.identity, Identity::Member { user_id, email: Some("ana@example.com".into()), phone: None });
    assert_eq!((member.upgrade.clone(), lines(&member)), (FlowView::Idle, lines(&guest)));
    shop.close().await;
    assert_eq!(device.open().await?.snapshot().identity, Identity::Member { user_id, email: None, phone: None });
    Ok(())
}
