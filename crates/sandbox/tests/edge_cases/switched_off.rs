//! What is out of scope answers as Supabase does when the feature is off.

use super::*;

#[tokio::test]
async fn features_that_are_off_say_so() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (guest, member) = (console.guest().await?, console.member("member@example.com").await?);
    let send = |path: &str, token: Option<&str>, body: Value| {
        Console::send(console.request(Method::POST, &format!("/auth/v1/{path}"), token).json(&body))
    };
    let totp = || json!({ "factor_type": "totp" });
    assert_eq!(code(&send("factors", None, totp()).await?), (401, "no_authorization"));
    assert_eq!(code(&send("factors", Some(&guest.access_token), totp()).await?), (403, "no_authorization"));
    let token = Some(member.access_token.as_str());
    for (path, body, status, expected) in [
        ("factors", totp(), 422, "mfa_totp_enroll_not_enabled"),
        ("factors", json!({ "factor_type": "phone" }), 422, "mfa_phone_enroll_not_enabled"),
        ("factors", json!({ "factor_type": "eye" }), 400, "validation_failed"),
        ("factors/6f1c8b1e-2d0a-4a43-8f43-0f6f3f6a9b11/challenge", json!({}), 404, "mfa_factor_not_found"),
        ("sso", json!({ "domain": "example.com" }), 404, "saml_provider_disabled"),
        ("token?grant_type=web3", json!({}), 422, "web3_provider_disabled"),
        ("passkeys/registration/options", json!({}), 404, "feature_disabled"),
        ("oauth/token", json!({}), 404, "feature_disabled"),
    ] {
        assert_eq!(code(&send(path, token, body).await?), (status, expected), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_audience_is_refused_where_one_is_asked_for() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let ask = |audience: &str| {
        let request = console.request(Method::GET, "/auth/v1/user", Some(&guest.access_token));
        Console::send(request.header("X-JWT-AUD", audience))
    };
    assert_eq!(ask("authenticated").await?.0, 200);
    assert_eq!(code(&ask("others").await?), (400, "validation_failed"));
    Ok(())
}
