//! People added, changed and shut out from the console.

use anyhow::{Context, Result};
use carryover_testkit::Console;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

/// Adds one and says who it is.
async fn add(desk: &Desk, wish: Value) -> Result<String> {
    Ok(desk.post("users", &wish).await?["id"].as_str().context("no id")?.to_owned())
}

async fn change(desk: &Desk, id: &str, wish: Value) -> Result<(u16, Value)> {
    Console::send(desk.request(Method::PUT, &format!("users/{id}")).json(&wish)).await
}

/// A sign-in with a password: the status, and whose session or which error it was.
async fn log_in(desk: &Desk, who: Value) -> Result<(u16, Value)> {
    let path = "/auth/v1/token?grant_type=password";
    let (status, body) = Console::send(desk.console.request(Method::POST, path, None).json(&who)).await?;
    Ok((status, if status == 200 { body["user"]["id"].clone() } else { body["error_code"].clone() }))
}

#[tokio::test]
async fn guests_and_members_are_added_and_members_can_sign_in() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = add(&desk, json!({})).await?;
    let member =
        add(&desk, json!({ "email": "Ana@example.com", "phone": "+1 555 0101", "password": "a-password" })).await?;
    let bare = add(&desk, json!({ "email": "bare@example.com", "password": "" })).await?;
    let users = desk.get("state").await?["users"].clone();
    let shown = |id: &str| users.as_array().into_iter().flatten().find(|user| user["id"] == json!(id)).cloned();
    assert_eq!(shown(&guest).context("no guest")?["is_anonymous"], true);
    let ana = shown(&member).context("no member")?;
    assert_eq!((&ana["email"], &ana["phone"]), (&json!("ana@example.com"), &json!("15550101")));
    assert_eq!(shown(&bare).context("no member")?["is_anonymous"], false);
    for address in [json!({ "email": "ana@example.com" }), json!({ "phone": "15550101" })] {
        let mut who = address.clone();
        who["password"] = json!("a-password");
        assert_eq!(log_in(&desk, who).await?, (200, json!(member)), "{address}");
    }
    let report = desk.get("report").await?.to_string();
    assert!(!report.contains("a-password") && !report.contains("eyJ"), "nothing of it is told");
    Ok(())
}

#[tokio::test]
async fn what_the_auth_api_refuses_is_refused_in_its_words() -> Result<()> {
    let desk = Desk::new().await?;
    let first = add(&desk, json!({ "email": "ana@example.com" })).await?;
    let second = add(&desk, json!({ "email": "bob@example.com" })).await?;
    for (wish, status) in [
        (json!({ "email": "ana@example.com" }), 422),
        (json!({ "email": "nobody" }), 400),
        (json!({ "phone": "x" }), 400),
        (json!({ "password": "without-an-address" }), 400),
        (json!({ "mail": "ana@example.com" }), 422),
    ] {
        let (refused, body) = Console::send(desk.request(Method::POST, "users").json(&wish)).await?;
        assert_eq!(refused, status, "{wish}: {body}");
        assert!(body["message"].is_string(), "{wish}: {body}");
    }
    let (status, body) = change(&desk, &second, json!({ "email": "ana@example.com" })).await?;
    assert_eq!((status, &body["message"]), (422, &json!("A user with this email address has already been registered")));
    assert_eq!(change(&desk, "00000000-0000-0000-0000-000000000001", json!({})).await?.0, 404);
    assert_eq!(change(&desk, &first, json!({ "email": "ana@example.com" })).await?.0, 204, "one's own");
    assert_eq!(desk.users().await?, 2);
    Ok(())
}

#[tokio::test]
async fn an_address_makes_a_guest_a_member_and_a_password_ends_sessions() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    assert_eq!(change(&desk, &guest.id, json!({ "email": "ana@example.com" })).await?.0, 204);
    let state = desk.get("state").await?;
    let user = &state["users"][0];
    assert_eq!((&user["id"], &user["email"]), (&json!(guest.id), &json!("ana@example.com")));
    assert_eq!((&user["is_anonymous"], &user["has_password"]), (&json!(false), &json!(false)));
    assert_eq!(state["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(change(&desk, &guest.id, json!({ "phone": "+15550102", "password": "another-one" })).await?.0, 204);
    assert_eq!(desk.get("state").await?["sessions"], json!([]));
    let who = json!({ "phone": "15550102", "password": "another-one" });
    assert_eq!(log_in(&desk, who).await?, (200, json!(guest.id)));
    Ok(())
}

#[tokio::test]
async fn whoever_is_disabled_is_shut_out_until_enabled() -> Result<()> {
    let desk = Desk::new().await?;
    let member = add(&desk, json!({ "email": "ana@example.com", "password": "a-password" })).await?;
    let who = || json!({ "email": "ana@example.com", "password": "a-password" });
    assert_eq!(change(&desk, &member, json!({ "disabled": true })).await?.0, 204);
    assert!(desk.get("state").await?["users"][0]["banned_until"].is_string());
    assert_eq!(log_in(&desk, who()).await?.1, json!("user_banned"));
    desk.post("clock", &json!({ "advance": 50 * 366 * 24 * 3600 })).await?;
    assert_eq!(log_in(&desk, who()).await?.1, json!("user_banned"), "until further notice");
    desk.request(Method::DELETE, "clock").send().await?;
    assert_eq!(change(&desk, &member, json!({ "disabled": false })).await?.0, 204);
    assert_eq!(desk.get("state").await?["users"][0]["banned_until"], Value::Null);
    assert_eq!(log_in(&desk, who()).await?, (200, json!(member)));
    let did: Vec<_> = crate::events::heard(&desk, 6).await?.iter().map(|event| event["did"].clone()).collect();
    assert_eq!(did[0], json!(format!("added the member {member}")));
    assert_eq!(did[1], json!(format!("disabled the user {member}")));
    Ok(())
}
