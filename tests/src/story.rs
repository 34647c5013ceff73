//! The shop's story, told in its real window: once to a test that looks at every screen, once to people.

use anyhow::Result;
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::json;

use crate::{Device, Keyboard, Shopper, Window, free_port};

/// Whose story it is.
const EMAIL: &str = "ana@example.com";

/// What is on screen at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// For files and messages.
    pub name: &'static str,
    /// For people who watch.
    pub caption: &'static str,
}

/// Whoever looks on.
pub trait Audience {
    /// The window shows a scene, and waits until this is done.
    fn see(&mut self, window: &Window, scene: Scene) -> impl Future<Output = Result<()>>;
}

/// All of it.
pub async fn tell(audience: &mut impl Audience) -> Result<()> {
    a_guest_becomes_a_member(audience).await?;
    two_carts_become_one_and_two_again(audience).await?;
    without_a_network(audience).await
}

/// Shows a scene.
async fn scene(audience: &mut impl Audience, window: &Window, name: &'static str, caption: &'static str) -> Result<()> {
    audience.see(window, Scene { name, caption }).await
}

/// Visitor, guest, restart, member, order.
// tidy: long because it is a story, told from its beginning to its end.
pub async fn a_guest_becomes_a_member(audience: &mut impl Audience) -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    scene(audience, &window, "visitor", "Nobody has signed up. Nobody was asked to.").await?;
    window.type_into("search", "zebra").await?;
    window.gone("product-card-teapot").await?;
    scene(audience, &window, "nothing-found", "A search without a find says how to go on.").await?;
    window.clear("search").await?;
    Keyboard(&window).presses("product-open-teapot").await?;
    window.find("review-invite").await?;
    scene(audience, &window, "product", "Members write reviews, everybody reads them.").await?;
    window.escape().await?;
    window.gone("product-page").await?;
    shopper.fills_the_cart().await?;
    scene(
        audience,
        &window,
        "guest",
        "The first product made a guest: a user in Supabase, with is_anonymous in the token.",
    )
    .await?;
    window.kill().await?;

    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.saved().await?;
    scene(audience, &window, "restarted", "Killed and started again: the same guest, the same cart.").await?;
    window.click("checkout-open").await?;
    window.find("checkout-summary").await?;
    scene(audience, &window, "check-out-as-guest", "A guest may look at the order.").await?;
    window.click("checkout-confirm").await?;
    window.find("upgrade-email").await?;
    scene(audience, &window, "members-only", "PostgreSQL says no: a restrictive policy lets members alone order.")
        .await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    scene(audience, &window, "code", "One code by mail. The user id will stay, and so will the cart.").await?;
    window.type_into("upgrade-code", "000000").await?;
    window.until("a wrong code", r#"document.querySelector('[role="alert"]')?.textContent.trim()"#).await?;
    scene(audience, &window, "wrong-code", "A wrong code costs nothing.").await?;
    window.clear("upgrade-code").await?;
    window.type_into("upgrade-code", &window.console.code(EMAIL).await?).await?;
    shopper.is("member").await?;
    window.gone("upgrade-code").await?;
    window.find("checkout-confirm").await?;
    scene(audience, &window, "check-out-as-member", "A member now, and back where the guest was stopped.").await?;
    window.click("checkout-confirm").await?;
    window.find("checkout-done").await?;
    scene(audience, &window, "ordered", "Ordered in one transaction.").await?;
    window.click("checkout-orders").await?;
    window.find("orders").await?;
    scene(audience, &window, "orders", "What was ordered before.").await?;
    window.click("account-back").await?;
    window.find("account-export").await?;
    scene(audience, &window, "account", "Ways to sign in, a password, one's data, the way out.").await?;
    window.escape().await?;
    window.gone("account-export").await?;

    Keyboard(&window).presses("product-open-teapot").await?;
    window.find("review-form").await?;
    window.click("review-stars-5").await?;
    window.type_into("review-body", "Pours without a drop on the table.").await?;
    window.click("review-post").await?;
    window
        .until("the review", r#"document.querySelector('[data-testid="review-list"]')?.textContent.includes("Pours")"#)
        .await?;
    scene(audience, &window, "reviewed", "The same request as a guest's, and now it passes.").await?;
    window.escape().await?;
    window.gone("product-page").await?;
    window.close().await
}

/// A taken address, the switch, the merge, the undo.
pub async fn two_carts_become_one_and_two_again(audience: &mut impl Audience) -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let (shopper, console) = (Shopper(&window), &window.console);
    let account = console.member(EMAIL).await?;
    put(console, &account, &[("teapot", 1), ("house-blend", 2)]).await?;
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    window.click("keep-my-cart").await?;
    window.find("upgrade-provider-google").await?;
    scene(audience, &window, "ways-in", "Mail, phone, or a provider: what the project has switched on.").await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-taken").await?;
    scene(audience, &window, "taken", "This address has an account. Nothing is lost by that.").await?;
    window.click("upgrade-switch").await?;
    // The inbox may have an older code: the field says that the new one was sent.
    window.find("switch-code").await?;
    window.type_into("switch-code", &console.code(EMAIL).await?).await?;
    window.find("conflict-line-teapot").await?;
    scene(audience, &window, "two-carts", "Two carts, and what would become of them. Nothing has changed yet.").await?;
    window.click("conflict-choice-account").await?;
    scene(audience, &window, "keep-the-accounts", "The other cart would be kept for 30 days.").await?;
    window.click("conflict-choice-merge").await?;
    window.click("conflict-confirm").await?;
    shopper.is("member").await?;
    window.find("notice-undo").await?;
    scene(audience, &window, "merged", "What was shown is what happened, in one transaction.").await?;
    window.click("notice-undo").await?;
    window.find("notice-hand_off_undone").await?;
    scene(audience, &window, "undone", "Undone: the account's cart is as it was.").await?;
    window.click("notice-earlier").await?;
    window.find("earlier-carts").await?;
    scene(audience, &window, "earlier-carts", "And the guest's cart is still here.").await?;
    window.close().await
}

/// No server, from the first start on.
pub async fn without_a_network(audience: &mut impl Audience) -> Result<()> {
    let (device, port) = (Device::new()?, free_port()?);
    let window = Window::open_hosted(device.path(), port).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.puts_in().await?;
    shopper.sees_save_state("offline").await?;
    scene(audience, &window, "offline", "Without a network the cart is on this device, and says so.").await?;
    Keyboard(&window).presses("product-open-teapot").await?;
    window.find("product-page").await?;
    scene(audience, &window, "product-offline", "A product without its reviews.").await?;
    window.escape().await?;
    window.gone("product-page").await?;
    window.press("?").await?;
    window.find("shortcuts-dialog").await?;
    scene(audience, &window, "shortcuts", "Everything by keyboard.").await?;
    window.escape().await?;
    window.gone("shortcuts-dialog").await?;
    window.click("settings").await?;
    window.click("settings-open").await?;
    window.find("settings-dialog").await?;
    scene(audience, &window, "settings", "Theme, language, and the Supabase project to use.").await?;
    window.close().await
}

/// Sets lines of an account's cart, as another device would.
pub async fn put(console: &Console, person: &Person, lines: &[(&str, u32)]) -> Result<()> {
    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect();
    let request = console.request(Method::POST, "/rest/v1/rpc/set_cart_lines", Some(&person.access_token));
    let (status, body) = Console::send(request.json(&json!({ "lines": lines }))).await?;
    anyhow::ensure!(status == 200, "{status} {body}");
    Ok(())
}
