//! Captchas: who must solve one, and who need not.

use super::*;

const HCAPTCHA: &str = "enable_anonymous_sign_ins = true\n[auth.email]\nenable_confirmations = true\n[auth.captcha]\nenabled = true\nprovider = \"hcaptcha\"\nsecret = \"0x0000000000000000000000000000000000000000\"\n";

fn solved(mut body: Value) -> Value {
    body["gotrue_meta_security"] = json!({ "captcha_token": " 10000000-aaaa-bbbb-cccc-000000000001 " });
    body
}

#[tokio::test]
async fn case_69_who_must_solve_one() -> Result<()> {
    let (_sandbox, console, _) = with_settings(HCAPTCHA).await?;
    let ana = json!({ "email": "ana@example.com", "password": "correct horse" });
    for path in ["signup", "otp", "magiclink", "recover", "resend", "token?grant_type=password", "token"] {
        let answer = post(&console, &format!("/auth/v1/{path}"), &ana).await?;
        assert_eq!(
            (code(&answer), &answer.1["msg"]),
            ((400, "captcha_failed"), &json!("captcha protection: request disallowed (no captcha_token found)")),
            "{path}"
        );
    }
    assert_eq!(code(&post(&console, "/auth/v1/signup", &json!({})).await?), (400, "captcha_failed"), "guests too");
    let wrong = json!({ "gotrue_meta_security": { "captcha_token": "wrong" } });
    let answer = post(&console, "/auth/v1/signup", &wrong).await?;
    assert_eq!(answer.1["msg"], json!("captcha protection: request disallowed (invalid-input-response)"));

    assert_eq!(post(&console, "/auth/v1/signup", &solved(ana.clone())).await?.0, 200);
    let member = Person::from_answer(&verify(&console, "signup", "ana@example.com").await?.1)?;
    assert_eq!(refresh(&console, &member.refresh_token).await?.0, 200);
    assert_eq!(put_user(&console, &member, &json!({ "data": { "a": 1 } })).await?.0, 200);
    assert_eq!(post(&console, "/auth/v1/token?grant_type=password", &solved(ana)).await?.0, 200);
    let pkce = json!({ "auth_code": "x", "code_verifier": "y" });
    assert_eq!(post(&console, "/auth/v1/token?grant_type=pkce", &pkce).await?.0, 404);
    Ok(())
}

#[tokio::test]
async fn case_70_administrators_need_not() -> Result<()> {
    let (_sandbox, console, _) = with_settings(HCAPTCHA).await?;
    let request = |token: &str| console.request(Method::POST, "/auth/v1/signup", Some(token)).json(&json!({}));
    assert_eq!(Console::send(request(&console.service_role_key)).await?.0, 200);
    assert_eq!(Console::send(request(&console.publishable_key)).await?.0, 400);
    Ok(())
}

#[tokio::test]
async fn turnstiles_test_secrets_decide_as_their_maker_says() -> Result<()> {
    for (secret, status) in [("1x0000000000000000000000000000000AA", 200), ("2x0000000000000000000000000000000AA", 400)]
    {
        let settings = HCAPTCHA.replace("hcaptcha", "turnstile").replace(&format!("0x{}", "0".repeat(40)), secret);
        let (_sandbox, console, _) = with_settings(&settings).await?;
        assert_eq!(post(&console, "/auth/v1/signup", &solved(json!({}))).await?.0, status, "{secret}");
    }
    Ok(())
}
