//! By the link in a mail, opened in a browser.

use anyhow::{Result, ensure};
use carryover_shop::ContactKind;
use serde_json::json;

use super::{ByCode, Scene, TOO_LONG};
use crate::support::joined;

#[tokio::test]
async fn a_forged_link_and_an_old_one_prove_nothing() -> Result<()> {
    let scene = Scene::new().await?;
    let there = scene.guest().await?;
    ByCode::Email.ask(&there.shop).await?;
    let link = scene.console.link("ana@example.com").await?;
    let mut forged = url::Url::parse(&link)?;
    let pairs: Vec<_> = forged.query_pairs().into_owned().collect();
    let forge = |(key, value): (String, String)| {
        if key == "token" { (key, value.chars().rev().collect()) } else { (key, value) }
    };
    forged.query_pairs_mut().clear().extend_pairs(pairs.into_iter().map(forge));
    for (link, wait) in [(forged.as_str(), 0), (link.as_str(), TOO_LONG)] {
        scene.desk.advance_clock(wait).await?;
        let (_, landed) = scene.console.step(link).await?;
        ensure!(landed.contains("error_code=otp_expired") && !landed.contains("code=pkce"), "{landed}");
        // The first of them is all that this computer listens for.
        let _ = scene.console.visit(&landed).await;
        there.is_whole(&scene).await?;
    }
    scene.desk.advance_clock(61).await?;
    ByCode::Email.ask(&there.shop).await?;
    let (_, landed) = scene.console.step(&scene.console.link("ana@example.com").await?).await?;
    assert_eq!(scene.console.visit(&landed).await?.0, 200);
    there.is_member().await
}

#[tokio::test]
async fn a_link_that_was_opened_counts_without_a_network_and_after_a_kill() -> Result<()> {
    let scene = Scene::new().await?;
    let there = scene.guest().await?;
    ByCode::Email.ask(&there.shop).await?;
    let (_, landed) = scene.console.step(&scene.console.link("ana@example.com").await?).await?;
    scene.desk.set_fault(&json!({ "path": "/auth/v1/*", "times": 2, "fault": { "kind": "refuse" } })).await?;
    assert_eq!(scene.console.visit(&landed).await?.0, 200);
    there.is_member().await?;
    scene.desk.lift_faults().await?;

    let there = scene.guest().await?;
    joined(|| there.shop.request_code(ContactKind::Email, "ben@example.com")).await?;
    let there = there.restarted(&scene).await?;
    let (_, landed) = scene.console.step(&scene.console.link("ben@example.com").await?).await?;
    ensure!(scene.console.visit(&landed).await.is_err(), "nobody listens any more");
    there.shop.retry_now();
    there.is_member().await
}

#[tokio::test]
async fn who_gave_up_and_opens_the_link_all_the_same_is_a_member_when_the_token_says_so() -> Result<()> {
    let scene = Scene::new().await?;
    let there = scene.guest().await?;
    ByCode::Email.ask(&there.shop).await?;
    there.shop.cancel_upgrade().await?;
    there.is_whole(&scene).await?;
    let (_, landed) = scene.console.step(&scene.console.link("ana@example.com").await?).await?;
    ensure!(scene.console.visit(&landed).await.is_err(), "nobody waits for it");
    there.is_whole(&scene).await?;
    scene.desk.advance_clock(TOO_LONG).await?;
    there.shop.retry_now();
    there.is_member().await
}
