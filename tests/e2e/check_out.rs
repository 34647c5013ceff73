//! A guest checks out: PostgreSQL says no, they become a member, and are back where they were.

use anyhow::Result;
use carryover_e2e::{Device, Shopper, Window};
use serde_json::json;

const EMAIL: &str = "ana@example.com";

#[tokio::test]
async fn a_guest_who_checks_out_becomes_a_member_and_orders() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    shopper.fills_the_cart().await?;
    window.click("checkout-open").await?;
    window.find("checkout-summary").await?;
    window.screenshot("40-check-out-as-guest").await?;
    window.click("checkout-confirm").await?;
    window.type_into("upgrade-email", EMAIL).await?;
    window.screenshot("41-members-only").await?;
    assert!(window.console.rows("orders?select=id").await?.is_empty(), "refused by PostgreSQL");
    window.click("upgrade-send").await?;
    window.find("upgrade-code").await?;
    window.type_into("upgrade-code", &window.console.code(EMAIL).await?).await?;
    shopper.is("member").await?;
    // Back at the check-out, by itself.
    window.gone("upgrade-code").await?;
    window.find("checkout-confirm").await?;
    window.screenshot("42-check-out-as-member").await?;
    window.click("checkout-confirm").await?;
    window.find("checkout-done").await?;
    window.screenshot("43-ordered").await?;
    let orders = window.console.rows("order_lines?select=product_id,quantity&order=product_id").await?;
    assert_eq!(
        json!(orders),
        json!([
            { "product_id": "desk-lamp", "quantity": 1 },
            { "product_id": "enamel-mug", "quantity": 1 },
            { "product_id": "teapot", "quantity": 1 },
        ])
    );
    assert!(device.cart_lines().await?.is_empty());
    window.click("checkout-orders").await?;
    window.screenshot("44-orders").await?;
    window.close().await
}
