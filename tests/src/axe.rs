//! axe in the real web view.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use thirtyfour::WebDriver;

use crate::window::root;

/// The rules of WCAG 2.2 up to level AA.
const RULES: &str = r#"{ type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }"#;
/// Those of them that another theme could break.
const COLOURS: &str = r#"{ type: "rule", values: ["color-contrast", "link-in-text-block"] }"#;

/// Looks at what a window shows.
pub struct Axe(String);

impl Axe {
    /// Reads axe from the UI's packages.
    pub fn new() -> Result<Self> {
        let file = root().join("ui/node_modules/axe-core/axe.min.js");
        Ok(Self(fs::read_to_string(file).context("axe is not there: cargo xtask test installs it")?))
    }

    /// Fails if the page breaks a rule, and tells which and where.
    pub async fn check(&self, page: &WebDriver, what: &str) -> Result<()> {
        self.look(page, what, RULES).await
    }

    /// Looks at the colours alone, for a page that was looked at in another theme.
    pub async fn check_colours(&self, page: &WebDriver, what: &str) -> Result<()> {
        self.look(page, what, COLOURS).await
    }

    async fn look(&self, page: &WebDriver, what: &str, rules: &str) -> Result<()> {
        if page.execute("return Boolean(window.axe);", Vec::new()).await?.json() != true {
            page.execute(&self.0, Vec::new()).await?;
        }
        let look = format!(
            "const done = arguments[arguments.length - 1];
            axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }}).then(
                (found) => done(found.violations.map(({{ id, help, nodes }}) =>
                    ({{ id, help, at: nodes.map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary) }}))),
                (error) => done([{{ id: 'axe', help: String(error) }}]));"
        );
        let found = page.execute_async(look, Vec::new()).await?.json().clone();
        ensure!(found.as_array().is_some_and(Vec::is_empty), "{what}: {}", pretty(&found));
        Ok(())
    }
}

fn pretty(found: &Value) -> String {
    serde_json::to_string_pretty(found).unwrap_or_default()
}
