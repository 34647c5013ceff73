//! A small window, a shop without goods, a guest who is gone, a file that can't be opened.

use std::fs;

use anyhow::{Context, Result};
use carryover_testkit::{ControlOptions, Desk, SandboxOptions};
use serde_json::json;

use super::{Audience, EMAIL, scene};
use crate::{Device, Keyboard, Shopper, Window, free_port};

/// What most people never see.
pub async fn what_seldom_happens(audience: &mut impl Audience) -> Result<()> {
    in_a_small_window(audience).await?;
    a_server_in_trouble(audience).await?;
    nothing_to_buy(audience).await?;
    nothing_opens(audience).await
}

/// The cart in a drawer, empty, full, and with a removal that can be undone; and a guest who was deleted elsewhere.
async fn in_a_small_window(audience: &mut impl Audience) -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    window.resize(800, 600).await?;
    window.click("cart-button").await?;
    window.find("save-state").await?;
    scene(audience, &window, "drawer-empty", "An empty cart says how to fill it.").await?;
    window.resize(800, 600).await?;
    window.escape().await?;
    window.gone("save-state").await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.click(&format!("add-{product}")).await?;
    }
    window.click("cart-button").await?;
    shopper.saved().await?;
    scene(audience, &window, "drawer", "The same cart where there is no room beside the products.").await?;
    window.resize(800, 600).await?;
    window.click("remove-desk-lamp").await?;
    window.find("toast-action").await?;
    scene(audience, &window, "removed", "Every removal can be undone.").await?;
    window.resize(800, 600).await?;
    window.escape().await?;
    window.gone("save-state").await?;

    let user = window.console.users().await?.first().and_then(|user| user["id"].as_str().map(str::to_owned));
    window.console.delete_user(&user.context("a guest")?).await?;
    Keyboard(&window).presses("card-increase-teapot").await?;
    window.find("notice-identity_lost").await?;
    scene(audience, &window, "guest-gone", "A guest was deleted on the server. The cart is still here.").await?;
    window.close().await
}

/// What keeps a cart from the server, a code that ran out, and a line that is sold out.
async fn a_server_in_trouble(audience: &mut impl Audience) -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let window = Window::open_hosted(device.path(), sandbox.url().port().context("a port")?).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    let refuse = |path: &str, status: u16, code: &str| json!({ "path": path, "fault": { "kind": "error", "status": status, "code": code, "message": "On purpose." } });
    desk.set_fault(&refuse("/auth/v1/signup", 429, "over_request_rate_limit")).await?;
    window.click("add-teapot").await?;
    shopper.sees_save_state("rate_limited").await?;
    scene(audience, &window, "too-many-guests", "The network has had its guests of this hour. The cart works.").await?;
    desk.lift_faults().await?;
    desk.set_fault(&refuse("/auth/v1/signup", 400, "captcha_failed")).await?;
    window.click("retry-now").await?;
    shopper.sees_save_state("captcha").await?;
    scene(audience, &window, "captcha", "A captcha failed. The cart works.").await?;
    desk.lift_faults().await?;
    desk.set_fault(&refuse("/rest/v1/rpc/*", 500, "unexpected_failure")).await?;
    window.click("retry-now").await?;
    shopper.sees_save_state("server_trouble").await?;
    scene(audience, &window, "server-trouble", "The server has a problem. The cart works.").await?;
    desk.lift_faults().await?;
    window.click("retry-now").await?;
    shopper.saved().await?;

    window.click("keep-my-cart").await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    let code = console.code(EMAIL).await?;
    desk.advance_clock(3_601).await?;
    window.type_into("upgrade-code", &code).await?;
    window.reads("This code is wrong or has expired.").await?;
    scene(audience, &window, "code-expired", "A code that ran out, and another one for the asking.").await?;
    window.escape().await?;
    window.gone("upgrade-code").await?;
    sandbox.execute("update public.products set stock = 0 where id = 'teapot'").await?;
    window.click("increase-teapot").await?;
    window.find("notice-unavailable").await?;
    scene(audience, &window, "sold-out", "What is sold out is told, not dropped in silence.").await?;
    window.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

/// A project whose shop is empty.
async fn nothing_to_buy(audience: &mut impl Audience) -> Result<()> {
    let (sandbox, _) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    sandbox.execute("delete from public.reviews").await?;
    sandbox.execute("delete from public.products").await?;
    let device = Device::new()?;
    let window = Window::open_hosted(device.path(), sandbox.url().port().context("a port")?).await?;
    window.until("no product", r#"!document.querySelector('[data-testid^="product-card-"]')"#).await?;
    scene(audience, &window, "nothing-to-buy", "A project that sells nothing yet.").await?;
    window.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

/// A folder where the shop's file should be.
async fn nothing_opens(audience: &mut impl Audience) -> Result<()> {
    let device = Device::new()?;
    fs::create_dir(device.path().join("carryover.db"))?;
    let window = Window::open_chosen(device.path(), free_port()?).await?;
    window.find("startup-problem").await?;
    scene(audience, &window, "cannot-open", "The shop's file can't be opened: what to do is said in the window.")
        .await?;
    window.close().await
}
