//! Addresses with passwords: signing up, in, and changing them.

use super::*;

const PASSWORD: &str = "correct horse";

async fn sign_up(console: &Console, email: &str, password: &str) -> Result<(u16, Value)> {
    post(console, "/auth/v1/signup", &json!({ "email": email, "password": password, "data": { "name": "Ana" } })).await
}

/// Somebody who signed up and read their mail.
async fn member(console: &Console, email: &str) -> Result<Person> {
    assert_eq!(sign_up(console, email, PASSWORD).await?.0, 200);
    Person::from_answer(&verify(console, "signup", email).await?.1)
}

#[tokio::test]
async fn somebody_signs_up_reads_their_mail_and_signs_in() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (status, user) = sign_up(&console, "Ana@Example.com", PASSWORD).await?;
    assert_eq!((status, &user["email"], &user["is_anonymous"]), (200, &json!("ana@example.com"), &json!(false)));
    assert!(user.get("access_token").is_none() && user["confirmation_sent_at"].is_string());
    assert_eq!(user["app_metadata"], json!({ "provider": "email", "providers": ["email"] }));
    let metadata = json!({
        "sub": user["id"], "email": "ana@example.com", "email_verified": false, "phone_verified": false, "name": "Ana",
    });
    assert_eq!((&user["user_metadata"], &user["identities"][0]["identity_data"]), (&metadata, &metadata));
    let (status, body) = verify(&console, "signup", "ana@example.com").await?;
    assert_eq!((status, &body["user"]["id"]), (200, &user["id"]));
    assert_eq!(body["user"]["user_metadata"]["email_verified"], json!(true));
    assert_eq!(body["user"]["identities"][0]["identity_data"]["email_verified"], json!(true));

    let (status, body) = log_in(&console, "ANA@example.com", PASSWORD).await?;
    assert_eq!((status, &body["user"]["id"]), (200, &user["id"]));
    // Case 58.
    assert_eq!(body.get("weak_password"), Some(&Value::Null));
    Ok(())
}

#[tokio::test]
async fn case_50_a_taken_address_looks_like_any_other() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let ana = member(&console, "ana@example.com").await?;
    let (status, invented) = sign_up(&console, "ana@example.com", "another one").await?;
    assert_eq!((status, &invented["identities"], &invented["role"]), (200, &json!([]), &json!("")));
    assert_ne!(invented["id"], json!(ana.id));
    assert_eq!(invented["user_metadata"], json!({ "name": "Ana" }));
    assert!(invented.get("email_confirmed_at").is_none() && invented.get("last_sign_in_at").is_none());
    assert_eq!(log_in(&console, "ana@example.com", "another one").await?.0, 400);
    Ok(())
}

#[tokio::test]
async fn case_51_the_first_password_remains() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let (_, first) = sign_up(&console, "ana@example.com", PASSWORD).await?;
    assert_eq!(code(&sign_up(&console, "ana@example.com", "another one").await?), (429, "over_email_send_rate_limit"));
    clock.advance(2);
    let (status, second) = sign_up(&console, "ana@example.com", "another one").await?;
    assert_eq!((status, &second["id"]), (200, &first["id"]));
    assert_eq!(verify(&console, "signup", "ana@example.com").await?.0, 200);
    assert_eq!(log_in(&console, "ana@example.com", "another one").await?.0, 400);
    assert_eq!(log_in(&console, "ana@example.com", PASSWORD).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn without_confirmations_signing_up_signs_in() -> Result<()> {
    let (_sandbox, console, _) = with_settings("").await?;
    let (status, body) = sign_up(&console, "ana@example.com", PASSWORD).await?;
    assert_eq!((status, body["access_token"].is_string()), (200, true));
    assert!(body["user"]["email_confirmed_at"].is_string());
    assert!(body.get("weak_password").is_none());
    assert_eq!(code(&sign_up(&console, "ana@example.com", PASSWORD).await?), (422, "user_already_exists"));
    Ok(())
}

#[tokio::test]
async fn case_56_weak_passwords() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (status, body) = sign_up(&console, "no address", "short").await?;
    assert_eq!((status, &body["error_code"]), (422, &json!("weak_password")));
    assert_eq!(body["weak_password"], json!({ "reasons": ["length"] }));
    let request = console.request(Method::POST, "/auth/v1/signup", None).header("X-Supabase-Api-Version", "2024-01-01");
    let (_, body) = Console::send(request.json(&json!({ "email": "a@b.c", "password": "short" }))).await?;
    assert_eq!((&body["code"], &body["weak_password"]["reasons"]), (&json!("weak_password"), &json!(["length"])));
    let guest = console.guest().await?;
    let both_wrong = json!({ "email": "no address", "password": "short" });
    assert_eq!(code(&put_user(&console, &guest, &both_wrong).await?), (400, "validation_failed"));
    assert_eq!(code(&put_user(&console, &guest, &json!({ "password": "" })).await?), (422, "weak_password"));
    assert_eq!(code(&sign_up(&console, "a@b.c", &"x".repeat(73)).await?), (400, "validation_failed"));
    assert_eq!(code(&sign_up(&console, "a@b.c", "").await?), (400, "validation_failed"));
    Ok(())
}

#[tokio::test]
async fn case_55_switched_off() -> Result<()> {
    let (_sandbox, console, _) = with_settings("[auth.email]\nenable_signup = false\n").await?;
    assert_eq!(code(&sign_up(&console, "a@b.c", PASSWORD).await?), (400, "email_provider_disabled"));
    assert_eq!(code(&log_in(&console, "a@b.c", PASSWORD).await?), (422, "email_provider_disabled"));
    let (_sandbox, console, _) = with_settings("enable_signup = false\n").await?;
    assert_eq!(code(&sign_up(&console, "no address", "short").await?), (422, "signup_disabled"));
    Ok(())
}

#[tokio::test]
async fn case_06_07_08_a_guest_with_address_and_password() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let wish = json!({ "email": "ana@example.com", "password": PASSWORD });
    let (status, user) = put_user(&console, &guest, &wish).await?;
    assert_eq!((status, &user["is_anonymous"], &user["new_email"]), (200, &json!(true), &json!("ana@example.com")));
    // Nobody can sign in with it before the address counts.
    assert_eq!(code(&log_in(&console, "ana@example.com", PASSWORD).await?), (400, "invalid_credentials"));
    assert_eq!(code(&put_user(&console, &guest, &wish).await?), (422, "same_password"));
    let another = json!({ "email": "ana@example.com", "password": "another one" });
    assert_eq!(put_user(&console, &guest, &another).await?.0, 200, "a new password resets the pause between mails");
    // Case 9 with a change that is pending.
    let alone = json!({ "password": "a third one" });
    assert_eq!(code(&put_user(&console, &guest, &alone).await?), (422, "validation_failed"));
    assert_eq!(verify(&console, "email_change", "ana@example.com").await?.0, 200);
    assert_eq!(log_in(&console, "ana@example.com", "another one").await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_31_a_new_password_ends_the_other_sessions() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let here = member(&console, "ana@example.com").await?;
    let there = Person::from_answer(&log_in(&console, "ana@example.com", PASSWORD).await?.1)?;
    assert_eq!(code(&put_user(&console, &here, &json!({ "password": PASSWORD })).await?), (422, "same_password"));
    assert_eq!(put_user(&console, &here, &json!({ "password": "another one" })).await?.0, 200);
    assert_eq!(code(&get(&console, "/auth/v1/user", &there.access_token).await?), (403, "session_not_found"));
    assert_eq!(code(&refresh(&console, &there.refresh_token).await?), (400, "refresh_token_not_found"));
    assert_eq!(refresh(&console, &here.refresh_token).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn an_old_session_needs_a_nonce_for_a_new_password() -> Result<()> {
    let settings = "jwt_expiry = 604800\n[auth.email]\nenable_confirmations = true\nsecure_password_change = true\n";
    let (_sandbox, console, clock) = with_settings(settings).await?;
    let ana = member(&console, "ana@example.com").await?;
    assert_eq!(put_user(&console, &ana, &json!({ "password": "another one" })).await?.0, 200, "fresh");
    clock.advance(25 * 3600);
    let change = |nonce: &str| json!({ "password": "a third one", "nonce": nonce });
    assert_eq!(code(&put_user(&console, &ana, &change("")).await?), (400, "reauthentication_needed"));
    assert_eq!(code(&put_user(&console, &ana, &change("000")).await?), (422, "reauthentication_not_valid"));
    assert_eq!(get(&console, "/auth/v1/reauthenticate", &ana.access_token).await?, (200, json!({})));
    let nonce = console.code("ana@example.com").await?;
    let same = json!({ "password": "another one", "nonce": nonce });
    assert_eq!(code(&put_user(&console, &ana, &same).await?), (422, "same_password"));
    assert_eq!(code(&put_user(&console, &ana, &change(&nonce)).await?), (422, "reauthentication_not_valid"), "used up");
    clock.advance(2);
    get(&console, "/auth/v1/reauthenticate", &ana.access_token).await?;
    let nonce = console.code("ana@example.com").await?;
    assert_eq!(put_user(&console, &ana, &change(&nonce)).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn the_current_password_is_asked_for_where_the_project_says_so() -> Result<()> {
    let (_sandbox, console, _) = with_settings("[auth.email]\nrequire_current_password = true\n").await?;
    let ana = Person::from_answer(&sign_up(&console, "ana@example.com", PASSWORD).await?.1)?;
    let change = |current: &str| json!({ "password": "another one", "current_password": current });
    assert_eq!(code(&put_user(&console, &ana, &change("")).await?), (400, "current_password_required"));
    assert_eq!(code(&put_user(&console, &ana, &change("wrong")).await?), (400, "current_password_invalid"));
    assert_eq!(put_user(&console, &ana, &change(PASSWORD)).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_19_guests_have_nothing_to_be_asked_by() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let answer = get(&console, "/auth/v1/reauthenticate", &guest.access_token).await?;
    assert_eq!(code(&answer), (400, "validation_failed"));
    Ok(())
}

#[tokio::test]
async fn metadata_is_merged_and_null_deletes() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    put_user(&console, &guest, &json!({ "data": { "a": 1, "b": { "c": null } } })).await?;
    let (_, user) = put_user(&console, &guest, &json!({ "data": { "a": null, "d": [] } })).await?;
    assert_eq!(user["user_metadata"], json!({ "b": { "c": null }, "d": [] }));
    assert_eq!(code(&put_user(&console, &guest, &json!({ "app_metadata": {} })).await?), (403, "not_admin"));
    Ok(())
}

#[tokio::test]
async fn case_42_48_49_both_addresses_confirm_a_members_change() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let ana = member(&console, "ana@example.com").await?;
    let (_, before) = get(&console, "/auth/v1/user", &ana.access_token).await?;
    clock.advance(2);
    let (_, user) = put_user(&console, &ana, &json!({ "email": "new@example.com" })).await?;
    assert_eq!((&user["email"], &user["new_email"]), (&json!("ana@example.com"), &json!("new@example.com")));
    // Case 42: the first of two is not a session.
    let (status, half) = verify(&console, "email_change", "ana@example.com").await?;
    assert_eq!((status, &half["code"], half.get("access_token")), (200, &json!("200"), None));
    assert_eq!(code(&verify(&console, "email_change", "ana@example.com").await?), (403, "otp_expired"));
    let (status, body) = verify(&console, "email_change", "new@example.com").await?;
    assert_eq!((status, &body["user"]["email"]), (200, &json!("new@example.com")));
    assert_eq!(body["user"]["email_confirmed_at"], before["email_confirmed_at"]);
    assert_eq!(body["user"]["identities"][0]["email"], json!("new@example.com"));
    assert!(body["user"]["email_change_sent_at"].is_string());
    Ok(())
}

#[tokio::test]
async fn case_14_the_first_to_prove_an_address_has_it() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (one, two) = (console.guest().await?, console.guest().await?);
    put_user(&console, &one, &json!({ "email": "ana@example.com" })).await?;
    let first = console.code("ana@example.com").await?;
    put_user(&console, &two, &json!({ "email": "ana@example.com" })).await?;
    assert_eq!(verify(&console, "email_change", "ana@example.com").await?.0, 200);
    let proof = json!({ "type": "email_change", "email": "ana@example.com", "token": first });
    assert_eq!(post(&console, "/auth/v1/verify", &proof).await?.0, 500);
    let (_, user) = get(&console, "/auth/v1/user", &one.access_token).await?;
    assert_eq!((&user["is_anonymous"], &user["identities"]), (&json!(true), &json!([])));
    Ok(())
}

#[tokio::test]
async fn case_12_a_members_change_waits_even_without_confirmations() -> Result<()> {
    let (_sandbox, console, _) = with_settings("").await?;
    let ana = Person::from_answer(&sign_up(&console, "ana@example.com", PASSWORD).await?.1)?;
    let (_, user) = put_user(&console, &ana, &json!({ "email": "new@example.com" })).await?;
    assert_eq!((&user["email"], &user["new_email"]), (&json!("ana@example.com"), &json!("new@example.com")));
    // Whichever of the two links comes first completes it.
    let (_, body) = verify(&console, "email_change", "ana@example.com").await?;
    assert_eq!(body["user"]["email"], json!("new@example.com"));
    Ok(())
}

#[tokio::test]
async fn case_57_the_right_password_tells_more_than_a_wrong_one() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    sign_up(&console, "ana@example.com", PASSWORD).await?;
    assert_eq!(code(&log_in(&console, "ana@example.com", PASSWORD).await?), (400, "email_not_confirmed"));
    assert_eq!(code(&log_in(&console, "ana@example.com", "wrong").await?), (400, "invalid_credentials"));
    Ok(())
}

#[tokio::test]
async fn case_58_a_password_that_is_strong_enough_is_told_as_null() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    member(&console, "ana@example.com").await?;
    let (status, body) = log_in(&console, "ana@example.com", PASSWORD).await?;
    assert_eq!((status, body.get("weak_password")), (200, Some(&Value::Null)));
    Ok(())
}
