//! The whole path through the real window: visitor, guest, kill, restart, member.

use anyhow::Result;
use carryover_e2e::{Device, Shopper, Window};
use serde_json::json;

const EMAIL: &str = "ana@example.com";

#[tokio::test]
async fn a_guest_survives_a_kill_and_becomes_a_member_with_the_same_cart() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    Shopper(&window).looks().await?;
    window.screenshot("01-first-start").await?;
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "visitor");
    assert!(window.console.users().await?.is_empty(), "looking makes nobody a guest");

    Shopper(&window).fills_the_cart().await?;
    window.screenshot("02-guest").await?;
    let users = window.console.users().await?;
    assert_eq!((users.len(), &users[0]["is_anonymous"]), (1, &json!(true)), "exactly one guest: {users:?}");
    let user_id = users[0]["id"].clone();
    let rows = window.console.rows("cart_lines?select=user_id,product_id,quantity&order=product_id").await?;
    assert_eq!(rows.len(), 3);
    let lines = device.cart_lines().await?;
    assert_eq!(lines.len(), 3);

    window.kill().await?;
    let window = Window::open(device.path()).await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.find(&format!("cart-line-{product}")).await?;
    }
    window.screenshot("03-after-the-kill").await?;
    assert_eq!(json!(window.attribute("identity-badge", "data-user-id").await?), user_id);
    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "guest");
    Shopper(&window).saved().await?;
    assert_eq!(window.console.users().await?.len(), 1, "no second guest");
    assert!(device.session().await?.is_anonymous);

    Shopper(&window).asks_for_a_code(EMAIL).await?;
    window.screenshot("06-code").await?;
    let code = window.console.code(EMAIL).await?;
    Shopper(&window).types_the_code(&code).await?;
    window.screenshot("07-member").await?;

    assert_eq!(window.attribute("identity-badge", "data-kind").await?, "member");
    assert_eq!(json!(window.attribute("identity-badge", "data-user-id").await?), user_id);
    let users = window.console.users().await?;
    assert_eq!((users.len(), &users[0]["id"], &users[0]["is_anonymous"]), (1, &user_id, &json!(false)));
    let session = device.session().await?;
    assert!(!session.is_anonymous, "the access token in use says permanent");
    assert_eq!(json!(session.user.id), user_id);
    assert_eq!(window.console.rows("cart_lines?select=user_id,product_id,quantity&order=product_id").await?, rows);
    assert_eq!(device.cart_lines().await?, lines);
    window.click("upgrade-close").await?;
    window.screenshot("08-shop-as-member").await?;
    window.close().await
}
