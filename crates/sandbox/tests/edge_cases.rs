//! Edge cases of Supabase Auth's wire, each with its number in the wire reference (section 15).

use anyhow::Result;
use carryover_sandbox::{Clock, Config, Options};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

async fn fresh() -> Result<(carryover_sandbox::Sandbox, Console, Clock)> {
    let clock = Clock::default();
    let (sandbox, console) = carryover_testkit::sandbox(Options { clock: clock.clone(), ..Options::default() }).await?;
    Ok((sandbox, console, clock))
}

async fn post(console: &Console, path: &str, body: &Value) -> Result<(u16, Value)> {
    Console::send(console.request(Method::POST, path, None).json(body)).await
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
async fn case_01_and_02_anonymous_sign_up() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (status, body) = post(&console, "/auth/v1/signup", &json!({ "password": "ignored" })).await?;
    assert_eq!((status, &body["user"]["is_anonymous"]), (200, &json!(true)));
    assert_eq!(body["user"]["identities"], json!([]));
    assert_eq!(body["user"]["app_metadata"], json!({}));
    let empty = Console::send(console.request(Method::POST, "/auth/v1/signup", None)).await?;
    assert_eq!(code(&empty), (400, "bad_json"));
    Ok(())
}

#[tokio::test]
async fn case_03_a_disabled_flag_does_not_draw_from_the_bucket() -> Result<()> {
    let config = Config::parse("test", "[auth]\nenable_anonymous_sign_ins = false\n")?;
    let (_sandbox, console) = carryover_testkit::sandbox(Options { config, ..Options::default() }).await?;
    for _ in 0..40 {
        let answer = post(&console, "/auth/v1/signup", &json!({})).await?;
        assert_eq!(code(&answer), (422, "anonymous_provider_disabled"));
    }
    Ok(())
}

#[tokio::test]
async fn the_31st_guest_of_an_hour_is_refused_and_one_more_passes_after_two_minutes() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    for _ in 0..30 {
        console.guest().await?;
    }
    let answer = post(&console, "/auth/v1/signup", &json!({})).await?;
    assert_eq!(
        answer.1,
        json!({ "code": 429, "error_code": "over_request_rate_limit", "msg": "Request rate limit reached" })
    );
    clock.advance(121);
    console.guest().await?;
    assert_eq!(post(&console, "/auth/v1/signup", &json!({})).await?.0, 429);
    Ok(())
}

#[tokio::test]
async fn case_04_05_13_a_guest_links_an_address() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let (status, user) = put_user(&console, &guest, &json!({ "email": "Ana@Example.com" })).await?;
    assert_eq!((status, &user["email"], &user["new_email"]), (200, &json!(""), &json!("ana@example.com")));
    assert_eq!((&user["identities"], &user["is_anonymous"]), (&json!([]), &json!(true)));

    let proof =
        json!({ "type": "email_change", "email": "ana@example.com", "token": console.code("ana@example.com").await? });
    let (status, body) = post(&console, "/auth/v1/verify", &proof).await?;
    let user = &body["user"];
    assert_eq!((status, &user["id"], &user["is_anonymous"]), (200, &json!(guest.id), &json!(false)));
    assert_eq!(user["app_metadata"], json!({ "provider": "email", "providers": ["email"] }));
    assert_eq!(user["identities"].as_array().map(Vec::len), Some(1));
    assert_eq!((user.get("new_email"), &user["email"]), (None, &json!("ana@example.com")));
    assert_ne!(body["refresh_token"], json!(guest.refresh_token), "a session of its own");
    // Case 48: the time of the last mail still throttles.
    assert!(user["email_change_sent_at"].is_string());
    // The guest's own session lives on.
    assert_eq!(refresh(&console, &guest.refresh_token).await?.0, 200);
    // A code counts once.
    assert_eq!(code(&post(&console, "/auth/v1/verify", &proof).await?), (403, "otp_expired"));
    Ok(())
}

#[tokio::test]
async fn case_08_mails_are_throttled() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    let wish = json!({ "email": "ana@example.com" });
    assert_eq!(put_user(&console, &guest, &wish).await?.0, 200);
    assert_eq!(code(&put_user(&console, &guest, &wish).await?), (429, "over_email_send_rate_limit"));
    clock.advance(2);
    assert_eq!(put_user(&console, &guest, &wish).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_09_a_guest_sets_no_password_without_an_address() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    assert_eq!(
        code(&put_user(&console, &guest, &json!({ "password": "long enough" })).await?),
        (422, "validation_failed")
    );
    Ok(())
}

#[tokio::test]
async fn case_11_without_confirmations_the_address_counts_at_once() -> Result<()> {
    let config = Config::parse(
        "test",
        "[auth]\nenable_anonymous_sign_ins = true\n[auth.email]\nenable_confirmations = false\n",
    )?;
    let (_sandbox, console) = carryover_testkit::sandbox(Options { config, ..Options::default() }).await?;
    let guest = console.guest().await?;
    let (status, user) = put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?;
    assert_eq!((status, &user["is_anonymous"], user.get("new_email")), (200, &json!(false), None));
    assert_eq!((&user["app_metadata"], user["identities"].as_array().map(Vec::len)), (&json!({}), Some(1)));
    Ok(())
}

#[tokio::test]
async fn a_taken_address_is_refused_before_any_mail() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    console.member("ana@example.com").await?;
    let guest = console.guest().await?;
    let answer = put_user(&console, &guest, &json!({ "email": "ANA@example.com" })).await?;
    assert_eq!(code(&answer), (422, "email_exists"));
    Ok(())
}

#[tokio::test]
async fn case_21_22_23_25_bearer_tokens() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    let user = |token: Option<String>| {
        let request = console.request(Method::GET, "/auth/v1/user", token.as_deref());
        async move { Console::send(request).await }
    };
    assert_eq!(code(&user(None).await?), (401, "no_authorization"));
    let answer = user(Some(console.publishable_key.clone())).await?;
    assert_eq!((code(&answer), &answer.1["msg"]), ((403, "bad_jwt"), &json!("invalid claim: missing sub claim")));
    clock.advance(3601);
    let answer = user(Some(guest.access_token.clone())).await?;
    assert_eq!(code(&answer), (403, "bad_jwt"));
    assert!(answer.1["msg"].as_str().is_some_and(|msg| msg.ends_with("token is expired")));
    clock.advance(-3601);
    let out =
        Console::send(console.request(Method::POST, "/auth/v1/logout?scope=local", Some(&guest.access_token))).await?;
    assert_eq!(out, (204, Value::Null));
    assert_eq!(code(&user(Some(guest.access_token.clone())).await?), (403, "session_not_found"));
    assert_eq!(code(&refresh(&console, &guest.refresh_token).await?), (400, "refresh_token_not_found"));
    Ok(())
}

#[tokio::test]
async fn case_26_the_answer_that_was_lost_is_given_again() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    let first = refresh(&console, &guest.refresh_token).await?.1["refresh_token"].clone();
    clock.advance(7200);
    let again = refresh(&console, &guest.refresh_token).await?;
    assert_eq!((again.0, &again.1["refresh_token"]), (200, &first));
    Ok(())
}

#[tokio::test]
async fn case_27_an_older_token_revokes_the_family() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    let second = Person::from_answer(&refresh(&console, &guest.refresh_token).await?.1)?;
    let third = Person::from_answer(&refresh(&console, &second.refresh_token).await?.1)?;
    clock.advance(11);
    assert_eq!(code(&refresh(&console, &guest.refresh_token).await?), (400, "refresh_token_already_used"));
    // The family was revoked just now, and the reuse interval counts from then.
    clock.advance(11);
    assert_eq!(code(&refresh(&console, &third.refresh_token).await?), (400, "refresh_token_already_used"));
    Ok(())
}

#[tokio::test]
async fn case_28_a_token_of_another_shape() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    for token in ["", "short", "ABCDEFGHIJKL", "abc-efghijkl", "abcdefghijklm"] {
        assert_eq!(code(&refresh(&console, token).await?), (400, "validation_failed"), "{token}");
    }
    assert_eq!(code(&refresh(&console, "abcdefghijkl").await?), (400, "refresh_token_not_found"));
    Ok(())
}

#[tokio::test]
async fn case_34_35_38_codes() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?;
    let right = console.code("ana@example.com").await?;
    let wrong = if right == "000000" { "111111" } else { "000000" };
    let verify = |email: &str, token: &str| json!({ "type": "email_change", "email": email, "token": token });
    for _ in 0..5 {
        assert_eq!(
            code(&post(&console, "/auth/v1/verify", &verify("ana@example.com", wrong)).await?),
            (403, "otp_expired")
        );
    }
    for (body, status) in [
        (json!({ "email": "a@b.c", "token": "1" }), 400),
        (json!({ "type": "email_change" }), 400),
        (json!({ "type": "email_change", "token": "1" }), 400),
        (json!({ "type": "email_change", "token": "1", "email": "nonsense" }), 422),
        (json!({ "type": "email_change", "token_hash": "x", "email": "a@b.c" }), 400),
        (json!({ "type": "sms", "token_hash": "x" }), 400),
    ] {
        assert_eq!(code(&post(&console, "/auth/v1/verify", &body).await?), (status, "validation_failed"), "{body}");
    }
    clock.advance(3601);
    assert_eq!(post(&console, "/auth/v1/verify", &verify("ana@example.com", &right)).await?.0, 403, "codes run out");
    clock.advance(-3601);
    assert_eq!(
        post(&console, "/auth/v1/verify", &verify("ANA@example.com", &right)).await?.0,
        200,
        "case does not matter"
    );
    Ok(())
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
