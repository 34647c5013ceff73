//! A taken address, the switch, the merge, the undo.

use anyhow::Result;

use super::{Audience, EMAIL, put, scene};
use crate::{Device, Shopper, Window};

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
    window.click("conflict-by-line").await?;
    window.find("conflict-by-hand-teapot").await?;
    scene(audience, &window, "line-by-line", "Who wants to, decides about each line.").await?;
    window.click("conflict-by-line").await?;
    window.click("conflict-confirm").await?;
    shopper.is("member").await?;
    window.find("notice-undo").await?;
    scene(audience, &window, "merged", "What was shown is what happened, in one transaction.").await?;
    window.click("add-cutting-board").await?;
    shopper.saved().await?;
    window.click("notice-undo").await?;
    window.find("undo-dialog").await?;
    scene(audience, &window, "undo-after-a-change", "What was put in since is not taken away without a word.").await?;
    window.click("undo-confirm").await?;
    window.find("notice-hand_off_undone").await?;
    scene(audience, &window, "undone", "Undone: the account's cart is as it was.").await?;
    window.click("notice-earlier").await?;
    window.find("earlier-carts").await?;
    scene(audience, &window, "earlier-carts", "And the guest's cart is still here.").await?;
    window.close().await
}
