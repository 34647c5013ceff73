//! A person who tests by hand: at the console, in a browser of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use thirtyfour::{By, WebElement, prelude::ElementQueryable};

use crate::{browser::Browser, window::STEP};

/// How long the console may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// At the console.
pub struct Tester<'a>(&'a Browser);

impl<'a> Tester<'a> {
    /// Opens the console's address.
    pub async fn opens(browser: &'a Browser, console: &str) -> Result<Self> {
        browser.driver.goto(console).await?;
        let this = Self(browser);
        this.waits_for("#connection", "Connected").await?;
        Ok(this)
    }

    /// Goes to a part of the console.
    pub async fn goes_to(&self, tab: &str) -> Result<()> {
        self.clicks(&format!("#tab-{tab}")).await
    }

    /// Sets a scenario.
    pub async fn sets(&self, scenario: &str) -> Result<()> {
        self.goes_to("scenarios").await?;
        self.clicks(&format!("[aria-label='Set {scenario}']")).await?;
        self.hears(scenario).await
    }

    /// Moves the clock by one of the steps that have a button.
    pub async fn moves_the_clock(&self, step: &str) -> Result<()> {
        self.goes_to("dials").await?;
        let button = format!("//*[@id='clock-steps']/button[text()='{step}']");
        self.press(self.0.driver.find(By::XPath(button)).await?).await?;
        self.hears(step).await
    }

    /// Has every request to a path fail, by the form.
    pub async fn sets_error(&self, path: &str, status: u16, code: &str) -> Result<()> {
        self.goes_to("dials").await?;
        let status = status.to_string();
        for (id, value) in [("kind", "error"), ("path", path), ("times", ""), ("status", &status), ("code", code)] {
            let fill = format!(
                r#"const field = document.getElementById("fault-{id}"); field.value = {value:?};
                field.dispatchEvent(new Event("input", {{ bubbles: true }}));"#
            );
            self.0.driver.execute(fill, Vec::new()).await?;
        }
        self.clicks("#fault-form button.main").await?;
        self.hears(path).await
    }

    /// Lifts all faults.
    pub async fn lifts_all(&self) -> Result<()> {
        self.goes_to("dials").await?;
        self.clicks("#lift-all").await?;
        self.hears("lifted").await
    }

    /// Waits until the inbox has this code in front of all others for an address.
    pub async fn sees_code(&self, to: &str, code: &str) -> Result<()> {
        self.goes_to("inbox").await?;
        // In one go: the list is drawn anew whenever something happens.
        let look = format!(
            r##"return [...document.querySelectorAll("#messages li")]
                .find((card) => card.querySelector("h3").textContent === {to:?})?.querySelector(".code").textContent === {code:?};"##
        );
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.0.driver.execute(&look, Vec::new()).await?.json() != true {
            ensure!(tokio::time::Instant::now() < deadline, "the inbox does not show the code for {to}");
            tokio::time::sleep(STEP).await;
        }
        Ok(())
    }

    /// Runs an example as a guest and as a member, and waits for both answers.
    pub async fn probes(&self, example: &str, answers: &[&str; 2]) -> Result<()> {
        self.goes_to("probe").await?;
        let button = format!("//*[@id='probe-examples']/button[text()='{example}']");
        self.press(self.0.driver.find(By::XPath(button)).await?).await?;
        self.clicks("#probe-both").await?;
        for (nth, answer) in answers.iter().enumerate() {
            self.waits_for(&format!("#probe-answers > :nth-child({})", nth + 1), answer).await?;
        }
        Ok(())
    }

    /// Runs the clean-up.
    pub async fn cleans_up(&self) -> Result<()> {
        self.goes_to("dials").await?;
        self.clicks("#clean").await?;
        self.hears("clean-up").await
    }

    /// Saves what the console shows.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        self.0.screenshot(name).await
    }

    async fn clicks(&self, css: &str) -> Result<()> {
        self.press(self.0.driver.query(By::Css(css)).first().await.with_context(|| format!("{css} at the console"))?)
            .await
    }

    async fn press(&self, element: WebElement) -> Result<()> {
        // To the middle: the header lies over the edge.
        self.0.driver.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![element.to_json()?]).await?;
        Ok(element.click().await?)
    }

    /// The console says what was done.
    async fn hears(&self, words: &str) -> Result<()> {
        self.waits_for("#said", words).await
    }

    async fn waits_for(&self, css: &str, words: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let look = format!("return document.querySelector({css:?})?.innerText ?? '';");
            let answer = self.0.driver.execute(look, Vec::new()).await?.json().clone();
            let text = answer.as_str().unwrap_or_default();
            if text.contains(words) {
                return Ok(());
            }
            ensure!(tokio::time::Instant::now() < deadline, "the console says {text:?} and not {words:?}");
            tokio::time::sleep(STEP).await;
        }
    }
}
