//! Bearer tokens and refresh tokens.

use super::*;

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
