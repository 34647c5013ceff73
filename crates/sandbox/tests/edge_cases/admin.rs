//! What administrators may do, and nobody else.

use super::*;

async fn admin(console: &Console, method: Method, path: &str, body: Value) -> Result<(u16, Value)> {
    let path = format!("/auth/v1/{path}");
    Console::send(console.request(method, &path, Some(&console.service_role_key)).json(&body)).await
}

async fn create(console: &Console, body: Value) -> Result<(u16, Value)> {
    admin(console, Method::POST, "admin/users", body).await
}

#[tokio::test]
async fn only_the_service_role_passes() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    for path in ["admin/users", "invite", "admin/generate_link"] {
        let path = format!("/auth/v1/{path}");
        for (token, expected) in [
            (None, (401, "no_authorization")),
            (Some(guest.access_token.as_str()), (403, "not_admin")),
            (Some(console.publishable_key.as_str()), (403, "not_admin")),
        ] {
            let answer = Console::send(console.request(Method::POST, &path, token).json(&json!({}))).await?;
            assert_eq!(code(&answer), expected, "{path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn users_are_made_as_told() -> Result<()> {
    let (_sandbox, console, _) = with_settings("enable_signup = false\n").await?;
    let (status, user) = create(
        &console,
        json!({
            "email": "Ana@example.com", "phone": "+49151", "password": "x", "email_confirm": true,
            "user_metadata": { "name": "Ana" }, "app_metadata": { "plan": "gold" }, "role": "clerk",
        }),
    )
    .await?;
    assert_eq!((status, &user["email"], &user["phone"]), (200, &json!("ana@example.com"), &json!("49151")));
    assert_eq!(user["app_metadata"], json!({ "provider": "email", "providers": ["email", "phone"], "plan": "gold" }));
    assert_eq!((&user["role"], &user["user_metadata"]["name"]), (&json!("clerk"), &json!("Ana")));
    assert_eq!(user["identities"][0]["identity_data"]["email_verified"], json!(false));
    let (_, body) = log_in(&console, "ana@example.com", "x").await?;
    assert_eq!(body["weak_password"]["reasons"], json!(["length"]));
    assert_eq!(code(&create(&console, json!({ "email": "ANA@example.com" })).await?), (422, "email_exists"));
    assert_eq!(code(&create(&console, json!({ "phone": "49151" })).await?), (422, "phone_exists"));
    for bad in [
        json!({}),
        json!({ "email": "bo@example.com", "id": "00000000-0000-0000-0000-000000000000" }),
        json!({ "email": "bo@example.com", "id": "seven" }),
        json!({ "email": "bo@example.com", "password": "x", "password_hash": "y" }),
        json!({ "email": "bo@example.com", "ban_duration": "soon" }),
    ] {
        assert_eq!(code(&create(&console, bad.clone()).await?), (400, "validation_failed"), "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn case_18_32_changing_somebody() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let path = format!("admin/users/{}", guest.id);
    let (_, user) = admin(&console, Method::PUT, &path, json!({ "email": "ana@example.com" })).await?;
    assert_eq!((&user["email"], &user["is_anonymous"]), (&json!("ana@example.com"), &json!(true)));
    assert_eq!(user["identities"].as_array().map(Vec::len), Some(1));
    let confirmed = json!({ "email": "ana@example.com", "email_confirm": true });
    let (_, user) = admin(&console, Method::PUT, &path, confirmed).await?;
    assert_eq!((&user["is_anonymous"], &user["app_metadata"]), (&json!(false), &json!({})));
    admin(&console, Method::PUT, &path, json!({ "password": "correct horse" })).await?;
    assert_eq!(code(&get(&console, "/auth/v1/user", &guest.access_token).await?), (403, "session_not_found"));
    assert_eq!(log_in(&console, "ana@example.com", "correct horse").await?.0, 200);
    assert_eq!(code(&admin(&console, Method::GET, "admin/users/x", json!({})).await?), (404, "validation_failed"));
    let nobody = "admin/users/11111111-1111-4111-8111-111111111111";
    assert_eq!(code(&admin(&console, Method::PUT, nobody, json!({})).await?), (404, "user_not_found"));
    Ok(())
}

#[tokio::test]
async fn case_29_somebody_is_shut_out() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let (_, user) =
        create(&console, json!({ "email": "ana@example.com", "password": "x", "email_confirm": true })).await?;
    let ana = Person::from_answer(&log_in(&console, "ana@example.com", "x").await?.1)?;
    post(&console, "/auth/v1/magiclink", &json!({ "email": "ana@example.com" })).await?;
    let path = format!("admin/users/{}", user["id"].as_str().unwrap_or_default());
    let (_, user) = admin(&console, Method::PUT, &path, json!({ "ban_duration": "24h" })).await?;
    assert!(user["banned_until"].is_string());
    assert_eq!(code(&log_in(&console, "ana@example.com", "wrong").await?), (400, "user_banned"));
    assert_eq!(code(&refresh(&console, &ana.refresh_token).await?), (400, "user_banned"));
    assert_eq!(code(&get(&console, "/auth/v1/user", &ana.access_token).await?), (403, "user_banned"));
    assert_eq!(code(&verify(&console, "magiclink", "ana@example.com").await?), (403, "user_banned"));
    clock.advance(24 * 3600);
    assert_eq!(log_in(&console, "ana@example.com", "x").await?.0, 200);
    admin(&console, Method::PUT, &path, json!({ "ban_duration": "1h" })).await?;
    let (_, user) = admin(&console, Method::PUT, &path, json!({ "ban_duration": "none" })).await?;
    assert!(user.get("banned_until").is_none());
    Ok(())
}

#[tokio::test]
async fn lists_come_in_pages() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    for name in ["a", "b", "c_d"] {
        create(&console, json!({ "email": format!("{name}@example.com"), "user_metadata": { "full_name": "Xu" } }))
            .await?;
        clock.advance(1);
    }
    let path = "/auth/v1/admin/users?per_page=2&sort=created_at%20asc";
    let response = console.request(Method::GET, path, Some(&console.service_role_key)).send().await?;
    let header = |name: &str| response.headers()[name].to_str().unwrap_or_default().to_owned();
    assert_eq!(header("X-Total-Count"), "3");
    assert_eq!(
        header("Link"),
        "</admin/users?page=2&per_page=2&sort=created_at+asc>; rel=\"next\", </admin/users?page=2&per_page=2&sort=created_at+asc>; rel=\"last\""
    );
    let body: Value = response.json().await?;
    assert_eq!((&body["users"][0]["email"], &body["users"][0]["identities"]), (&json!("a@example.com"), &Value::Null));
    for (query, found) in
        [("page=2&per_page=2", 1), ("filter=c_d", 1), ("filter=_", 1), ("filter=xu", 3), ("page=9", 0)]
    {
        let (_, body) = admin(&console, Method::GET, &format!("admin/users?{query}"), json!({})).await?;
        assert_eq!(body["users"].as_array().map(Vec::len), Some(found), "{query}");
    }
    for bad in ["page=0", "page=x", "per_page=-1", "sort=email;drop"] {
        let answer = admin(&console, Method::GET, &format!("admin/users?{bad}"), json!({})).await?;
        assert_eq!(code(&answer), (400, "validation_failed"), "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn somebody_is_invited_and_comes() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let invitation = json!({ "email": "ana@example.com", "data": { "team": "red" } });
    let (status, user) = admin(&console, Method::POST, "invite", invitation.clone()).await?;
    assert_eq!((status, user["invited_at"].is_string()), (200, true));
    // What the invitation says is not for whoever tries the address.
    let stranger = json!({ "email": "ana@example.com", "password": "correct horse" });
    assert_eq!(code(&post(&console, "/auth/v1/signup", &stranger).await?), (429, "over_email_send_rate_limit"));
    assert_eq!(admin(&console, Method::POST, "invite", invitation.clone()).await?.0, 200, "no pause for these");
    let (status, body) = verify(&console, "invite", "ana@example.com").await?;
    assert_eq!((status, &body["user"]["user_metadata"]["team"]), (200, &json!("red")));
    assert_eq!(code(&admin(&console, Method::POST, "invite", invitation).await?), (422, "email_exists"));
    Ok(())
}

#[tokio::test]
async fn a_stranger_sees_nothing_of_an_invitation() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    admin(&console, Method::POST, "invite", json!({ "email": "ana@example.com", "data": { "team": "red" } })).await?;
    clock.advance(2);
    let stranger = json!({ "email": "ana@example.com", "password": "correct horse" });
    let (status, user) = post(&console, "/auth/v1/signup", &stranger).await?;
    assert_eq!((status, &user["user_metadata"], &user["identities"]), (200, &json!({}), &json!([])));
    Ok(())
}

#[tokio::test]
async fn links_are_made_without_a_mail() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let link = |body: Value| admin(&console, Method::POST, "admin/generate_link", body);
    let (status, made) = link(json!({ "type": "magiclink", "email": "ana@example.com" })).await?;
    assert_eq!(
        (status, &made["verification_type"], &made["email"]),
        (200, &json!("signup"), &json!("ana@example.com"))
    );
    assert_eq!(made["redirect_to"], json!("http://127.0.0.1:54321"));
    let proof = json!({ "type": "signup", "token_hash": made["hashed_token"] });
    assert_eq!(post(&console, "/auth/v1/verify", &proof).await?.0, 200);
    let (_, made) = link(json!({ "type": "recovery", "email": "ana@example.com" })).await?;
    let proof = json!({ "type": "recovery", "email": "ana@example.com", "token": made["email_otp"] });
    assert_eq!(post(&console, "/auth/v1/verify", &proof).await?.0, 200);
    for kind in ["email_change_current", "email_change_new"] {
        let (_, made) =
            link(json!({ "type": kind, "email": "ana@example.com", "new_email": "new@example.com" })).await?;
        let landed = console.step(made["action_link"].as_str().unwrap_or_default()).await?;
        assert_eq!((landed.0, landed.1.contains("error")), (303, false), "{kind}: {landed:?}");
        // The second link began the change anew: its own confirmation is the first of two again.
        assert!(landed.1.contains("message="), "{landed:?}");
    }
    for (body, expected) in [
        (json!({ "type": "recovery", "email": "nobody@example.com" }), (404, "user_not_found")),
        (json!({ "type": "signup", "email": "nobody@example.com" }), (400, "validation_failed")),
        (json!({ "type": "signup", "email": "ana@example.com", "password": "x" }), (422, "email_exists")),
        (json!({ "type": "invite", "email": "ana@example.com" }), (422, "email_exists")),
        (json!({ "type": "letter", "email": "ana@example.com" }), (400, "validation_failed")),
    ] {
        assert_eq!(code(&link(body.clone()).await?), expected, "{body}");
    }
    assert!(console.messages("ana@example.com").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn somebody_deleted_softly_leaves_a_row_and_no_trace() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let (_, user) =
        create(&console, json!({ "email": "ana@example.com", "password": "x", "email_confirm": true })).await?;
    let path = format!("admin/users/{}", user["id"].as_str().unwrap_or_default());
    let soft = json!({ "should_soft_delete": true });
    assert_eq!(admin(&console, Method::DELETE, &path, soft).await?, (200, json!({})));
    let (_, left) = admin(&console, Method::GET, &path, json!({})).await?;
    assert!(left["deleted_at"].is_string() && !left.to_string().contains("ana@"), "{left}");
    assert_eq!(code(&log_in(&console, "ana@example.com", "x").await?), (400, "invalid_credentials"));
    assert_eq!(create(&console, json!({ "email": "ana@example.com" })).await?.0, 200, "the address is free");
    assert_eq!(admin(&console, Method::DELETE, &path, json!({})).await?.0, 200);
    assert_eq!(code(&admin(&console, Method::DELETE, &path, json!({})).await?), (404, "user_not_found"));
    Ok(())
}
