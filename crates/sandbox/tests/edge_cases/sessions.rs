//! Bearer tokens and refresh tokens.

use super::*;

#[tokio::test]
async fn case_21_22_23_bearer_tokens() -> Result<()> {
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

/// A token of the project's own making.
fn sign(claims: &Value) -> Result<String> {
    let secret = b"super-secret-jwt-token-with-at-least-32-characters-long";
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    Ok(jsonwebtoken::encode(&header, claims, &jsonwebtoken::EncodingKey::from_secret(secret))?)
}

#[tokio::test]
async fn case_24_25_tokens_without_a_session_or_with_odd_ones() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let nil = "00000000-0000-0000-0000-000000000000";
    for (claims, expected) in [
        (json!({ "sub": guest.id, "session_id": nil }), (200, "")),
        (json!({ "sub": guest.id }), (200, "")),
        (json!({ "sub": "seven" }), (400, "bad_jwt")),
        (json!({ "sub": "" }), (403, "bad_jwt")),
        (json!({ "sub": "11111111-1111-4111-8111-111111111111" }), (403, "user_not_found")),
        (json!({ "sub": guest.id, "session_id": "11111111-1111-4111-8111-111111111111" }), (403, "session_not_found")),
    ] {
        assert_eq!(code(&get(&console, "/auth/v1/user", &sign(&claims)?).await?), expected, "{claims}");
    }
    // Without a session there is no other than this one: all end.
    let out = console.request(Method::POST, "/auth/v1/logout?scope=others", Some(&sign(&json!({ "sub": guest.id }))?));
    assert_eq!(Console::send(out).await?.0, 204);
    // Case 20: nobody gets this guest back, and the row stays until it is cleaned up.
    assert_eq!(code(&refresh(&console, &guest.refresh_token).await?), (400, "refresh_token_not_found"));
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn case_30_sessions_end_at_their_refresh() -> Result<()> {
    let settings =
        "enable_anonymous_sign_ins = true\n[auth.sessions]\ntimebox = \"30m\"\ninactivity_timeout = \"10m\"\n";
    let (_sandbox, console, clock) = with_settings(settings).await?;
    let mut guest = console.guest().await?;
    for _ in 0..3 {
        clock.advance(9 * 60);
        guest = Person::from_answer(&refresh(&console, &guest.refresh_token).await?.1)?;
    }
    clock.advance(9 * 60);
    let old = refresh(&console, &guest.refresh_token).await?;
    assert_eq!(
        (code(&old), &old.1["msg"]),
        ((400, "session_expired"), &json!("Invalid Refresh Token: Session Expired"))
    );
    assert_eq!(get(&console, "/auth/v1/user", &guest.access_token).await?.0, 200);
    let idle = console.guest().await?;
    clock.advance(11 * 60);
    let unused = refresh(&console, &idle.refresh_token).await?;
    assert_eq!(unused.1["msg"], json!("Invalid Refresh Token: Session Expired (Inactivity)"));
    Ok(())
}

#[tokio::test]
async fn case_33_refreshes_at_the_same_time_get_the_same_token() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let racing = (0..5).map(|_| {
        let (console, token) = (console.clone(), guest.refresh_token.clone());
        tokio::spawn(async move { refresh(&console, &token).await })
    });
    let mut tokens = Vec::new();
    for answer in racing.collect::<Vec<_>>() {
        let (status, body) = answer.await??;
        assert_eq!(status, 200, "{body}");
        tokens.push(body["refresh_token"].clone());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    Ok(())
}
