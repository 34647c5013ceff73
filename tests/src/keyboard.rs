//! The window without a pointer.

use anyhow::{Result, bail};
use thirtyfour::Key;

use crate::Window;

/// More stops than any screen has between two things.
const STOPS: usize = 150;

/// Somebody who has a keyboard only.
pub struct Keyboard<'a>(pub &'a Window);

impl Keyboard<'_> {
    /// Goes from stop to stop until the focus is on an element with a test id.
    pub async fn reaches(&self, id: &str) -> Result<()> {
        let here = format!("return Boolean(document.activeElement?.closest('[data-testid=\"{id}\"]'));");
        for _ in 0..STOPS {
            if self.0.script(&here).await? == true {
                return Ok(());
            }
            self.0.press(Key::Tab).await?;
        }
        self.0.screenshot("never-came").await?;
        bail!("the keyboard does not reach {id}")
    }

    /// Goes there and presses Enter.
    pub async fn presses(&self, id: &str) -> Result<()> {
        self.0.find(id).await?;
        self.reaches(id).await?;
        self.0.press(Key::Enter).await
    }

    /// Goes there and types.
    pub async fn types(&self, id: &str, text: &str) -> Result<()> {
        self.0.find(id).await?;
        self.reaches(id).await?;
        self.0.press(text).await
    }

    /// Fails unless the focus is somewhere inside an element with a test id.
    pub async fn is_in(&self, id: &str) -> Result<()> {
        let inside = format!(r#"document.activeElement?.closest('[data-testid="{id}"]')"#);
        self.0.until(&format!("the focus in {id}"), &inside).await
    }
}
