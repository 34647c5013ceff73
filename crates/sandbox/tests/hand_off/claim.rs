//! The claim: what each answer does to both carts, and what a repetition is told.

use super::*;

const GUESTS: [(&str, u32); 2] = [("desk-lamp", 1), ("teapot", 2)];
const ACCOUNTS: [(&str, u32); 2] = [("enamel-mug", 3), ("teapot", 1)];

#[tokio::test]
async fn each_answer_keeps_the_cart_that_was_not_chosen() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    let merged = [("desk-lamp", 1), ("enamel-mug", 3), ("teapot", 3)];
    for (answer, result, kept) in [
        ("keep_account", ACCOUNTS.as_slice(), vec![("guest".to_owned(), lines(&GUESTS))]),
        ("keep_guest", &GUESTS, vec![("account".to_owned(), lines(&ACCOUNTS))]),
        ("merge", &merged, vec![("account".to_owned(), lines(&ACCOUNTS))]),
    ] {
        case.renew(&GUESTS, &ACCOUNTS).await?;
        let wish = case.wish(&case.offer().await?, answer, result).await?;
        let told = case.done(&case.account, "claim_offer", wish).await?;
        assert_eq!(told["cart"], json!({ "version": 2, "lines": lines(result) }), "{answer}");
        assert_eq!(case.cart(&case.account).await?, told["cart"], "{answer}");
        assert_eq!(case.earlier().await?, kept, "{answer}");
        let until: jiff::Timestamp = text(&told["undo_until"])?.parse()?;
        assert_eq!(until.duration_since(jiff::Timestamp::now()).as_hours() / 24, 29, "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_line_that_went_stays_gone_for_an_older_change_of_a_device() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    let change = |quantity: u32, age_ms: u32| {
        let line = json!({ "product_id": "enamel-mug", "quantity": quantity, "age_ms": age_ms, "revision": 9 });
        json!({ "lines": [line], "device": "phone" })
    };
    case.done(&case.account, "set_cart_lines", change(3, 90_000)).await?;
    case.claim("keep_guest", &GUESTS).await?;
    let late = case.done(&case.account, "set_cart_lines", change(4, 60_000)).await?;
    assert_eq!(late["lines"], lines(&GUESTS), "made before the hand-off, sent after it");
    let newer = case.done(&case.account, "set_cart_lines", change(4, 0)).await?;
    assert_eq!(newer["lines"], lines(&[("desk-lamp", 1), ("enamel-mug", 4), ("teapot", 2)]));
    Ok(())
}

#[tokio::test]
async fn the_guests_cart_is_closed_and_says_so() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    case.claim("keep_guest", &GUESTS).await?;
    assert_eq!(case.cart(&case.guest).await?, json!({ "version": 2, "lines": [] }));
    for line in [("teapot", 1), ("teapot", 0), ("house-blend", 2)] {
        let late = json!({ "lines": lines(&[line]) });
        assert_eq!(case.refusal(&case.guest, "set_cart_lines", late).await?, "409 cart_claimed", "{line:?}");
    }
    let row = json!({ "user_id": case.guest.id, "product_id": "teapot", "quantity": 1 });
    let direct = case.console.request(Method::POST, "/rest/v1/cart_lines", Some(&case.guest.access_token)).json(&row);
    assert_eq!(outcome(&Console::send(direct).await?), "409 cart_claimed", "past the function as well");
    assert_eq!(case.refusal(&case.guest, "offer_cart", json!({})).await?, "409 cart_claimed");
    assert_eq!(case.cart(&case.guest).await?["lines"], json!([]));
    Ok(())
}

#[tokio::test]
async fn the_same_again_is_told_the_same_and_happens_once() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_guest", &GUESTS).await?;
    let key = json!({ "idempotency_key": wish["idempotency_key"] });
    assert_eq!(case.done(&case.account, "claim_result", key.clone()).await?, Value::Null);
    let told = case.done(&case.account, "claim_offer", wish.clone()).await?;
    case.fill(&case.account, &[("house-blend", 1)]).await?;
    assert_eq!(case.done(&case.account, "claim_offer", wish.clone()).await?, told);
    assert_eq!(case.done(&case.account, "claim_result", key).await?, told);
    let now = lines(&[("desk-lamp", 1), ("house-blend", 1), ("teapot", 2)]);
    assert_eq!(case.cart(&case.account).await?, json!({ "version": 3, "lines": now }), "what came since stays");
    assert_eq!(case.earlier().await?.len(), 1);
    case.done(&case.account, "finish_claim", json!({ "claim_id": told["claim_id"] })).await?;
    assert_eq!(case.done(&case.account, "claim_offer", wish.clone()).await?, told, "even when the guest is gone");

    for (field, other) in [
        ("token", json!("another")),
        ("answer", json!("merge")),
        ("lines", lines(&[("teapot", 1)])),
        ("guest_version", json!(7)),
        ("account_version", json!(7)),
    ] {
        let wish = with(&wish, field, other);
        assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "409 key_reused", "{field}");
    }
    let another_key = with(&wish, "idempotency_key", json!(Uuid::new_v4()));
    assert_eq!(case.refusal(&case.account, "claim_offer", another_key).await?, "409 offer_used");
    assert_eq!(case.refusal(&case.account, "preview_offer", json!({ "token": token })).await?, "409 offer_used");
    Ok(())
}

#[tokio::test]
async fn a_cart_that_has_changed_since_makes_the_claim_stale() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_guest", &GUESTS).await?;
    case.fill(&case.guest, &[("house-blend", 1)]).await?;
    assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "409 cart_stale", "the guest's");
    let wish = case.wish(&token, "keep_guest", &GUESTS).await?;
    case.fill(&case.account, &[("house-blend", 1)]).await?;
    assert_eq!(case.refusal(&case.account, "claim_offer", wish.clone()).await?, "409 cart_stale", "the account's");
    for field in ["guest_version", "account_version"] {
        let wish = with(&wish, field, Value::Null);
        assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "409 cart_stale", "no {field}");
    }
    assert_eq!(case.earlier().await?, [], "nothing of it happened");
    let wish = case.wish(&token, "merge", &[("house-blend", 2)]).await?;
    let told = case.done(&case.account, "claim_offer", wish).await?;
    assert_eq!(told["cart"]["lines"], lines(&[("house-blend", 2)]), "the offer still counts");
    Ok(())
}

#[tokio::test]
async fn what_is_over_is_forgotten_on_the_way() -> Result<()> {
    let mut case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let claim = case.claim("keep_account", &ACCOUNTS).await?;
    let old = "update private.cart_claims set undo_until = now() - interval '1 second';
               update public.earlier_carts set expires_at = now() - interval '1 second'";
    case.sandbox.execute(old).await?;
    assert_eq!(case.earlier().await?, []);
    assert_eq!(case.console.rows("earlier_carts?select=id").await?.len(), 1, "invisible, but there");
    let first = std::mem::replace(&mut case.guest, case.console.guest().await?);
    case.fill(&case.guest, &[("house-blend", 1)]).await?;
    case.claim("keep_account", &ACCOUNTS).await?;
    assert_eq!(case.console.rows("earlier_carts?select=origin").await?.len(), 1, "the new one");
    let gone = json!({ "claim_id": claim });
    assert_eq!(case.refusal(&case.account, "undo_claim", gone).await?, "404 claim_not_found");
    case.fill(&first, &[("teapot", 1)]).await?;
    Ok(())
}
