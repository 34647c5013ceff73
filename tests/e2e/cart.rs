//! The cart through the real window: without a network, under quick fingers, with another device, and at its end.

use anyhow::{Context, Result};
use carryover_e2e::{Device, Shopper, Window, free_port};
use carryover_testkit::SandboxOptions;
use serde_json::{Value, json};

#[tokio::test]
async fn offline_from_the_first_start_the_cart_waits_for_the_network() -> Result<()> {
    let (device, port) = (Device::new()?, free_port()?);
    let window = Window::open_hosted(device.path(), port).await?;
    Shopper(&window).looks().await?;
    Shopper(&window).puts_in().await?;
    Shopper(&window).sees_save_state("offline").await?;
    window.screenshot("09-offline").await?;
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "visitor");
    window.kill().await?;

    let window = Window::open_hosted(device.path(), port).await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.find(&format!("cart-line-{product}")).await?;
    }
    let options = SandboxOptions { port, ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    Shopper(&window).saved().await?;
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "guest");
    let users = console.users().await?;
    assert_eq!((users.len(), &users[0]["is_anonymous"]), (1, &json!(true)), "{users:?}");
    assert_eq!(
        json!(console.rows("cart_lines?select=product_id,quantity&order=product_id").await?),
        json!([
            { "product_id": "desk-lamp", "quantity": 1 },
            { "product_id": "enamel-mug", "quantity": 1 },
            { "product_id": "teapot", "quantity": 1 },
        ])
    );
    window.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn quick_edits_end_as_the_last_and_another_devices_change_comes_with_the_focus() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    // In one turn of the page: nothing is answered in between.
    window
        .script(
            r#"const more = document.querySelector('[data-testid="cart-line-teapot"] [data-testid="increase-teapot"]');
            more.click(); more.click(); return true;"#,
        )
        .await?;
    shopper.sees_quantity("teapot", 3).await?;
    shopper.saved().await?;
    let of = |product: &str| format!("cart_lines?product_id=eq.{product}&select=quantity");
    assert_eq!(window.console.rows(&of("teapot")).await?, [json!({ "quantity": 3 })]);
    assert_eq!(device.cart_lines().await?[0], ("teapot".to_owned(), 3));

    // Somebody with the same account, elsewhere.
    let user_id = window.console.users().await?[0]["id"].clone();
    let line = json!({ "user_id": user_id, "product_id": "house-blend", "quantity": 2 });
    window.console.put_rows("cart_lines", &line).await?;
    window.focus()?;
    shopper.sees_quantity("house-blend", 2).await?;
    window.screenshot("10-from-another-device").await?;
    window.close().await
}

#[tokio::test]
async fn what_is_taken_out_comes_back_and_who_leaves_is_told_what_goes() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    window.click("clear-cart").await?;
    window.screenshot("11-emptied").await?;
    window.click("toast-action").await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.find(&format!("cart-line-{product}")).await?;
    }
    shopper.saved().await?;
    assert_eq!(window.console.rows("cart_lines?quantity=gt.0&select=product_id").await?.len(), 3);

    window.click("identity-badge").await?;
    window.screenshot("12-account-menu").await?;
    window.click("account-sign-out").await?;
    let losses = window.find("leave-losses").await?.text().await?;
    assert!(losses.contains("3 items"), "{losses}");
    window.screenshot("13-leaving").await?;
    let focused = window.script("return document.activeElement?.dataset.testid").await?;
    assert_eq!(focused, Value::from("leave-keep"), "the way that loses nothing has the focus");
    window.click("leave-delete").await?;
    window.until("an empty shop", "!document.querySelector('[data-testid^=\"cart-line-\"]')").await?;
    window.screenshot("14-forgotten").await?;
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "visitor");
    assert!(window.console.users().await?.is_empty());
    assert!(device.cart_lines().await?.is_empty());

    window.click("identity-badge").await?;
    window.click("account-export").await?;
    let said = r#"[...document.querySelectorAll('[data-testid="toast"] p')].map((p) => p.textContent).find((text) => text.includes(".json"))"#;
    window.until("the news where the file is", said).await?;
    let said = window.script(&format!("return {said}")).await?;
    let file = said.as_str().and_then(|said| said.split_whitespace().last()).context("a path")?;
    let export: Value = serde_json::from_slice(&std::fs::read(file).with_context(|| said.to_string())?)?;
    assert_eq!(export["who"]["kind"], "visitor");
    window.close().await
}
