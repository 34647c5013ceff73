//! What docs/qa.md has a tester do: everything from the console, in front of an open shop, and the shop says the right thing.

use anyhow::{Context, Result};
use carryover_e2e::{Axe, Browser, Device, Shopper, Tester, Window, free_port};
use carryover_testkit::{Console, ControlOptions, Sandbox, SandboxOptions};
use serde_json::json;

const EMAIL: &str = "ana@example.com";

/// A sandbox with a console, a browser to open that in, and an open shop before it all.
async fn sitting() -> Result<(Sandbox, Console, Browser, Device, Window)> {
    let port = free_port()?;
    let options = SandboxOptions { port, control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let device = Device::new()?;
    let window = Window::open_hosted(device.path(), port).await?;
    Ok((sandbox, console, Browser::start().await?, device, window))
}

// tidy: long because it is one sitting of a tester, from the first trouble to the last.
#[tokio::test]
async fn from_the_console_every_trouble_is_made_and_the_shop_says_what_it_is() -> Result<()> {
    let (sandbox, console, desk, _device, window) = sitting().await?;
    let trips = Browser::start().await?;
    let tester = Tester::opens(&desk, &sandbox.control().context("a console")?.console()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;

    // Nobody is there yet, and no guest can be made: too many, then a captcha that failed.
    tester.sets("rate-limit-reached").await?;
    window.click("add-teapot").await?;
    shopper.sees_save_state("rate_limited").await?;
    window.reads("The server takes no more from this network right now").await?;
    window.screenshot("60-rate-limit").await?;
    assert!(console.users().await?.is_empty());
    // The shop goes on trying by itself.
    tester.sets_error("/auth/v1/signup", 400, "captcha_failed").await?;
    shopper.sees_save_state("captcha").await?;
    window.reads("could not make sure that a person is here").await?;
    window.screenshot("61-captcha").await?;
    tester.moves_the_clock("+1 hour").await?;
    tester.lifts_all().await?;
    shopper.saved().await?;
    shopper.is("guest").await?;

    // Somebody else's guest is old.
    tester.sets("guest-31-days-old").await?;
    assert_eq!(console.users().await?.len(), 2);
    tester.cleans_up().await?;
    assert_eq!(console.users().await?.len(), 1, "the old one is gone");
    shopper.is("guest").await?;

    // A code that ran out.
    window.click("keep-my-cart").await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    let code = console.code(EMAIL).await?;
    tester.sees_code(EMAIL, &code).await?;
    tester.sets("codes-expired").await?;
    window.type_into("upgrade-code", &code).await?;
    window.says("This code is wrong or has expired.").await?;
    window.screenshot("62-expired").await?;
    window.click("upgrade-other").await?;

    // A provider who says no, and an identity of somebody else.
    window.click("upgrade-provider-google").await?;
    trips.denies(&window.opened(1).await?).await?;
    window.find("browser-failed").await?;
    window.reads("You did not allow the shop to use Google, so nothing has changed.").await?;
    window.screenshot("63-denied").await?;
    window.click("browser-other").await?;
    tester.sets("google-linked-elsewhere").await?;
    window.click("upgrade-provider-google").await?;
    trips.consents(&window.opened(2).await?, "google@example.com").await?;
    window.find("upgrade-taken").await?;
    window.reads("Your Google sign-in belongs to an account already.").await?;
    window.screenshot("64-identity-taken").await?;
    shopper.is("guest").await?;
    window.click("upgrade-other").await?;

    // The code counts, and nobody hears of it.
    tester.sets("answer-dropped-at-code").await?;
    // The address is still there.
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    let code = console.code(EMAIL).await?;
    tester.sees_code(EMAIL, &code).await?;
    window.type_into("upgrade-code", &code).await?;
    shopper.is("member").await?;
    window.screenshot("65-answer-lost").await?;
    tester.screenshot("66-console").await?;
    let lines = console.rows("cart_lines?quantity=gt.0&select=product_id,quantity&product_id=eq.teapot").await?;
    assert_eq!(json!(lines), json!([{ "product_id": "teapot", "quantity": 1 }]));
    window.close().await?;
    trips.close().await?;
    desk.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_guest_who_is_cleaned_up_is_told_and_keeps_the_cart() -> Result<()> {
    let (sandbox, console, desk, _device, window) = sitting().await?;
    let tester = Tester::opens(&desk, &sandbox.control().context("a console")?.console()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    tester.sets("everyone-31-days-later").await?;
    tester.cleans_up().await?;
    assert!(console.users().await?.is_empty());
    window.click("increase-teapot").await?;
    window.find("notice-identity_lost").await?;
    window.reads("The server ended your session. Your cart is still here").await?;
    window.screenshot("67-cleaned-up").await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.find(&format!("cart-line-{product}")).await?;
    }
    // The next change makes another guest, with the whole cart.
    window.click("increase-teapot").await?;
    shopper.saved().await?;
    assert_eq!(console.rows("cart_lines?quantity=gt.0&select=product_id").await?.len(), 3);
    window.close().await?;
    desk.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

// tidy: long because it is one sitting of a tester, from the first trouble to the last.
#[tokio::test]
async fn from_the_console_come_other_devices_taken_numbers_and_two_carts() -> Result<()> {
    let (sandbox, console, desk, _device, window) = sitting().await?;
    let tester = Tester::opens(&desk, &sandbox.control().context("a console")?.console()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    window.click("add-teapot").await?;
    shopper.saved().await?;

    // What a guest may not do, a member may; both are rolled back.
    tester.probes("Post a review", &["Refused · 42501", "Allowed · 1 row"]).await?;
    assert_eq!(console.rows("reviews?body=eq.Pours%20well").await?.len(), 0);

    // Another device.
    tester.sets("second-device").await?;
    window.focus()?;
    window.find("cart-line-enamel-mug").await?;

    // No network.
    tester.sets("offline").await?;
    window.click("increase-teapot").await?;
    shopper.sees_save_state("offline").await?;
    shopper.sees_quantity("teapot", 2).await?;
    tester.lifts_all().await?;
    shopper.saved().await?;

    // A number of somebody else.
    tester.sets("phone-taken").await?;
    window.click("keep-my-cart").await?;
    window.click("upgrade-tab-phone").await?;
    window.type_into("upgrade-phone", "+15550100").await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-taken").await?;
    window.reads("There is already an account with +15550100.").await?;
    window.screenshot("68-number-taken").await?;
    window.click("upgrade-other").await?;

    // An address of somebody else, and their cart.
    tester.sets("existing-account-with-cart").await?;
    window.click("upgrade-tab-email").await?;
    window.type_into("upgrade-email", "member@example.com").await?;
    window.click("upgrade-send").await?;
    window.click("upgrade-switch").await?;
    window.find("switch-code").await?;
    let code = console.code("member@example.com").await?;
    tester.sees_code("member@example.com", &code).await?;
    window.type_into("switch-code", &code).await?;
    window.find("conflict-line-gooseneck-kettle").await?;
    window.screenshot("69-two-carts").await?;
    window.click("conflict-confirm").await?;
    shopper.is("member").await?;
    // Two of the guest's and one of the account's.
    shopper.sees_quantity("teapot", 3).await?;
    window.click("notice-undo").await?;
    window.find("notice-hand_off_undone").await?;
    shopper.sees_quantity("teapot", 1).await?;
    window.close().await?;

    // The console itself is for everybody, too.
    let axe = Axe::new()?;
    for tab in ["inbox", "people", "probe", "scenarios", "timeline", "dials"] {
        tester.goes_to(tab).await?;
        for (scheme, width) in [("light", 800), ("dark", 1440)] {
            desk.wears(scheme, width, 900).await?;
            axe.check(&desk.driver, &format!("the console's {tab}, {scheme}")).await?;
        }
    }
    desk.close().await?;
    sandbox.shutdown().await;
    Ok(())
}
