//! Without a network: the shop is open, and everything goes out later.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Result;
use carryover_shop::{Backend, CatalogState, Identity, SaveState};
use carryover_testkit::SandboxOptions;
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

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
