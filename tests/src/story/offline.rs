//! No server, from the first start on.

use anyhow::Result;

use super::{Audience, scene};
use crate::{Device, Keyboard, Shopper, Window, free_port};

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
