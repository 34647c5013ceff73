//! A person at the window.

use anyhow::Result;

use crate::Window;

/// What a person does, in their own words.
pub struct Shopper<'a>(pub &'a Window);

impl Shopper<'_> {
    /// Waits for the goods.
    pub async fn looks(&self) -> Result<()> {
        self.0.find("product-card-teapot").await.map(drop)
    }

    /// Puts three products in and waits until they are saved.
    pub async fn fills_the_cart(&self) -> Result<()> {
        self.puts_in().await?;
        self.saved().await
    }

    /// Puts three products in.
    pub async fn puts_in(&self) -> Result<()> {
        for product in ["teapot", "desk-lamp", "enamel-mug"] {
            self.0.click(&format!("add-{product}")).await?;
            self.0.find(&format!("cart-line-{product}")).await?;
        }
        Ok(())
    }

    /// Waits until the server has everything.
    pub async fn saved(&self) -> Result<()> {
        self.sees_save_state("all_saved").await
    }

    /// Waits until the window says so about the cart.
    pub async fn sees_save_state(&self, state: &str) -> Result<()> {
        let script = format!(r#"document.querySelector('[data-testid="save-state"]')?.dataset.state === "{state}""#);
        self.0.until(&format!("the save state {state}"), &script).await
    }

    /// Waits until a line of the cart shows so many.
    pub async fn sees_quantity(&self, product: &str, quantity: u32) -> Result<()> {
        let script = format!(
            r#"document.querySelector('[data-testid="cart-line-{product}"] [data-testid="quantity-{product}"]')?.textContent === "{quantity}""#
        );
        self.0.until(&format!("{quantity} of {product}"), &script).await
    }

    /// Asks to keep the cart, up to the field for the code.
    pub async fn asks_for_a_code(&self, email: &str) -> Result<()> {
        self.0.click("keep-my-cart").await?;
        self.0.type_into("upgrade-email", email).await?;
        self.0.screenshot("05-address").await?;
        self.0.click("upgrade-send").await?;
        self.0.find("upgrade-code").await.map(drop)
    }

    /// Waits until the badge says who this is.
    pub async fn is(&self, kind: &str) -> Result<()> {
        let script = format!(r#"document.querySelector('[data-testid="identity-badge"]')?.dataset.kind === "{kind}""#);
        self.0.until(&format!("a {kind}"), &script).await
    }

    /// Types the code and waits to be a member.
    pub async fn types_the_code(&self, code: &str) -> Result<()> {
        self.0.type_into("upgrade-code", code).await?;
        self.0.find("upgrade-done").await.map(drop)
    }
}
