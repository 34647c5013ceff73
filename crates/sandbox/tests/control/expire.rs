//! Codes, sessions and tokens that end at a tester's word.

use anyhow::{Context, Result};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

/// Which message is the newest, and what has become of its code.
async fn newest(desk: &Desk) -> Result<(i64, Value)> {
    let messages = desk.get("messages").await?;
    Ok((messages[0]["id"].as_i64().context("no message")?, messages[0]["standing"].clone()))
}

/// A guest asks to link an address or a number.
async fn link(desk: &Desk, guest: &Person, wish: Value) -> Result<u16> {
    let request = desk.console.request(Method::PUT, "/auth/v1/user", Some(&guest.access_token)).json(&wish);
    Ok(Console::send(request).await?.0)
}

async fn verify(desk: &Desk, proof: Value) -> Result<(u16, Value)> {
    let (status, body) =
        Console::send(desk.console.request(Method::POST, "/auth/v1/verify", None).json(&proof)).await?;
    Ok((status, body["error_code"].clone()))
}

async fn expire(desk: &Desk, id: i64) -> Result<u16> {
    Ok(Console::send(desk.request(Method::POST, &format!("messages/{id}/expire"))).await?.0)
}

async fn refresh(desk: &Desk, token: &str) -> Result<(u16, Value)> {
    let path = "/auth/v1/token?grant_type=refresh_token";
    Console::send(desk.console.request(Method::POST, path, None).json(&json!({ "refresh_token": token }))).await
}

async fn ask(desk: &Desk, path: &str, token: &str) -> Result<u16> {
    Ok(Console::send(desk.console.request(Method::GET, path, Some(token))).await?.0)
}

#[tokio::test]
async fn a_code_and_its_link_run_out_and_the_next_one_counts() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    assert_eq!(link(&desk, &guest, json!({ "email": "ana@example.com" })).await?, 200);
    let (first, standing) = newest(&desk).await?;
    assert_eq!(standing, "counts");
    let proof = |code: String| json!({ "type": "email_change", "email": "ana@example.com", "token": code });
    let code = desk.console.code("ana@example.com").await?;
    assert_eq!(expire(&desk, first).await?, 204);
    assert_eq!(newest(&desk).await?.1, "expired");
    assert_eq!(verify(&desk, proof(code)).await?, (403, json!("otp_expired")));
    let followed = desk.console.step(&desk.console.link("ana@example.com").await?).await?.1;
    assert!(followed.contains("otp_expired"), "{followed}");
    // As after an hour, nothing holds back the next one.
    assert_eq!(link(&desk, &guest, json!({ "email": "ana@example.com" })).await?, 200);
    let (second, standing) = newest(&desk).await?;
    assert_eq!(standing, "counts");
    assert_eq!(expire(&desk, first).await?, 409, "a newer one took its place");
    assert_eq!(verify(&desk, proof(desk.console.code("ana@example.com").await?)).await?.0, 200);
    assert_eq!((expire(&desk, second).await?, newest(&desk).await?.1), (409, json!("over")));
    assert_eq!(expire(&desk, 999).await?, 404);
    Ok(())
}

#[tokio::test]
async fn a_text_messages_code_runs_out_too() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    assert_eq!(link(&desk, &guest, json!({ "phone": "+15550101" })).await?, 200);
    let proof = json!({ "type": "phone_change", "phone": "15550101", "token": desk.console.code("15550101").await? });
    let (message, standing) = newest(&desk).await?;
    assert_eq!((standing, expire(&desk, message).await?), (json!("counts"), 204));
    assert_eq!(verify(&desk, proof).await?, (403, json!("otp_expired")));
    let events = crate::events::heard(&desk, 3).await?;
    assert_eq!(events[2]["did"], json!(format!("let the code of message {message} run out")));
    Ok(())
}

#[tokio::test]
async fn one_session_ends_and_the_others_go_on() -> Result<()> {
    let desk = Desk::new().await?;
    let (guest, other) = (desk.console.guest().await?, desk.console.guest().await?);
    let sessions = desk.get("state").await?["sessions"].clone();
    let session = sessions.as_array().into_iter().flatten().find(|session| session["user_id"] == json!(guest.id));
    let path = format!("sessions/{}", session.and_then(|session| session["id"].as_str()).context("no session")?);
    assert_eq!(desk.request(Method::DELETE, &path).send().await?.status(), 204);
    assert_eq!(desk.request(Method::DELETE, &path).send().await?.status(), 404);
    assert_eq!(desk.request(Method::POST, &format!("{path}/expire")).send().await?.status(), 404);
    assert_eq!(refresh(&desk, &guest.refresh_token).await?.0, 400);
    assert_eq!(ask(&desk, "/auth/v1/user", &guest.access_token).await?, 403);
    assert_eq!(refresh(&desk, &other.refresh_token).await?.0, 200);
    assert_eq!(desk.users().await?, 2, "nobody is gone");
    Ok(())
}

#[tokio::test]
async fn an_access_token_ends_everywhere_and_a_refresh_brings_one_that_counts() -> Result<()> {
    let desk = Desk::new().await?;
    // Within one second, again and again: a token that comes after an end counts all the same.
    desk.post("clock", &json!({ "freeze": true })).await?;
    let mut person = desk.console.guest().await?;
    for _ in 0..2 {
        assert_eq!(ask(&desk, "/auth/v1/user", &person.access_token).await?, 200);
        let session = desk.get("state").await?["sessions"][0].clone();
        assert_eq!(session["token_ended"], false);
        desk.post(&format!("sessions/{}/expire", session["id"].as_str().context("no session")?), &json!({})).await?;
        assert_eq!(desk.get("state").await?["sessions"][0]["token_ended"], true);
        assert_eq!(ask(&desk, "/auth/v1/user", &person.access_token).await?, 403);
        let path = "/rest/v1/cart_lines?select=product_id";
        let (status, refused) =
            Console::send(desk.console.request(Method::GET, path, Some(&person.access_token))).await?;
        assert_eq!((status, &refused["code"]), (401, &json!("PGRST303")), "{refused}");
        let (status, body) = refresh(&desk, &person.refresh_token).await?;
        assert_eq!(status, 200, "{body}");
        person = Person::from_answer(&body)?;
        assert_eq!(ask(&desk, path, &person.access_token).await?, 200);
    }
    Ok(())
}
