//! The cart on this device: changes, undo, and what of it a window must draw again.

use std::collections::BTreeMap;

use anyhow::Result;
use carryover_shop::{LineNote, LineSync, NoticeKind, ShopError};
use carryover_testkit::SandboxOptions;
use serde_json::json;

use crate::support::{Device, backend, fill, lines, product, saved, saved_guest, until};

#[tokio::test]
async fn every_change_can_be_taken_back_once() -> Result<()> {
    let shop = Device::new()?.open_stocked().await?;
    fill(&shop).await?;
    let before = lines(&shop.snapshot());

    let removed = shop.set_quantity(&product("teapot"), 0).await?;
    assert_eq!(lines(&shop.snapshot()), [("desk-lamp".into(), 1)]);
    let id = removed.undo.expect("something changed");
    shop.undo(id).await?;
    assert_eq!(lines(&shop.snapshot()), before, "at its old place");
    assert!(matches!(shop.undo(id).await, Err(ShopError::NothingToUndo)));

    let cleared = shop.clear_cart().await?;
    assert!(shop.snapshot().cart.lines.is_empty());
    let again = shop.undo(cleared.undo.expect("something changed")).await?;
    assert_eq!(lines(&shop.snapshot()), before);
    shop.undo(again.undo.expect("undo is a change too")).await?;
    assert!(shop.snapshot().cart.lines.is_empty());

    let nothing = shop.clear_cart().await?;
    assert_eq!((nothing.undo, nothing.revision), (None, shop.snapshot().revision));
    Ok(())
}

#[tokio::test]
async fn a_wish_beyond_the_limit_is_granted_as_far_as_it_goes() -> Result<()> {
    let shop = Device::new()?.open_stocked().await?;
    let changed = shop.set_quantity(&product("teapot"), 99).await?;
    assert!(changed.reduced);
    let snapshot = shop.snapshot();
    assert_eq!(snapshot.cart.lines[0].quantity, snapshot.cart.lines[0].limit);
    let sold_out = shop.add_to_cart(&product("desk-clock")).await?;
    assert_eq!((sold_out.undo, sold_out.reduced), (None, true));
    assert!(matches!(shop.add_to_cart(&product("unicorn")).await, Err(ShopError::UnknownProduct)));
    Ok(())
}

#[tokio::test]
async fn a_patch_holds_what_changed_and_nothing_else() -> Result<()> {
    let shop = Device::new()?.open_stocked().await?;
    fill(&shop).await?;
    let before = shop.snapshot();
    shop.set_quantity(&product("teapot"), 0).await?;
    shop.add_to_cart(&product("house-blend")).await?;
    let after = shop.snapshot();
    let patch = after.since(&before);
    assert_eq!((patch.since, patch.removed), (before.revision, vec![product("teapot")]));
    assert_eq!(patch.changed, [after.cart.lines[1].clone()]);
    assert!(after.since(&after).changed.is_empty());
    // A catalog that says the same anew changes no line; a line that is put back is another one.
    shop.set_quantity(&product("teapot"), 1).await?;
    let patch = shop.snapshot().since(&before);
    assert!(patch.removed.is_empty());
    assert_eq!(patch.changed.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_patch_makes_the_later_cart_of_any_earlier_one() -> Result<()> {
    const PRODUCTS: [&str; 5] = ["teapot", "desk-lamp", "house-blend", "enamel-mug", "linen-towel"];
    let shop = Device::new()?.open_stocked().await?;
    let mut rng = fastrand::Rng::with_seed(5);
    let mut seen = vec![shop.snapshot()];
    for _ in 0..120 {
        let changed = match rng.u8(0..10) {
            0 => shop.clear_cart().await?,
            _ => shop.set_quantity(&product(PRODUCTS[rng.usize(0..PRODUCTS.len())]), rng.u32(0..3)).await?,
        };
        if let (Some(undo), true) = (changed.undo, rng.bool()) {
            shop.undo(undo).await?;
        }
        let now = shop.snapshot();
        let before = &seen[rng.usize(0..seen.len())];
        let patch = now.since(before);
        let mut lines: BTreeMap<_, _> =
            before.cart.lines.iter().map(|line| (line.product_id.clone(), line.clone())).collect();
        for product in &patch.removed {
            assert!(lines.remove(product).is_some(), "{product} was not there");
        }
        lines.extend(patch.changed.iter().map(|line| (line.product_id.clone(), line.clone())));
        let mut lines: Vec<_> = lines.into_values().collect();
        lines.sort_by_key(|line| line.position);
        assert_eq!(lines, now.cart.lines);
        seen.push(now);
    }
    Ok(())
}

#[tokio::test]
async fn what_the_server_refuses_is_marked_and_told_until_it_is_put_away() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    // Somebody else was faster; this shop's catalog does not know yet.
    sandbox.execute("update public.products set stock = 3 where id = 'teapot'; update public.products set stock = 0 where id = 'house-blend'").await?;
    shop.set_quantity(&product("teapot"), 4).await?;
    shop.set_quantity(&product("house-blend"), 2).await?;
    let told = until(&shop, "two notices", |s| s.notices.len() == 2 && s.cart.unsaved == 0).await?;
    assert_eq!(lines(&told), [("teapot".into(), 3), ("desk-lamp".into(), 1)]);
    assert_eq!(told.cart.lines[0].sync, LineSync::Refused);
    let kinds: Vec<_> = told.notices.iter().map(|notice| notice.kind.clone()).collect();
    assert!(
        kinds.contains(&NoticeKind::Line(LineNote::Reduced { product: product("teapot"), quantity: 3 })),
        "{kinds:?}"
    );
    assert!(kinds.contains(&NoticeKind::Line(LineNote::Unavailable { product: product("house-blend") })), "{kinds:?}");
    shop.close().await;

    let shop = device.open().await?;
    assert_eq!(shop.snapshot().notices, told.notices, "also after a restart");
    for notice in &told.notices {
        shop.dismiss_notice(notice.id).await?;
    }
    assert!(shop.snapshot().notices.is_empty());
    shop.close().await;
    let shop = device.open().await?;
    assert!(shop.snapshot().notices.is_empty(), "put away is put away");
    // Asking for less than there is clears the mark.
    shop.connect(backend(&sandbox));
    shop.set_quantity(&product("teapot"), 2).await?;
    let after = saved(&shop).await?;
    assert_eq!(after.cart.lines[0].sync, LineSync::Synced);
    assert_eq!(console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?, [json!({ "quantity": 2 })]);
    Ok(())
}

#[tokio::test]
async fn a_price_that_changed_is_shown_beside_the_one_that_was_seen() -> Result<()> {
    let (sandbox, _) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    let seen = before.cart.lines[0].unit_price;
    assert_eq!(before.cart.lines[0].seen_price, None);
    sandbox.execute("update public.products set price_minor = price_minor - 500 where id = 'teapot'").await?;
    shop.retry_now();
    let cheaper = until(&shop, "the new price", |s| s.cart.lines[0].unit_price != seen).await?;
    assert_eq!(cheaper.cart.lines[0].seen_price, seen);
    shop.add_to_cart(&product("teapot")).await?;
    assert_eq!(shop.snapshot().cart.lines[0].seen_price, None, "touched at the new price");
    Ok(())
}

#[tokio::test]
async fn rapid_changes_of_a_line_are_one_request_and_the_last_one_counts() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    let version = async || Ok::<_, anyhow::Error>(console.rows("carts?select=version").await?[0]["version"].as_i64());
    let before = version().await?.expect("a version");
    for quantity in [1, 4, 2, 3, 1, 4] {
        shop.set_quantity(&product("teapot"), quantity).await?;
    }
    saved(&shop).await?;
    assert_eq!(console.rows("cart_lines?product_id=eq.teapot&select=quantity").await?, [json!({ "quantity": 4 })]);
    assert_eq!(version().await?, Some(before + 1));
    Ok(())
}
