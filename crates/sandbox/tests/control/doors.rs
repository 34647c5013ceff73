//! Who may ask, the clock, reset and the lists.

use std::time::Duration;

use anyhow::{Context, Result};
use carryover_testkit::Console;
use reqwest::{Client, Method, header::ORIGIN};
use serde_json::{Value, json};

use crate::Desk;

#[tokio::test]
async fn nobody_gets_in_without_the_token() -> Result<()> {
    let desk = Desk::new().await?;
    for (method, path) in [
        (Method::GET, "state"),
        (Method::GET, "clock"),
        (Method::POST, "clock"),
        (Method::POST, "reset"),
        (Method::GET, "events"),
        (Method::GET, "scenarios"),
        (Method::POST, "scenarios/empty"),
        (Method::POST, "faults"),
        (Method::DELETE, "faults/1"),
        (Method::POST, "clean_up"),
        (Method::GET, "messages"),
        (Method::POST, "probe"),
        (Method::POST, "devices"),
        (Method::POST, "users"),
        (Method::PUT, "users/00000000-0000-0000-0000-000000000000"),
        (Method::POST, "messages/1/expire"),
        (Method::DELETE, "sessions/00000000-0000-0000-0000-000000000000"),
        (Method::POST, "sessions/00000000-0000-0000-0000-000000000000/expire"),
        (Method::GET, "report"),
        (Method::DELETE, "users/00000000-0000-0000-0000-000000000000"),
    ] {
        let url = format!("{}control/v1/{path}", desk.url);
        for token in [None, Some(""), Some("wrong"), Some(&desk.token[1..]), Some(&desk.console.service_role_key)] {
            let request = Client::new().request(method.clone(), &url).json(&json!({}));
            let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
            assert_eq!(request.send().await?.status(), 401, "{method} {path} {token:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_other_page_and_no_other_name_gets_in_with_it() -> Result<()> {
    let desk = Desk::new().await?;
    let own = desk.url.trim_end_matches('/').to_owned();
    let shop = desk.console.request(Method::GET, "/", None).build()?.url().origin().ascii_serialization();
    for (origin, status) in [(own.as_str(), 200), (shop.as_str(), 403), ("https://evil.example", 403), ("null", 403)] {
        let answer = desk.request(Method::GET, "state").header(ORIGIN, origin).send().await?;
        assert_eq!(answer.status(), status, "{origin}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
    }
    for host in ["evil.example", "127.0.0.1.evil.example"] {
        let answer = desk.request(Method::GET, "state").header("host", host).send().await?;
        assert_eq!(answer.status(), 403, "{host}");
    }
    Ok(())
}

#[tokio::test]
async fn the_clock_goes_where_it_is_told() -> Result<()> {
    let desk = Desk::new().await?;
    let offset = |clock: Value| clock["offset"].as_i64();
    assert_eq!(offset(desk.get("clock").await?), Some(0));
    assert_eq!(offset(desk.post("clock", &json!({ "advance": 3600 })).await?), Some(3600));
    assert_eq!(offset(desk.post("clock", &json!({ "advance": -600 })).await?), Some(3000));
    let set = desk.post("clock", &json!({ "set": "2031-05-06T07:08:09Z" })).await?;
    assert!(set["now"].as_str().is_some_and(|now| now.starts_with("2031-05-06T07:08:")), "{set}");
    // A token of today is none of 2031.
    let guest = desk.console.guest().await?;
    let (status, _) = Console::send(desk.request(Method::DELETE, "clock")).await?;
    assert_eq!((status, offset(desk.get("clock").await?)), (200, Some(0)));
    assert_eq!(desk.console.users().await?[0]["id"], json!(guest.id));
    for odd in [
        json!({}),
        json!({ "advance": "soon" }),
        json!({ "advance": i64::MAX }),
        json!({ "set": "9999-01-01T00:00:00Z" }),
    ] {
        let (status, _) = Console::send(desk.request(Method::POST, "clock").json(&odd)).await?;
        assert!((400..500).contains(&status), "{odd}: {status}");
    }
    Ok(())
}

#[tokio::test]
async fn a_frozen_clock_stands_still_is_moved_and_runs_again() -> Result<()> {
    let desk = Desk::new().await?;
    let set = desk.post("clock", &json!({ "set": "2031-05-06T07:08:09Z" })).await?;
    assert_eq!(set["frozen"], false);
    assert_eq!(desk.post("clock", &json!({ "freeze": true })).await?["frozen"], true);
    let stands = desk.get("clock").await?["now"].clone();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(desk.get("state").await?["clock"]["now"], stands);
    desk.post("clock", &json!({ "set": "2032-05-06T07:08:09Z" })).await?;
    let moved = desk.post("clock", &json!({ "advance": 60 })).await?;
    assert_eq!((&moved["now"], &moved["frozen"]), (&json!("2032-05-06T07:09:09Z"), &json!(true)));
    let runs = desk.post("clock", &json!({ "freeze": false })).await?;
    assert_eq!(runs["frozen"], false);
    assert!(runs["now"].as_str().is_some_and(|now| now.starts_with("2032-05-06T07:09:")), "{runs}");
    desk.post("clock", &json!({ "freeze": true })).await?;
    Console::send(desk.request(Method::DELETE, "clock")).await?;
    let right = desk.get("clock").await?;
    assert_eq!((&right["offset"], &right["frozen"]), (&json!(0), &json!(false)));
    Ok(())
}

#[tokio::test]
async fn the_page_of_the_docs_tells_every_request() -> Result<()> {
    const PAGE: &str = include_str!("../../../../docs/control.md");
    const ROUTES: &str = include_str!("../../src/control/mod.rs");
    for route in ROUTES.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, methods) = route.split_once('"').context("no path")?;
        for method in
            ["get", "post", "put", "delete"].into_iter().filter(|method| methods.contains(&format!("{method}(")))
        {
            let told = format!("`{} {path}`", method.to_uppercase());
            assert!(path == "/" || PAGE.contains(&told), "{told} is not told");
        }
    }
    Ok(())
}

#[tokio::test]
async fn reset_leaves_the_catalog_and_nothing_else() -> Result<()> {
    let desk = Desk::new().await?;
    for name in [
        "existing-account-with-cart",
        "email-pending",
        "price-changed",
        "offline",
        "everyone-31-days-later",
        "two-long-carts",
    ] {
        desk.scenario(name).await?;
    }
    desk.post("clock", &json!({ "freeze": true })).await?;
    desk.post("reset", &json!({})).await?;
    let state = desk.get("state").await?;
    for list in ["users", "identities", "sessions", "carts", "messages", "provider_accounts", "faults", "limits"] {
        assert_eq!(state[list], json!([]), "{list}");
    }
    assert_eq!((&state["clock"]["offset"], &state["clock"]["frozen"]), (&json!(0), &json!(false)));
    let kettle = desk.console.rows("products?select=price_minor&id=eq.gooseneck-kettle").await?;
    assert_eq!(kettle, [json!({ "price_minor": 5900 })]);
    assert_eq!(desk.console.rows("products?select=id").await?.len(), 28);
    Ok(())
}

#[tokio::test]
async fn the_lists_show_everything_but_secrets() -> Result<()> {
    let desk = Desk::new().await?;
    for name in ["existing-account-with-cart", "google-linked-elsewhere", "email-pending"] {
        desk.scenario(name).await?;
    }
    let guest = desk.console.guest().await?;
    let state = desk.get("state").await?;
    assert_eq!(state["users"].as_array().map(Vec::len), Some(4));
    assert_eq!(state["users"][0]["id"], json!(guest.id));
    let pending = state["users"].as_array().and_then(|users| users.iter().find(|user| user["new_email"].is_string()));
    assert_eq!(pending.map(|user| &user["waits_for"]), Some(&json!(["email_change_token_new"])));
    assert_eq!(state["limits"][0]["left"], 29.0);
    let providers: Vec<_> = state["identities"].as_array().into_iter().flatten().map(|i| &i["provider"]).collect();
    assert!(providers.contains(&&json!("google")) && providers.contains(&&json!("email")));
    let code = desk.console.code("pending@example.com").await?;
    let events = format!("{:?}", crate::events::heard(&desk, 3).await?);
    for answer in [state.to_string(), desk.get("clock").await?.to_string(), events] {
        for secret in [&guest.access_token, &guest.refresh_token, &code, &desk.console.service_role_key, &desk.token] {
            assert!(!answer.contains(secret.as_str()));
        }
        // Hashes of passwords, and of codes.
        assert!(!answer.contains("$2") && !answer.contains("carryover-1") && !answer.contains("pkce_"));
    }
    Ok(())
}
