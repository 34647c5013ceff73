//! Checking out: for members, at the prices they saw, once.

use anyhow::{Context, Result};
use carryover_shop::{ContactKind, Identity, Otp, Password, Refusal, SaveState, ShopError};
use carryover_testkit::{ControlOptions, Desk, SandboxOptions};
use serde_json::json;

use crate::{
    support::{Device, backend, fill, joined, lines, product, saved, saved_guest, until},
    upgrade::guest,
};

#[tokio::test]
async fn a_guest_is_refused_becomes_a_member_and_orders() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    assert!(matches!(joined(|| shop.check_out()).await, Err(ShopError::MembersOnly)));
    assert_eq!(lines(&shop.snapshot()), lines(&before));
    assert!(console.rows("orders?select=id").await?.is_empty());
    shop.request_code(ContactKind::Email, "ana@example.com").await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;

    let stock = || async {
        Ok::<_, anyhow::Error>(console.rows("products?id=eq.teapot&select=stock").await?[0]["stock"].as_u64())
    };
    let (had, total) = (stock().await?.context("stock")?, before.cart.total);
    let order = shop.check_out().await?;
    assert_eq!((Some(order.total), order.lines.len()), (total, 2));
    assert_eq!(stock().await?, Some(had - 2));
    let after = shop.snapshot();
    assert!(after.cart.lines.is_empty() && after.notices.is_empty(), "{after:?}");
    assert_eq!(after.save, SaveState::Nothing);
    let orders = shop.orders().await?;
    assert_eq!(orders.len(), 1);
    assert_eq!((orders[0].id, orders[0].total), (order.id, order.total));
    let empty = shop.check_out().await.expect_err("nothing to order");
    assert_eq!(empty.refusal(), Some(&Refusal::CartEmpty));
    Ok(())
}

#[tokio::test]
async fn what_was_not_seen_is_not_ordered_and_a_lost_answer_is_one_order() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    let seen = shop.snapshot().cart.total;
    sandbox.execute("update public.products set price_minor = price_minor + 100 where id = 'teapot'").await?;
    let dearer = shop.check_out().await.expect_err("another price");
    assert_eq!(dearer.refusal(), Some(&Refusal::PriceChanged));
    until(&shop, "the new total", |s| s.cart.total != seen).await?;
    sandbox.execute("update public.products set stock = 1 where id = 'teapot'").await?;
    let fewer = shop.check_out().await.expect_err("too few");
    assert!(
        matches!(fewer.refusal(), Some(Refusal::OutOfStock { product: id }) if *id == product("teapot")),
        "{fewer:?}"
    );
    assert_eq!(lines(&shop.snapshot()).len(), 2, "the cart is as it was");
    shop.set_quantity(&product("teapot"), 1).await?;
    saved(&shop).await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/place_order", "times": 1, "fault": { "kind": "drop_answer" } }))
        .await?;
    shop.check_out().await.expect_err("the answer is lost");
    let again = shop.check_out().await?;
    let orders: Vec<_> = shop.orders().await?.into_iter().map(|order| order.id).collect();
    assert_eq!(orders, [again.id]);
    assert!(shop.snapshot().cart.lines.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_member_who_is_signed_out_elsewhere_finds_the_cart_once_and_nobody_else_does() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    shop.set_password(Password::new("correct horse battery".into()), None).await?;
    sandbox.execute("delete from auth.sessions").await?;
    desk.advance_clock(3700).await?;
    shop.set_quantity(&product("teapot"), 3).await?;
    let alone = until(&shop, "the end of the session", |s| s.identity == Identity::Visitor).await?;
    assert!(alone.cart.lines.is_empty(), "whoever comes next gets nothing");
    shop.sign_in_with_password(ContactKind::Email, "ana@example.com", Password::new("correct horse battery".into()))
        .await?;
    let back =
        until(&shop, "the member", |s| matches!(s.identity, Identity::Member { .. }) && s.cart.items == 4).await?;
    assert!(matches!(back.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    saved(&shop).await?;
    let row = console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?;
    assert_eq!(row, [json!({ "quantity": 3 })], "what was not sent when it ended is sent now, once");
    Ok(())
}

#[tokio::test]
async fn who_signs_out_leaves_their_cart_at_the_server_and_nothing_here() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    assert!(matches!(shop.sign_out(true).await, Err(ShopError::NotAMember)), "a guest would be lost");
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    shop.set_password(Password::new("correct horse battery".into()), None).await?;

    desk.set_fault(&json!({ "path": "/rest/v1/*", "fault": { "kind": "refuse" } })).await?;
    shop.set_quantity(&product("teapot"), 3).await?;
    assert!(matches!(shop.sign_out(false).await, Err(ShopError::Unsaved)));
    assert!(matches!(shop.snapshot().identity, Identity::Member { .. }));
    desk.lift_faults().await?;
    shop.sign_out(false).await?;
    let after = shop.snapshot();
    assert_eq!((&after.identity, after.cart.lines.len()), (&Identity::Visitor, 0));
    assert!(after.notices.is_empty(), "{:?}", after.notices);
    let row = console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?;
    assert_eq!(row, [json!({ "quantity": 3 })]);

    // Somebody else on this computer gets nothing of it, and the same person all of it.
    fill(&shop).await?;
    let other = saved(&shop).await?;
    assert_ne!(guest(&other)?, guest(&before)?);
    shop.clear_cart().await?;
    saved(&shop).await?;
    shop.sign_in_with_password(ContactKind::Email, "ana@example.com", Password::new("correct horse battery".into()))
        .await?;
    let back =
        until(&shop, "the member's cart", |s| matches!(s.identity, Identity::Member { .. }) && s.cart.items == 4)
            .await?;
    assert!(matches!(back.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    Ok(())
}

#[tokio::test]
async fn a_closed_account_is_gone_here_and_on_the_server() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    shop.check_out().await?;
    shop.close_account().await?;
    assert!(console.users().await?.is_empty());
    assert!(console.rows("orders?select=id").await?.is_empty());
    let after = shop.snapshot();
    assert_eq!((&after.identity, after.cart.lines.len()), (&Identity::Visitor, 0));
    shop.close().await;
    let shop = device.open().await?;
    assert_eq!(shop.snapshot().identity, Identity::Visitor);
    shop.connect(backend(&sandbox));
    Ok(())
}
