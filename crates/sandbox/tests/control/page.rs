//! The console's page, as far as a test without a browser sees it.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::Desk;

#[tokio::test]
async fn the_page_brings_no_token_and_only_its_own_script_runs() -> Result<()> {
    let desk = Desk::new().await?;
    let answer = reqwest::get(&desk.url).await?;
    let policy = answer.headers()["content-security-policy"].to_str()?.to_owned();
    let page = answer.text().await?;
    assert!(!page.contains(&desk.token));
    let script = page.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).context("no script")?.0;
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}'")) && policy.contains("default-src 'none'"),
        "{policy}"
    );
    Ok(())
}

#[tokio::test]
async fn the_page_is_whole_and_asks_nobody_else() -> Result<()> {
    let desk = Desk::new().await?;
    let page = reqwest::get(&desk.url).await?.text().await?;
    for tab in ["inbox", "people", "probe", "scenarios", "timeline", "dials"] {
        assert!(page.contains(&format!("id=\"tab-{tab}\" aria-controls=\"{tab}\"")), "{tab}");
        assert!(page.contains(&format!("<section role=\"tabpanel\" id=\"{tab}\"")), "{tab}");
    }
    assert!(!page.contains("/* style.css */") && !page.contains("/* script */"));
    for elsewhere in ["http://", "https://", "src=", "@import", "url(", "innerHTML"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    Ok(())
}
