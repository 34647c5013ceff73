//! Edge cases of Supabase Auth's wire, each with its number in the wire reference (section 15).

mod admin;
mod captchas;
mod codes;
mod guests;
mod hostile;
mod id_tokens;
mod links;
mod passwords;
mod phones;
mod providers;
mod races;
mod sessions;
mod switched_off;
mod table;

use anyhow::Result;
use carryover_sandbox::{Clock, Config, Options, Sandbox};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

async fn fresh() -> Result<(Sandbox, Console, Clock)> {
    with(Config::default()).await
}

/// A sandbox with these settings behind `[auth]` and nothing else.
async fn with_settings(settings: &str) -> Result<(Sandbox, Console, Clock)> {
    with(Config::parse("test", &format!("[auth]\n{settings}"))?).await
}

async fn with(config: Config) -> Result<(Sandbox, Console, Clock)> {
    let clock = Clock::default();
    let options = Options { config, clock: clock.clone(), ..Options::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    Ok((sandbox, console, clock))
}

async fn post(console: &Console, path: &str, body: &Value) -> Result<(u16, Value)> {
    Console::send(console.request(Method::POST, path, None).json(body)).await
}

async fn get(console: &Console, path: &str, token: &str) -> Result<(u16, Value)> {
    Console::send(console.request(Method::GET, path, Some(token))).await
}

/// Signs in by password.
async fn log_in(console: &Console, email: &str, password: &str) -> Result<(u16, Value)> {
    let body = json!({ "email": email, "password": password });
    post(console, "/auth/v1/token?grant_type=password", &body).await
}

/// Proves to have read the newest message to an address.
async fn verify(console: &Console, kind: &str, email: &str) -> Result<(u16, Value)> {
    let proof = json!({ "type": kind, "email": email, "token": console.code(email).await? });
    post(console, "/auth/v1/verify", &proof).await
}

async fn put_user(console: &Console, person: &Person, body: &Value) -> Result<(u16, Value)> {
    Console::send(console.request(Method::PUT, "/auth/v1/user", Some(&person.access_token)).json(body)).await
}

async fn refresh(console: &Console, token: &str) -> Result<(u16, Value)> {
    post(console, "/auth/v1/token?grant_type=refresh_token", &json!({ "refresh_token": token })).await
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["error_code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn case_67_both_formats_of_errors() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let request = console.request(Method::GET, "/auth/v1/user", None).header("X-Supabase-Api-Version", "2024-01-01");
    let (_, body) = Console::send(request).await?;
    assert_eq!(body, json!({ "code": "no_authorization", "message": "This endpoint requires a valid Bearer token" }));
    let (_, body) = Console::send(console.request(Method::GET, "/auth/v1/user", None)).await?;
    assert_eq!(body["code"], json!(401));
    Ok(())
}

#[tokio::test]
async fn hostile_words_stay_words() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let get = |path: &str| Console::send(console.request(Method::GET, path, None));
    assert_eq!(get("/rest/v1/products?id=eq.x'%20or%20true--").await?, (200, json!([])));
    for path in [
        "/rest/v1/products;drop?id=eq.1",
        "/rest/v1/products?id\"%20or%20true--=eq.1",
        "/rest/v1/products?select=id,(select%201)",
        "/rest/v1/products?order=id;drop%20table%20products",
        "/rest/v1/products?limit=1;drop",
        "/rest/v1/pg_authid?select=*",
    ] {
        let (status, body) = get(path).await?;
        assert!((400..500).contains(&status) && body["code"] != json!("42601"), "{path}: {status} {body}");
    }
    assert_eq!(console.rows("products?select=id").await?.len(), 28);
    Ok(())
}
