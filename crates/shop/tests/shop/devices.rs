//! Two devices of one member. Whatever the network does, both end with one cart.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use carryover_auth::{Api, Engine, OverGuest, Session, TurnFile};
use carryover_shop::{BackendKind, Identity, Key, KeyStore, LineNote, NoticeKind, Shop, SystemClock, Vault};
use carryover_store::{Sealer, Store};
use carryover_testkit::{Console, ControlOptions, Desk, Sandbox, SandboxOptions};
use fastrand::Rng;
use reqwest::Method;
use serde_json::json;

use crate::support::{Device, backend, lines, product, saved, until};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery";

/// Products that each device changes alone, and those that both change.
const OWN: [[&str; 2]; 2] = [["teapot", "enamel-mug"], ["hand-grinder", "house-blend"]];
const SHARED: [&str; 3] = ["pepper-mill", "linen-towel", "dot-notebook"];

async fn member(console: &Console) -> Result<()> {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "email_confirm": true });
    let request = console.request(Method::POST, "/auth/v1/admin/users", Some(&console.service_role_key)).json(&body);
    let (status, body) = Console::send(request).await?;
    ensure!(status == 200, "{status} {body}");
    Ok(())
}

/// A device on which the member is signed in.
async fn device(sandbox: &Sandbox, console: &Console) -> Result<(Device, Shop)> {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let request = console.request(Method::POST, "/auth/v1/token?grant_type=password", None).json(&body);
    let (status, tokens) = Console::send(request).await?;
    ensure!(status == 200, "{status} {tokens}");
    let (device, key) = (Device::new()?, Key::new([7; 32]));
    device.key_store.write(&key)?;
    let (scope, clock) = (BackendKind::Sandbox.scope(), Arc::new(SystemClock));
    let folder = device.folder.path();
    let store = Store::open(&folder.join("carryover.db"), scope.clone(), 0).await?;
    let turn = TurnFile::new(folder.join("session.turn"));
    let vault = Vault::new(store.clone(), scope, Sealer::new(&key), turn, clock.clone());
    let engine = Engine::load(Api::new(sandbox.url(), sandbox.publishable_key())?, vault, clock).await;
    engine.adopt(Session::import(&tokens.to_string())?, OverGuest::Refuse).await?;
    engine.shutdown(Duration::ZERO).await;
    store.close().await;
    let shop = device.open_stocked().await?;
    assert!(matches!(shop.snapshot().identity, Identity::Member { .. }));
    shop.connect(backend(sandbox));
    Ok((device, shop))
}

#[tokio::test]
async fn what_another_device_changed_arrives_and_is_told_where_it_overrides() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    member(&console).await?;
    let (_phone_files, phone) = device(&sandbox, &console).await?;
    let (_laptop_files, laptop) = device(&sandbox, &console).await?;
    phone.set_quantity(&product("teapot"), 2).await?;
    phone.set_quantity(&product("desk-lamp"), 1).await?;
    saved(&phone).await?;

    laptop.retry_now();
    let seen = until(&laptop, "the phone's cart", |s| s.cart.lines.len() == 2).await?;
    assert!(seen.notices.is_empty(), "nothing that was seen here was overridden");
    laptop.set_quantity(&product("teapot"), 3).await?;
    laptop.set_quantity(&product("desk-lamp"), 0).await?;
    saved(&laptop).await?;

    phone.retry_now();
    let told = until(&phone, "the laptop's changes", |s| s.notices.len() == 2).await?;
    assert_eq!(lines(&told), [("teapot".into(), 3)]);
    let kinds: Vec<_> = told.notices.iter().map(|notice| notice.kind.clone()).collect();
    let changed = LineNote::ChangedElsewhere { product: product("teapot"), quantity: 3 };
    let removed = LineNote::RemovedElsewhere { product: product("desk-lamp") };
    assert!(kinds.contains(&NoticeKind::Line(changed)) && kinds.contains(&NoticeKind::Line(removed)), "{kinds:?}");
    Ok(())
}

#[tokio::test]
async fn two_devices_with_any_delays_end_with_the_same_cart() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    member(&console).await?;
    let devices = [device(&sandbox, &console).await?, device(&sandbox, &console).await?];
    for seed in 0..12 {
        let mut rng = Rng::with_seed(seed);
        let last = shop_at_random(&mut rng, &devices, &desk).await.with_context(|| format!("seed {seed}"))?;
        desk.lift_faults().await?;
        // Whoever was first to be saved has not heard of the other.
        for (_, shop) in devices.iter().chain(&devices) {
            shop.retry_now();
            saved(shop).await?;
        }
        let on_server = console.rows("cart_lines?select=product_id,quantity&quantity=gt.0&order=product_id").await?;
        let on_server: BTreeMap<_, _> = on_server
            .iter()
            .filter_map(|row| {
                Some((row["product_id"].as_str()?.to_owned(), u32::try_from(row["quantity"].as_u64()?).ok()?))
            })
            .collect();
        for (_, shop) in &devices {
            shop.retry_now();
            until(shop, &format!("seed {seed}: the cart of the server, {on_server:?}"), |s| {
                lines(s).into_iter().collect::<BTreeMap<_, _>>() == on_server
            })
            .await?;
        }
        for (id, wishes) in last {
            let quantity = on_server.get(id).copied().unwrap_or(0);
            assert!(wishes.contains(&quantity), "seed {seed}: {id} is {quantity}, and nobody's last wish: {wishes:?}");
        }
    }
    Ok(())
}

/// Both devices change lines in random order and with random delays of the network. Returns the last wish of each device for
/// each product.
async fn shop_at_random(
    rng: &mut Rng,
    devices: &[(Device, Shop); 2],
    desk: &Desk,
) -> Result<BTreeMap<&'static str, Vec<u32>>> {
    for skip in 0..6 {
        let fault = json!({ "kind": "delay", "ms": rng.u64(0..400) });
        desk.set_fault(&json!({ "path": "/rest/v1/rpc/*", "skip": skip, "times": 1, "fault": fault })).await?;
    }
    let mut last: BTreeMap<&'static str, [Option<u32>; 2]> = BTreeMap::new();
    for _ in 0..rng.usize(10..40) {
        let which = rng.usize(0..2);
        let choice: Vec<_> = OWN[which].iter().chain(&SHARED).copied().collect();
        let (id, quantity) = (choice[rng.usize(0..choice.len())], rng.u32(0..=2));
        let shop = &devices[which].1;
        shop.set_quantity(&product(id), quantity).await?;
        last.entry(id).or_default()[which] = Some(quantity);
        if rng.u8(0..4) == 0 {
            tokio::time::sleep(Duration::from_millis(rng.u64(0..250))).await;
        }
        if rng.u8(0..6) == 0 {
            shop.retry_now();
        }
    }
    Ok(last.into_iter().map(|(id, wishes)| (id, wishes.into_iter().flatten().collect())).collect())
}
