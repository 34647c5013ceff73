//! A person who tests by hand: at the console, in a browser of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use thirtyfour::{By, WebDriver, WebElement, prelude::ElementQueryable};

use crate::{
    browser::{Browser, picture},
    window::STEP,
};

/// How long the console may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// At the console.
pub struct Tester<'a>(&'a WebDriver);

impl<'a> Tester<'a> {
    /// Opens the console's address.
    pub async fn opens(browser: &'a Browser, console: &str) -> Result<Self> {
        browser.driver.goto(console).await?;
        let this = Self(&browser.driver);
        this.waits_for("#connection", "Connected").await?;
        Ok(this)
    }

    /// Sets a scenario.
    pub async fn sets(&self, scenario: &str) -> Result<()> {
        self.clicks("#tab-scenarios").await?;
        self.clicks(&format!("[aria-label='Set {scenario}']")).await?;
        self.hears(scenario).await
    }

    /// Moves the clock by one of the steps that have a button.
    pub async fn moves_the_clock(&self, step: &str) -> Result<()> {
        self.clicks("#tab-dials").await?;
        let button = format!("//*[@id='clock-steps']/button[text()='{step}']");
        self.press(self.0.find(By::XPath(button)).await?).await?;
        self.hears(step).await
    }

    /// Has every request to a path fail, by the form.
    pub async fn sets_error(&self, path: &str, status: u16, code: &str) -> Result<()> {
        self.clicks("#tab-dials").await?;
        let status = status.to_string();
        for (id, value) in [("kind", "error"), ("path", path), ("times", ""), ("status", &status), ("code", code)] {
            let fill = format!(
                r#"const field = document.getElementById("fault-{id}"); field.value = {value:?};
                field.dispatchEvent(new Event("input", {{ bubbles: true }}));"#
            );
            self.0.execute(fill, Vec::new()).await?;
        }
        self.clicks("#fault-form button.main").await?;
        self.hears(path).await
    }

    /// Lifts all faults.
    pub async fn lifts_all(&self) -> Result<()> {
        self.clicks("#tab-dials").await?;
        self.clicks("#lift-all").await?;
        self.hears("lifted").await
    }

    /// Runs the clean-up.
    pub async fn cleans_up(&self) -> Result<()> {
        self.clicks("#tab-dials").await?;
        self.clicks("#clean").await?;
        self.hears("clean-up").await
    }

    /// Saves what the console shows.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        picture(self.0, name).await
    }

    async fn clicks(&self, css: &str) -> Result<()> {
        self.press(self.0.query(By::Css(css)).first().await.with_context(|| format!("{css} at the console"))?).await
    }

    async fn press(&self, element: WebElement) -> Result<()> {
        // To the middle: the header lies over the edge.
        self.0.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![element.to_json()?]).await?;
        Ok(element.click().await?)
    }

    /// The console says what was done.
    async fn hears(&self, words: &str) -> Result<()> {
        self.waits_for("#said", words).await
    }

    async fn waits_for(&self, css: &str, words: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let text = self.0.find(By::Css(css)).await?.text().await?;
            if text.contains(words) {
                return Ok(());
            }
            ensure!(tokio::time::Instant::now() < deadline, "the console says {text:?} and not {words:?}");
            tokio::time::sleep(STEP).await;
        }
    }
}
