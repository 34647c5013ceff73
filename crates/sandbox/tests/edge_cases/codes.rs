//! Codes and links.

use super::*;

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

async fn ask(console: &Console, path: &str, body: &Value) -> Result<(u16, Value)> {
    post(console, &format!("/auth/v1/{path}"), body).await
}

#[tokio::test]
async fn case_39_a_new_address_gets_the_code_of_a_sign_up() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let ana = json!({ "email": "ana@example.com" });
    assert_eq!(ask(&console, "otp", &ana).await?, (200, json!({})));
    assert_eq!(code(&verify(&console, "magiclink", "ana@example.com").await?), (403, "otp_expired"));
    assert_eq!(verify(&console, "email", "ana@example.com").await?.0, 200);
    clock.advance(2);
    assert_eq!(ask(&console, "otp", &ana).await?, (200, json!({})));
    assert_eq!(console.message("ana@example.com").await?["kind"], json!("magiclink"));
    assert_eq!(code(&verify(&console, "signup", "ana@example.com").await?), (403, "otp_expired"));
    assert_eq!(verify(&console, "email", "ana@example.com").await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_52_otp_without_creating() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    for email in ["nobody@example.com", "no address"] {
        let answer = ask(&console, "otp", &json!({ "email": email, "create_user": false })).await?;
        assert_eq!(code(&answer), (422, "otp_disabled"), "{email}");
    }
    for bad in [
        json!({ "email": "no address" }),
        json!({}),
        json!({ "email": "a@b.c", "phone": "+49151" }),
        json!({ "email": "a@b.c", "channel": "sms" }),
        json!({ "email": "a@b.c", "code_challenge": "x" }),
    ] {
        assert_eq!(code(&ask(&console, "otp", &bad).await?), (400, "validation_failed"), "{bad}");
    }
    assert_eq!(code(&ask(&console, "magiclink", &json!({})).await?), (422, "validation_failed"));
    assert!(console.users().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn case_53_54_recovery_and_its_pause() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let ana = json!({ "email": "ana@example.com" });
    assert_eq!(ask(&console, "recover", &ana).await?, (200, json!({})));
    assert!(console.messages("ana@example.com").await?.is_empty());
    let member = console.member("ana@example.com").await?;
    assert_eq!(ask(&console, "recover", &ana).await?, (200, json!({})));
    assert_eq!(code(&ask(&console, "recover", &ana).await?), (429, "over_email_send_rate_limit"));
    assert_eq!(code(&ask(&console, "magiclink", &ana).await?), (429, "over_email_send_rate_limit"));
    clock.advance(2);
    let body = verify(&console, "recovery", "ana@example.com").await?.1;
    assert_eq!(body["user"]["id"], json!(member.id));
    let recovered = Person::from_answer(&body)?;
    assert_eq!(put_user(&console, &recovered, &json!({ "password": "another one" })).await?.0, 200);
    assert_eq!(log_in(&console, "ana@example.com", "another one").await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_40_recovery_confirms() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let ana = json!({ "email": "ana@example.com", "password": "correct horse" });
    ask(&console, "signup", &ana).await?;
    assert_eq!(ask(&console, "recover", &json!({ "email": "ana@example.com" })).await?.0, 200);
    let (status, body) = verify(&console, "recovery", "ana@example.com").await?;
    assert_eq!((status, &body["user"]["user_metadata"]["email_verified"]), (200, &json!(true)));
    assert_eq!(log_in(&console, "ana@example.com", "correct horse").await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_41_links_die_and_typed_codes_of_another_kind_live() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    ask(&console, "signup", &json!({ "email": "ana@example.com", "password": "correct horse" })).await?;
    let (typed, link) = (console.code("ana@example.com").await?, console.link("ana@example.com").await?);
    ask(&console, "recover", &json!({ "email": "ana@example.com" })).await?;
    let (recovery, other) = (console.code("ana@example.com").await?, console.link("ana@example.com").await?);
    let proof = json!({ "type": "signup", "email": "ana@example.com", "token": typed });
    assert_eq!(ask(&console, "verify", &proof).await?.0, 200);
    for link in [link, other] {
        assert!(console.step(&link).await?.1.contains("otp_expired"));
    }
    let proof = json!({ "type": "recovery", "email": "ana@example.com", "token": recovery });
    assert_eq!(ask(&console, "verify", &proof).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_10_resending() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let resend = |kind: &str| json!({ "type": kind, "email": "ana@example.com" });
    let guest = console.guest().await?;
    put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?;
    clock.advance(2);
    assert_eq!(ask(&console, "resend", &resend("email_change")).await?, (200, json!({})));
    assert_eq!(console.messages("ana@example.com").await?.len(), 1, "guests have no address to be found by");
    verify(&console, "email_change", "ana@example.com").await?;
    assert_eq!(ask(&console, "resend", &resend("signup")).await?, (200, json!({})), "confirmed already");

    ask(&console, "signup", &json!({ "email": "bo@example.com", "password": "correct horse" })).await?;
    let first = console.code("bo@example.com").await?;
    let bo = json!({ "type": "signup", "email": "bo@example.com" });
    assert_eq!(code(&ask(&console, "resend", &bo).await?), (429, "over_email_send_rate_limit"));
    clock.advance(2);
    assert_eq!(ask(&console, "resend", &bo).await?.0, 200);
    assert_eq!(console.messages("bo@example.com").await?.len(), 2);
    let old = json!({ "type": "signup", "email": "bo@example.com", "token": first });
    if console.code("bo@example.com").await? != first {
        assert_eq!(ask(&console, "verify", &old).await?.0, 403, "the newest counts");
    }
    for bad in [json!({ "type": "recovery", "email": "a@b.c" }), json!({ "type": "signup" }), json!({ "type": "sms" })]
    {
        assert_eq!(code(&ask(&console, "resend", &bad).await?), (400, "validation_failed"), "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn case_55_mail_is_switched_off() -> Result<()> {
    let (_sandbox, console, _) = with_settings("[auth.email]\nenable_signup = false\n").await?;
    for (path, status) in [("recover", 400), ("magiclink", 422), ("otp", 422)] {
        let answer = ask(&console, path, &json!({ "email": "a@b.c" })).await?;
        assert_eq!(code(&answer), (status, "email_provider_disabled"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn each_endpoint_has_a_bucket_of_its_own() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let nobody = json!({ "email": "nobody@example.com" });
    for _ in 0..30 {
        assert_eq!(ask(&console, "recover", &nobody).await?.0, 200);
    }
    assert_eq!(code(&ask(&console, "recover", &nobody).await?), (429, "over_request_rate_limit"));
    assert_eq!(ask(&console, "resend", &json!({ "type": "signup", "email": "nobody@example.com" })).await?.0, 200);
    clock.advance(11);
    assert_eq!(ask(&console, "recover", &nobody).await?.0, 200, "one more every ten seconds");
    Ok(())
}
