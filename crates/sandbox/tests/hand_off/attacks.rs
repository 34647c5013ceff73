//! Attacks: each is refused, and nothing has happened.

use super::*;

/// Every function of a member, with arguments that a member could give.
fn member_only() -> [(&'static str, Value); 7] {
    let id = Uuid::new_v4();
    [
        ("preview_offer", json!({ "token": "x" })),
        (
            "claim_offer",
            json!({ "token": "x", "answer": "merge", "lines": [], "guest_version": 0, "account_version": 0,
                "idempotency_key": id }),
        ),
        ("claim_result", json!({ "idempotency_key": id })),
        ("finish_claim", json!({ "claim_id": id })),
        ("undo_claim", json!({ "claim_id": id })),
        ("restore_earlier_cart", json!({ "id": id, "version": 0 })),
        ("close_account", json!({})),
    ]
}

/// A token of the project's own making.
fn sign(claims: &Value) -> Result<String> {
    let secret = b"super-secret-jwt-token-with-at-least-32-characters-long";
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    Ok(jsonwebtoken::encode(&header, claims, &jsonwebtoken::EncodingKey::from_secret(secret))?)
}

#[tokio::test]
async fn a_function_of_members_refuses_everybody_else() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let token = case.offer().await?;
    let hour = jiff::Timestamp::now().as_second() + 3600;
    let claims = json!({ "sub": case.account.id, "role": "authenticated", "aud": "authenticated", "exp": hour });
    let silent = Person { access_token: sign(&claims)?, ..case.account.clone() };
    let lying = Person {
        access_token: sign(&with(&with(&claims, "sub", json!(case.guest.id)), "is_anonymous", json!(null)))?,
        ..case.guest.clone()
    };
    let nobody = Person { access_token: case.console.publishable_key.clone(), ..case.guest.clone() };
    let service = Person { access_token: case.console.service_role_key.clone(), ..case.guest.clone() };
    for (function, arguments) in member_only() {
        for (who, person, expected) in [
            ("a guest", &case.guest, "403 42501"),
            ("a token that does not say", &silent, "403 42501"),
            ("a guest's token that does not say", &lying, "403 42501"),
            ("the publishable key", &nobody, "401 42501"),
            ("the service role", &service, "403 42501"),
        ] {
            let found = case.refusal(person, function, arguments.clone()).await?;
            assert_eq!(found, expected, "{function} by {who}");
        }
    }
    // The guest's own token does not help the guest either.
    let own = json!({ "token": token });
    assert_eq!(case.refusal(&case.guest, "preview_offer", own).await?, "403 42501");
    let users = case.console.users().await?;
    assert_eq!(users.len(), 2, "nobody was deleted");
    Ok(())
}

#[tokio::test]
async fn only_a_guest_offers_a_cart() -> Result<()> {
    let case = Case::new(&[], &[("teapot", 2)]).await?;
    let nobody = Person { access_token: case.console.publishable_key.clone(), ..case.guest.clone() };
    let service = Person { access_token: case.console.service_role_key.clone(), ..case.guest.clone() };
    assert_eq!(case.refusal(&case.account, "offer_cart", json!({})).await?, "403 42501");
    assert_eq!(case.refusal(&service, "offer_cart", json!({})).await?, "403 42501");
    for function in ["offer_cart", "get_orders", "export_me"] {
        assert_eq!(case.refusal(&nobody, function, json!({})).await?, "401 42501", "{function}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_one_opens_nothing() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_guest", &[("teapot", 2)]).await?;
    let guessed = Uuid::new_v4().simple().to_string() + &Uuid::new_v4().simple().to_string();
    let cut = &token[..63];
    for bad in [json!(guessed), json!(cut), json!(token.to_uppercase()), json!(""), json!("%"), Value::Null] {
        let found = case.refusal(&case.account, "claim_offer", with(&wish, "token", bad.clone())).await?;
        assert_eq!(found, "404 offer_not_found", "{bad}");
        let found = case.refusal(&case.account, "preview_offer", json!({ "token": bad })).await?;
        assert_eq!(found, "404 offer_not_found", "{bad}");
    }
    for (field, bad, expected) in [
        ("answer", json!("steal"), "400 22023"),
        ("answer", Value::Null, "400 22023"),
        ("idempotency_key", Value::Null, "400 22023"),
        ("idempotency_key", json!("seven"), "400 22P02"),
    ] {
        let found = case.refusal(&case.account, "claim_offer", with(&wish, field, bad.clone())).await?;
        assert_eq!(found, expected, "{field} {bad}");
    }
    assert_eq!(case.cart(&case.guest).await?["lines"], lines(&[("teapot", 2)]));
    Ok(())
}

#[tokio::test]
async fn another_account_gets_nothing_of_a_claim() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[("enamel-mug", 3)]).await?;
    let thief = case.console.member("thief@example.com").await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_account", &[("enamel-mug", 3)]).await?;
    let told = case.done(&case.account, "claim_offer", wish.clone()).await?;
    let (_, rows) = case.list("earlier_carts?select=id").await?;
    let claim = json!({ "claim_id": told["claim_id"] });
    for (function, arguments, expected) in [
        ("claim_offer", wish.clone(), "409 offer_used"),
        ("preview_offer", json!({ "token": token }), "409 offer_used"),
        ("undo_claim", claim.clone(), "404 claim_not_found"),
        ("undo_claim", with(&claim, "seen_version", json!(2)), "404 claim_not_found"),
        ("finish_claim", claim, "404 claim_not_found"),
        ("restore_earlier_cart", json!({ "id": rows[0]["id"], "version": 0 }), "404 earlier_cart_not_found"),
    ] {
        assert_eq!(case.refusal(&thief, function, arguments).await?, expected, "{function}");
    }
    let key = json!({ "idempotency_key": wish["idempotency_key"] });
    assert_eq!(case.done(&thief, "claim_result", key).await?, Value::Null, "the key is the account's");
    assert_eq!(case.cart(&thief).await?, json!({ "version": 0, "lines": [] }));
    assert_eq!(case.cart(&case.account).await?, told["cart"]);
    assert_eq!(case.console.users().await?.len(), 3, "nobody was deleted");

    // The same key is another one with another account.
    let guest = case.console.guest().await?;
    let offer = case.done(&guest, "offer_cart", json!({})).await?;
    let own = json!({ "token": offer["token"], "answer": "merge", "lines": [], "guest_version": 0, "account_version": 0,
        "idempotency_key": wish["idempotency_key"] });
    assert_ne!(case.done(&thief, "claim_offer", own).await?["claim_id"], told["claim_id"]);
    Ok(())
}

#[tokio::test]
async fn nobody_reaches_what_is_private() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    case.offer().await?;
    for table in ["cart_offers", "cart_claims", "private.cart_offers", "private.cart_claims"] {
        let (status, body) = case.list(table).await?;
        assert_eq!(status, 404, "{table}: {body}");
    }
    let path = "/rest/v1/cart_claims";
    let request = case.console.request(Method::GET, path, Some(&case.account.access_token));
    let (status, body) = Console::send(request.header("Accept-Profile", "private")).await?;
    assert_eq!(status, 406, "{body}");
    for function in
        ["member", "cart_of", "replace_cart", "lock_carts", "keep_earlier_cart", "told_before", "forget_claims"]
    {
        let found = case.refusal(&case.account, function, json!({})).await?;
        assert_eq!(found, "404 PGRST202", "{function}");
    }
    // Not even by name: the role has no way into the schema.
    for statement in [
        "select * from private.cart_claims",
        "select private.replace_cart(gen_random_uuid(), '[]')",
        "delete from private.cart_offers",
    ] {
        for role in ["anon", "authenticated", "service_role"] {
            let refused = case.sandbox.execute(&format!("set local role {role}; {statement}")).await;
            let cause = refused.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(cause.contains("permission denied for schema private"), "{statement} by {role}: {cause}");
        }
    }
    Ok(())
}
