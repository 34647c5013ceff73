//! The menus, a provider that is told no, a phone, signing in, and going.

use anyhow::Result;

use super::{Audience, scene};
use crate::{Device, Shopper, Window};

/// A number that the sandbox's SMS reach.
const PHONE: &str = "+15550123";

/// All ways in but the mail, and the ways out.
// tidy: long because it is a story, told from its beginning to its end.
pub async fn other_ways_in_and_out(audience: &mut impl Audience) -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    window.click("identity-badge").await?;
    window.find("account-sign-in").await?;
    scene(audience, &window, "guest-menu", "What a guest can do: keep the cart, sign in, or be forgotten.").await?;
    window.click("account-forget").await?;
    window.find("leave-losses").await?;
    scene(audience, &window, "forget-me", "What goes is said before it goes, and it can be taken along.").await?;
    window.escape().await?;
    window.gone("leave-losses").await?;
    window.click("identity-badge").await?;
    window.click("account-sign-in").await?;
    window.find("switch-email").await?;
    scene(audience, &window, "sign-in", "Who has an account signs in to it, by code, password or provider.").await?;
    window.escape().await?;
    window.gone("switch-email").await?;

    window.click("keep-my-cart").await?;
    window.click("upgrade-provider-google").await?;
    window.find("browser-step").await?;
    scene(audience, &window, "browser", "The provider is asked in the browser; the shop waits and can be told not to.")
        .await?;
    let landed = window.console.consent(&window.opened(1).await?, &[("answer", "deny")]).await?;
    window.console.visit(&landed).await?;
    window.find("browser-failed").await?;
    scene(audience, &window, "browser-denied", "A provider was told no. The guest and the cart are as before.").await?;
    window.click("browser-other").await?;
    window.click("upgrade-tab-phone").await?;
    window.type_into("upgrade-phone", PHONE).await?;
    scene(audience, &window, "phone", "A number does as well as an address.").await?;
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    scene(audience, &window, "phone-code", "The code comes by SMS.").await?;
    shopper.types_the_code(&window.console.code(PHONE).await?).await?;
    scene(audience, &window, "done", "A member. Same user, same cart; a password if one likes.").await?;
    window.click("done-password").await?;
    window.find("account-password").await?;
    scene(audience, &window, "password", "A password can wait.").await?;
    window.escape().await?;
    window.gone("account-password").await?;

    window.click("identity-badge").await?;
    window.find("account-orders").await?;
    scene(audience, &window, "member-menu", "What a member can do.").await?;
    window.click("account-orders").await?;
    window.find("orders").await?;
    scene(audience, &window, "no-orders", "Nothing was ordered yet.").await?;
    window.click("account-back").await?;
    window.click("account-close").await?;
    window.find("account-close-confirm").await?;
    scene(audience, &window, "close-account", "Closing an account says what goes with it.").await?;
    window.escape().await?;
    window.gone("account-close-confirm").await?;
    german(audience, &window).await?;
    window.close().await
}

/// Another language, from one moment to the next.
async fn german(audience: &mut impl Audience, window: &Window) -> Result<()> {
    window.click("settings").await?;
    window.find("language-de").await?;
    scene(audience, window, "settings-menu", "Theme and language are two clicks away.").await?;
    window.click("language-de").await?;
    window.until("German", r#"document.documentElement.lang === "de""#).await?;
    window.click("settings-open").await?;
    window.find("settings-dialog").await?;
    scene(audience, window, "settings-german", "Another language needs no restart.").await?;
    window.escape().await?;
    window.gone("settings-dialog").await?;
    scene(audience, window, "german", "Every sentence, and numbers as they are written there.").await?;
    window.click("identity-badge").await?;
    window.click("account-open").await?;
    window.find("account-export").await?;
    scene(audience, window, "account-german", "The account, in German.").await?;
    window.escape().await?;
    window.gone("account-export").await
}
