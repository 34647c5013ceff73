//! Everybody can use every screen: axe finds nothing in the real web view, light or dark, and the keyboard is enough.

use anyhow::Result;
use carryover_e2e::{
    Axe, Device, Keyboard, Shopper, Window,
    story::{self, Audience, Scene},
};
use thirtyfour::Key;

const EMAIL: &str = "ana@example.com";

/// Has axe look at every scene.
struct Examiner(Axe);

impl Audience for Examiner {
    async fn see(&mut self, window: &Window, scene: Scene) -> Result<()> {
        window.wear("dark").await?;
        self.0.check_colours(&window.driver, &format!("{}, dark", scene.name)).await?;
        window.wear("light").await?;
        self.0.check(&window.driver, &format!("{}, light", scene.name)).await
    }
}

#[tokio::test]
async fn no_screen_breaks_a_rule_on_the_way_to_an_account() -> Result<()> {
    story::a_guest_becomes_a_member(&mut Examiner(Axe::new()?)).await
}

#[tokio::test]
async fn no_screen_breaks_a_rule_while_two_carts_become_one() -> Result<()> {
    story::two_carts_become_one_and_two_again(&mut Examiner(Axe::new()?)).await
}

#[tokio::test]
async fn no_screen_breaks_a_rule_on_other_ways_in_and_out() -> Result<()> {
    story::other_ways_in_and_out(&mut Examiner(Axe::new()?)).await
}

#[tokio::test]
async fn no_screen_breaks_a_rule_where_something_seldom_happens() -> Result<()> {
    story::what_seldom_happens(&mut Examiner(Axe::new()?)).await
}

#[tokio::test]
async fn no_screen_breaks_a_rule_without_a_network() -> Result<()> {
    story::without_a_network(&mut Examiner(Axe::new()?)).await
}

#[tokio::test]
async fn the_keyboard_is_enough_to_shop_and_to_become_a_member() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let (shopper, keyboard) = (Shopper(&window), Keyboard(&window));
    shopper.looks().await?;
    keyboard.presses("add-teapot").await?;
    shopper.sees_quantity("teapot", 1).await?;
    shopper.saved().await?;
    keyboard.presses("keep-my-cart").await?;
    // The first field has the focus by itself.
    window.find("upgrade-email").await?;
    keyboard.is_in("upgrade-email").await?;
    window.press(EMAIL).await?;
    window.press(Key::Enter).await?;
    window.find("upgrade-code").await?;
    keyboard.types("upgrade-code", &window.console.code(EMAIL).await?).await?;
    window.find("upgrade-done").await?;
    shopper.is("member").await?;
    window.escape().await?;
    window.gone("upgrade-done").await?;
    window.close().await
}

#[tokio::test]
async fn the_keyboard_is_enough_to_decide_about_two_carts() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let (shopper, keyboard) = (Shopper(&window), Keyboard(&window));
    let account = window.console.member(EMAIL).await?;
    story::put(&window.console, &account, &[("house-blend", 2)]).await?;
    shopper.looks().await?;
    keyboard.presses("add-teapot").await?;
    shopper.saved().await?;
    keyboard.presses("keep-my-cart").await?;
    keyboard.types("upgrade-email", EMAIL).await?;
    window.press(Key::Enter).await?;
    keyboard.presses("upgrade-switch").await?;
    window.find("switch-code").await?;
    keyboard.types("switch-code", &window.console.code(EMAIL).await?).await?;
    window.find("conflict-line-teapot").await?;
    keyboard.is_in("conflict-dialog").await?;
    // The choices are one group of radio buttons: arrows go from one to the next.
    keyboard.reaches("conflict-choice-merge").await?;
    window.press(Key::Down).await?;
    keyboard.is_in("conflict-choice-guest").await?;
    window.press(Key::Up).await?;
    // Round and round, and never out of the dialog.
    for _ in 0..40 {
        window.press(Key::Tab).await?;
        keyboard.is_in("conflict-dialog").await?;
    }
    keyboard.presses("conflict-confirm").await?;
    shopper.is("member").await?;
    keyboard.presses("notice-undo").await?;
    window.find("notice-hand_off_undone").await?;
    window.close().await
}
