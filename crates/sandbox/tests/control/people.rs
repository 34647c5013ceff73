//! Users from elsewhere: what their tokens say, and what is done to them; messages, devices and the bug report.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result};
use carryover_sandbox::{Clock, ControlOptions};
use carryover_testkit::Console;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

/// What is shown of the first session.
async fn claims(desk: &Desk) -> Result<Value> {
    Ok(desk.get("state").await?["sessions"][0]["claims"].clone())
}

async fn ask(desk: &Desk, token: &str) -> Result<u16> {
    Ok(Console::send(desk.console.request(Method::GET, "/auth/v1/user", Some(token))).await?.0)
}

#[tokio::test]
async fn the_claims_of_the_newest_token_are_shown_and_no_token() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    assert_eq!(claims(&desk).await?, Value::Null, "nobody has shown a token yet");
    assert_eq!(ask(&desk, &guest.access_token).await?, 200);
    let told = claims(&desk).await?;
    assert_eq!((&told["sub"], &told["is_anonymous"]), (&json!(guest.id), &json!(true)));
    // One that nobody signed tells nothing.
    let (head, rest) = guest.access_token.split_once('.').context("no token")?;
    let forged = format!("{head}.{}.x", rest.split('.').next().unwrap_or_default());
    assert_eq!(ask(&desk, &forged).await?, 403);
    assert_eq!(claims(&desk).await?, told);
    let state = desk.get("state").await?.to_string();
    for secret in [&guest.access_token, &guest.refresh_token, &desk.token, &desk.console.service_role_key] {
        assert!(!state.contains(secret.as_str()));
    }
    let signature = guest.access_token.rsplit('.').next().context("no signature")?;
    assert!(!state.contains(signature) && !state.contains("eyJ"));
    Ok(())
}

#[tokio::test]
async fn sessions_end_and_users_go() -> Result<()> {
    let desk = Desk::new().await?;
    let (guest, other) = (desk.console.guest().await?, desk.console.guest().await?);
    let remove = |path: String| desk.request(Method::DELETE, &path).send();
    assert_eq!(remove(format!("users/{}/sessions", guest.id)).await?.status(), 204);
    assert_eq!((ask(&desk, &guest.access_token).await?, ask(&desk, &other.access_token).await?), (403, 200));
    assert_eq!(desk.users().await?, 2);
    assert_eq!(remove(format!("users/{}", guest.id)).await?.status(), 204);
    assert_eq!(remove(format!("users/{}", guest.id)).await?.status(), 404);
    assert_eq!(remove("users/x".to_owned()).await?.status(), 400);
    assert_eq!(desk.users().await?, 1);
    Ok(())
}

#[tokio::test]
async fn messages_have_their_codes_and_the_report_has_none() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("email-pending").await?;
    let guest = desk.console.guest().await?;
    ask(&desk, &guest.access_token).await?;
    let code = desk.console.code("pending@example.com").await?;
    let messages = desk.get("messages").await?;
    assert_eq!((&messages[0]["to"], &messages[0]["code"]), (&json!("pending@example.com"), &json!(code)));
    let link = messages[0]["link"].as_str().context("no link")?.to_owned();
    let report = desk.get("report").await?;
    assert_eq!(report["versions"]["carryover"], env!("CARGO_PKG_VERSION"));
    assert!(report["versions"]["postgresql"].is_string() && report["state"]["users"].is_array());
    assert_eq!(report["events"][0]["did"], "set the scenario email-pending");
    let report = report.to_string();
    for secret in [&guest.access_token, &guest.refresh_token, &code, &link, &desk.token, &desk.console.service_role_key]
    {
        assert!(!report.contains(secret.as_str()));
    }
    assert!(!report.contains("eyJ") && !report.contains("$2") && !report.contains("pkce_"));
    Ok(())
}

#[tokio::test]
async fn another_device_is_opened_where_somebody_can() -> Result<()> {
    let alone = Desk::new().await?;
    assert_eq!(alone.get("state").await?["devices"], false);
    assert_eq!(alone.request(Method::POST, "devices").send().await?.status(), 501);
    let opened = Arc::new(AtomicUsize::new(0));
    let hook = {
        let opened = opened.clone();
        // The second one fails.
        move || if opened.fetch_add(1, Ordering::SeqCst) == 0 { Ok(()) } else { Err("no room".to_owned()) }
    };
    let control = ControlOptions { devices: Some(Arc::new(hook)), ..ControlOptions::default() };
    let desk = Desk::open(carryover_sandbox::Options {
        clock: Clock::default(),
        control: Some(control),
        ..carryover_sandbox::Options::default()
    })
    .await?;
    assert_eq!(desk.get("state").await?["devices"], true);
    assert_eq!(desk.request(Method::POST, "devices").send().await?.status(), 204);
    let (status, body) = Console::send(desk.request(Method::POST, "devices")).await?;
    assert_eq!((status, &body["message"]), (500, &json!("no room")));
    assert_eq!(opened.load(Ordering::SeqCst), 2);
    Ok(())
}
