//! Becoming a member by a provider in a real browser, and going over to an account that exists: both carts seen, one made of them,
//! and undone.

use anyhow::{Context, Result};
use carryover_e2e::{Browser, Device, Shopper, Window, free_port, story::put};
use carryover_testkit::{Console, SandboxOptions};
use serde_json::{Value, json};

const EMAIL: &str = "ana@example.com";

/// The cart that the server holds.
async fn on_server(console: &Console, user_id: &str) -> Result<Value> {
    let query = format!("cart_lines?user_id=eq.{user_id}&quantity=gt.0&select=product_id,quantity&order=product_id");
    Ok(json!(console.rows(&query).await?))
}

fn cart(lines: &[(&str, u32)]) -> Value {
    json!(lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect::<Vec<_>>())
}

/// Who the badge says this is.
async fn user_id(window: &Window) -> Result<String> {
    window.attribute("identity-badge", "data-user-id").await
}

#[tokio::test]
async fn a_taken_address_leads_to_the_account_the_carts_are_merged_and_it_is_undone() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let (shopper, console) = (Shopper(&window), &window.console);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    let account = console.member(EMAIL).await?;
    put(console, &account, &[("teapot", 1), ("house-blend", 2)]).await?;
    let guest = user_id(&window).await?;

    window.click("keep-my-cart").await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-taken").await?;
    window.screenshot("20-taken").await?;
    window.click("upgrade-switch").await?;
    window.find("switch-code").await?;
    window.screenshot("21-switch-code").await?;
    window.type_into("switch-code", &console.code(EMAIL).await?).await?;

    window.find("conflict-dialog").await?;
    window.find("conflict-line-teapot").await?;
    window.screenshot("22-two-carts").await?;
    assert_eq!(user_id(&window).await?, guest, "nothing has changed yet");
    assert_eq!(window.attribute("conflict-total", "data-items").await?, "6");
    window.click("conflict-choice-guest").await?;
    window.until("the guest's cart as the result", total("3").as_str()).await?;
    window.screenshot("23-keep-this-devices").await?;
    window.click("conflict-choice-merge").await?;
    window.select("conflict-rule", "larger").await?;
    window.until("the larger of each", total("5").as_str()).await?;
    window.select("conflict-rule", "sum").await?;
    window.until("the sum", total("6").as_str()).await?;
    window.click("conflict-confirm").await?;
    shopper.is("member").await?;
    window.find("notice-undo").await?;
    window.screenshot("24-merged").await?;
    assert_eq!(user_id(&window).await?, account.id);
    let merged = cart(&[("desk-lamp", 1), ("enamel-mug", 1), ("house-blend", 2), ("teapot", 2)]);
    assert_eq!(on_server(console, &account.id).await?, merged);
    assert_eq!(device.cart_lines().await?.len(), 4);
    assert!(!device.session().await?.is_anonymous);

    window.click("notice-undo").await?;
    window.find("notice-hand_off_undone").await?;
    window.screenshot("25-undone").await?;
    assert_eq!(on_server(console, &account.id).await?, cart(&[("house-blend", 2), ("teapot", 1)]));
    window.click("notice-earlier").await?;
    window.until("the guest's cart", r#"document.querySelector('[data-testid^="earlier-restore-"]')"#).await?;
    window.screenshot("26-earlier-carts").await?;
    assert!(console.users().await?.iter().all(|user| user["id"] != json!(guest)), "the guest is gone");
    window.close().await
}

/// Whether the result has so many pieces.
fn total(items: &str) -> String {
    format!(r#"document.querySelector('[data-testid="conflict-total"]')?.dataset.items === "{items}""#)
}

// tidy: long because it is one account on two devices, from its making to an answer that is remembered.
#[tokio::test]
async fn a_provider_in_a_real_browser_and_the_same_identity_again_on_another_device() -> Result<()> {
    let port = free_port()?;
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions { port, ..SandboxOptions::default() }).await?;
    let browser = Browser::start().await?;

    let first = Device::new()?;
    let window = Window::open_hosted(first.path(), port).await?;
    Shopper(&window).looks().await?;
    Shopper(&window).fills_the_cart().await?;
    let member = user_id(&window).await?;
    window.click("keep-my-cart").await?;
    window.find("upgrade-provider-google").await?;
    window.screenshot("30-ways-in").await?;
    window.click("upgrade-provider-google").await?;
    window.find("browser-step").await?;
    window.screenshot("31-in-the-browser").await?;
    browser.consents(&window.opened(1).await?, EMAIL).await?;
    Shopper(&window).is("member").await?;
    window.screenshot("32-member-by-google").await?;
    assert_eq!(user_id(&window).await?, member, "the same user");
    window.close().await?;

    let second = Device::new()?;
    let window = Window::open_hosted(second.path(), port).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    window.click("add-pepper-mill").await?;
    shopper.saved().await?;
    window.click("keep-my-cart").await?;
    window.click("upgrade-provider-google").await?;
    window.screenshot("33-second-device").await?;
    browser.consents(&window.opened(1).await?, EMAIL).await?;
    window.find("upgrade-taken").await?;
    window.screenshot("33-identity-taken").await?;
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "guest");
    // One more trip, nothing typed.
    window.click("upgrade-switch").await?;
    browser.consents(&window.opened(2).await?, EMAIL).await?;
    window.find("conflict-dialog").await?;
    window.click("conflict-choice-account").await?;
    window.click("conflict-remember").await?;
    window.screenshot("34-keep-the-accounts").await?;
    window.click("conflict-confirm").await?;
    shopper.is("member").await?;
    window.find("notice-earlier").await?;
    window.screenshot("35-the-accounts-cart").await?;
    assert_eq!(user_id(&window).await?, member);
    let kept = cart(&[("desk-lamp", 1), ("enamel-mug", 1), ("teapot", 1)]);
    assert_eq!(on_server(&console, &member).await?, kept);
    let earlier = console.rows("earlier_carts?select=origin,lines").await?;
    let lost = json!([{ "product_id": "pepper-mill", "quantity": 1 }]);
    assert_eq!(earlier.first().context("the guest's cart")?["lines"], lost, "{earlier:?}");

    // The answer was to be remembered: the next time nobody is asked.
    window.click("identity-badge").await?;
    window.click("account-open").await?;
    window.click("account-sign-out-here").await?;
    shopper.is("visitor").await?;
    window.click("add-teapot").await?;
    shopper.saved().await?;
    window.click("keep-my-cart").await?;
    window.click("upgrade-have-account").await?;
    window.click("switch-provider-google").await?;
    browser.consents(&window.opened(3).await?, EMAIL).await?;
    shopper.is("member").await?;
    window.find("notice-earlier").await?;
    assert_eq!(on_server(&console, &member).await?, kept);
    assert_eq!(console.rows("earlier_carts?select=lines").await?.len(), 2);
    window.close().await?;
    browser.close().await?;
    sandbox.shutdown().await;
    Ok(())
}
