//! Guests, and how they become members.

use super::*;

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
async fn case_20_a_guest_who_signs_out_is_lost() -> Result<()> {
    let (_sandbox, console, _) = crate::fresh().await?;
    let guest = console.guest().await?;
    let path = "/auth/v1/logout?scope=local";
    let (status, _) = Console::send(console.request(Method::POST, path, Some(&guest.access_token))).await?;
    assert_eq!(status, 204);
    let answer = crate::refresh(&console, &guest.refresh_token).await?;
    assert_eq!(crate::code(&answer), (400, "refresh_token_not_found"));
    // The row waits for the clean-up, and nothing leads to it.
    let users = console.users().await?;
    assert_eq!((users.len(), &users[0]["is_anonymous"], &users[0]["email"]), (1, &json!(true), &json!("")));
    Ok(())
}
