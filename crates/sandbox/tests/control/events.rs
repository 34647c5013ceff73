//! Events: all, in their order, from where one left off.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

/// The next `count` events after `last`.
async fn after(desk: &Desk, last: u64, count: usize) -> Result<Vec<Value>> {
    let request = desk.request(Method::GET, "events").header("last-event-id", last.to_string());
    let mut answer = request.send().await?.error_for_status()?;
    let (mut text, mut events) = (String::new(), Vec::new());
    while events.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(30), answer.chunk()).await.context("no event")??;
        text.push_str(std::str::from_utf8(&next.context("the stream ended")?)?);
        while let Some((block, rest)) = text.split_once("\n\n") {
            let data = block.lines().find_map(|line| line.strip_prefix("data:"));
            events.extend(data.map(serde_json::from_str::<Value>).transpose()?);
            text = rest.to_owned();
        }
    }
    Ok(events)
}

/// The first `count` events.
pub(crate) async fn heard(desk: &Desk, count: usize) -> Result<Vec<Value>> {
    after(desk, 0, count).await
}

#[tokio::test]
async fn an_upgrade_is_told_step_by_step() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    let put = desk.console.request(Method::PUT, "/auth/v1/user", Some(&guest.access_token));
    put.json(&json!({ "email": "new@example.com" })).send().await?.error_for_status()?;
    let proof = json!({ "type": "email_change", "email": "new@example.com", "token": desk.console.code("new@example.com").await? });
    let verify = desk.console.request(Method::POST, "/auth/v1/verify", None).json(&proof);
    verify.send().await?.error_for_status()?;
    let again = desk.console.request(Method::POST, "/auth/v1/verify", None).json(&proof);
    assert_eq!(again.send().await?.status(), 403);
    let events = heard(&desk, 4).await?;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["id"].as_u64(), event["path"].as_str(), event["status"].as_u64(), event["action"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(1), Some("/auth/v1/signup"), Some(200), Some("user_signedup")),
            (Some(2), Some("/auth/v1/user"), Some(200), Some("user_modified")),
            (Some(3), Some("/auth/v1/verify"), Some(200), Some("login")),
            (Some(4), Some("/auth/v1/verify"), Some(403), None),
        ]
    );
    assert!(events[..3].iter().all(|event| event["user_id"] == json!(guest.id)), "{events:?}");
    assert_eq!(events[3]["error_code"], "otp_expired");
    assert!(events.iter().all(|event| !event.to_string().contains("example.com")));
    assert_eq!(after(&desk, 2, 2).await?, events[2..], "from where one left off");
    Ok(())
}

#[tokio::test]
async fn a_request_is_told_with_the_harmless_part_of_its_query() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    let key = &desk.console.publishable_key;
    let cart = format!("/rest/v1/cart_lines?select=quantity&user_id=eq.{}&apikey={key}", guest.id);
    // A key that stands where a filter should: refused, and not told.
    desk.console.request(Method::GET, &cart, Some(&guest.access_token)).send().await?;
    desk.console.step("/auth/v1/verify?token=abc&type=signup&redirect_to=http%3A%2F%2F127.0.0.1%3A7777").await?;
    let refresh = desk.console.request(Method::POST, "/auth/v1/token?grant_type=refresh_token", None);
    refresh.json(&json!({ "refresh_token": guest.refresh_token })).send().await?.error_for_status()?;
    let events = heard(&desk, 4).await?;
    let told: Vec<_> = events.iter().map(|event| event["query"].clone()).collect();
    let lines = json!(format!("select=quantity&user_id=eq.{}", guest.id));
    assert_eq!(told, [Value::Null, lines, Value::Null, json!("grant_type=refresh_token")]);
    Ok(())
}

#[tokio::test]
async fn what_a_fault_met_is_told_as_the_client_saw_it() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("answer-dropped-at-sign-up").await?;
    let sign_up = || desk.console.request(Method::POST, "/auth/v1/signup", None).json(&json!({})).send();
    assert!(sign_up().await.is_err());
    desk.scenario("captcha-refused").await?;
    assert_eq!(sign_up().await?.status(), 400);
    let events = heard(&desk, 4).await?;
    assert_eq!(events[0]["did"], "set the scenario answer-dropped-at-sign-up");
    let (dropped, refused) = (&events[1], &events[3]);
    assert_eq!((&dropped["status"], &dropped["fault"]), (&Value::Null, &json!("drop_answer")));
    assert_eq!(dropped["action"], "user_signedup", "it happened all the same");
    assert_eq!((&refused["status"], &refused["action"]), (&json!(400), &Value::Null));
    assert_eq!(refused["error_code"], "captcha_failed");
    Ok(())
}
