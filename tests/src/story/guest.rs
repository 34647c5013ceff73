//! Visitor, guest, restart, member, order.

use anyhow::Result;

use super::{Audience, EMAIL, scene};
use crate::{Device, Keyboard, Shopper, Window};

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
