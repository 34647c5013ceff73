//! Faults, as a client sees them.

use anyhow::{Result, ensure};
use carryover_testkit::Console;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

fn sign_up(desk: &Desk) -> reqwest::RequestBuilder {
    desk.console.request(Method::POST, "/auth/v1/signup", None).json(&json!({}))
}

fn meets_sign_up(fault: Value) -> Value {
    json!({ "method": "POST", "path": "/auth/v1/signup", "times": 1, "fault": fault })
}

#[tokio::test]
async fn refused_means_that_nothing_was_done_and_dropped_that_it_was() -> Result<()> {
    let desk = Desk::new().await?;
    for (kind, users) in [("refuse", 0), ("drop_answer", 1)] {
        desk.fault(meets_sign_up(json!({ "kind": kind }))).await?;
        let error = sign_up(&desk).send().await.err();
        ensure!(error.is_some_and(|error| error.is_request()), "{kind}: there was an answer");
        assert_eq!(desk.users().await?, users, "{kind}");
    }
    assert_eq!(sign_up(&desk).send().await?.status(), 200, "the next one passes");
    Ok(())
}

#[tokio::test]
async fn errors_look_like_the_apis_own() -> Result<()> {
    let desk = Desk::new().await?;
    let fault = json!({ "kind": "error", "status": 429, "code": "over_request_rate_limit",
        "message": "Request rate limit reached", "retry_after": 7 });
    desk.fault(meets_sign_up(fault)).await?;
    let answer = sign_up(&desk).send().await?;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str()?), (429, "7"));
    assert_eq!(answer.headers()["x-sb-error-code"], "over_request_rate_limit");
    let body: Value = answer.json().await?;
    assert_eq!(
        (&body["error_code"], &body["code"]),
        (&json!("over_request_rate_limit"), &json!("over_request_rate_limit"))
    );
    assert_eq!(desk.users().await?, 0);
    Ok(())
}

#[tokio::test]
async fn proxies_pages_nonsense_and_half_answers() -> Result<()> {
    let desk = Desk::new().await?;
    desk.fault(meets_sign_up(json!({ "kind": "html", "status": 502 }))).await?;
    let answer = sign_up(&desk).send().await?;
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str()?), (502, "text/html"));
    assert_eq!(desk.users().await?, 0);

    desk.fault(meets_sign_up(json!({ "kind": "malformed" }))).await?;
    let answer = sign_up(&desk).send().await?;
    assert_eq!(answer.status(), 200);
    assert!(serde_json::from_str::<Value>(&answer.text().await?).is_err());
    assert_eq!(desk.users().await?, 1);

    desk.fault(meets_sign_up(json!({ "kind": "truncated" }))).await?;
    let answer = sign_up(&desk).send().await?;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.is_err(), "the connection closed in the middle");
    assert_eq!(desk.users().await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_delay_is_a_delay() -> Result<()> {
    let desk = Desk::new().await?;
    desk.fault(meets_sign_up(json!({ "kind": "delay", "ms": 60_000 }))).await?;
    let slow = tokio::spawn(sign_up(&desk).send());
    // While one waits, the others do not.
    assert_eq!(sign_up(&desk).send().await?.status(), 200);
    assert!(!slow.is_finished());
    slow.abort();
    Ok(())
}

#[tokio::test]
async fn once_is_once_however_many_ask_at_the_same_time() -> Result<()> {
    let desk = Desk::new().await?;
    desk.fault(meets_sign_up(json!({ "kind": "html", "status": 502 }))).await?;
    let answers = join_all((0..16).map(|_| sign_up(&desk).send())).await;
    let met = answers.into_iter().flatten().filter(|answer| answer.status() == 502).count();
    assert_eq!(met, 1);
    let listed = desk.get("faults").await?;
    assert_eq!((&listed[0]["met"], &listed[0]["seen"]), (&json!(1), &json!(16)));
    Ok(())
}

#[tokio::test]
async fn rules_are_lifted_and_odd_ones_refused() -> Result<()> {
    let desk = Desk::new().await?;
    let rule = json!({ "path": "/auth/v1/*", "fault": { "kind": "html", "status": 500 } });
    let id = desk.post("faults", &rule).await?["id"].clone();
    assert_eq!(sign_up(&desk).send().await?.status(), 500);
    let lift = || Console::send(desk.request(Method::DELETE, &format!("faults/{id}")));
    assert_eq!((lift().await?.0, lift().await?.0), (204, 404));
    assert_eq!(sign_up(&desk).send().await?.status(), 200);
    for odd in [
        json!({}),
        json!({ "path": "auth", "fault": { "kind": "refuse" } }),
        json!({ "path": "/x", "fault": { "kind": "explode" } }),
        json!({ "path": "/x", "fault": { "kind": "html", "status": 200 } }),
    ] {
        let (status, _) = Console::send(desk.request(Method::POST, "faults").json(&odd)).await?;
        assert!((400..500).contains(&status), "{odd}: {status}");
    }
    Ok(())
}
