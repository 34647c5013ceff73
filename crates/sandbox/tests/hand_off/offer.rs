//! The offer and what is shown of it.

use super::*;

#[tokio::test]
async fn a_preview_shows_both_carts_and_todays_offers_and_changes_nothing() -> Result<()> {
    let case = Case::new(&[("teapot", 2), ("desk-lamp", 1)], &[("enamel-mug", 3), ("teapot", 1)]).await?;
    case.fill(&case.account, &[("house-blend", 1)]).await?;
    case.fill(&case.account, &[("house-blend", 0)]).await?;
    let offer = case.done(&case.guest, "offer_cart", json!({})).await?;
    assert_eq!(offer["version"], 1);
    let token = text(&offer["token"])?;
    assert_eq!((token.len(), token.bytes().all(|byte| byte.is_ascii_hexdigit())), (64, true));
    let ends: jiff::Timestamp = text(&offer["expires_at"])?.parse()?;
    let minutes = ends.duration_since(jiff::Timestamp::now()).as_secs() / 60;
    assert!((8..=10).contains(&minutes), "{ends}");

    let seen = case.done(&case.account, "preview_offer", json!({ "token": token })).await?;
    assert_eq!(seen["guest"]["lines"], lines(&[("desk-lamp", 1), ("teapot", 2)]));
    assert_eq!(seen["account"]["lines"], lines(&[("enamel-mug", 3), ("teapot", 1)]));
    assert_eq!((&seen["guest"]["version"], &seen["account"]["version"]), (&json!(1), &json!(3)));
    assert!(seen["guest"]["updated_at"].is_string() && seen["account"]["updated_at"].is_string(), "{seen}");
    let products: Vec<_> = seen["products"].as_array().context("products")?.iter().map(|p| p["id"].clone()).collect();
    assert_eq!(products, ["desk-lamp", "enamel-mug", "teapot"], "of either cart, and of no line that is gone");
    let teapot = json!({ "id": "teapot", "name": "Round teapot", "price_minor": 3600, "currency": "EUR",
        "stock": 22, "max_per_order": 4, "picture": "teapot" });
    assert_eq!(seen["products"][2], teapot);
    let again = case.done(&case.account, "preview_offer", json!({ "token": token })).await?;
    assert_eq!(seen, again);
    Ok(())
}

#[tokio::test]
async fn carts_that_never_were_are_empty_ones() -> Result<()> {
    let case = Case::new(&[], &[]).await?;
    let token = case.offer().await?;
    let seen = case.done(&case.account, "preview_offer", json!({ "token": token })).await?;
    let empty = json!({ "version": 0, "lines": [], "updated_at": null });
    assert_eq!(seen, json!({ "guest": empty, "account": empty, "products": [] }));
    let wish = case.wish(&token, "merge", &[]).await?;
    let told = case.done(&case.account, "claim_offer", wish).await?;
    assert_eq!(told["cart"], json!({ "version": 1, "lines": [] }));
    assert_eq!(case.earlier().await?, []);
    Ok(())
}

#[tokio::test]
async fn a_new_offer_takes_the_place_of_the_one_before() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let (first, second) = (case.offer().await?, case.offer().await?);
    assert_ne!(first, second);
    let seen = |token: &str| json!({ "token": token });
    assert_eq!(case.refusal(&case.account, "preview_offer", seen(&first)).await?, "404 offer_not_found");
    let wish = case.wish(&second, "keep_guest", &[("teapot", 2)]).await?;
    assert_eq!(
        case.refusal(&case.account, "claim_offer", with(&wish, "token", json!(first))).await?,
        "404 offer_not_found"
    );
    case.done(&case.account, "claim_offer", wish).await?;
    Ok(())
}

#[tokio::test]
async fn an_offer_ends_after_a_while_and_the_guest_can_make_another() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_guest", &[("teapot", 2)]).await?;
    case.sandbox.execute("update private.cart_offers set expires_at = now() - interval '1 second'").await?;
    assert_eq!(case.refusal(&case.account, "preview_offer", json!({ "token": token })).await?, "410 offer_expired");
    assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "410 offer_expired");
    assert_eq!(case.cart(&case.guest).await?["lines"], lines(&[("teapot", 2)]), "the guest is whole");
    case.claim("keep_guest", &[("teapot", 2)]).await?;
    assert_eq!(case.cart(&case.account).await?["lines"], lines(&[("teapot", 2)]));
    Ok(())
}

#[tokio::test]
async fn a_guest_who_becomes_a_member_instead_keeps_the_cart() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let token = case.offer().await?;
    let wish = case.wish(&token, "keep_guest", &[("teapot", 2)]).await?;
    let member = case.console.upgrade(&case.guest, "ben@example.com").await?;
    assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "404 offer_not_found");
    assert_eq!(case.refusal(&case.account, "preview_offer", json!({ "token": token })).await?, "404 offer_not_found");
    // Their old token still says "guest", the table of users does not.
    assert_eq!(case.refusal(&case.guest, "offer_cart", json!({})).await?, "403 42501");
    case.fill(&member, &[("desk-lamp", 1)]).await?;
    assert_eq!(case.cart(&member).await?["lines"], lines(&[("desk-lamp", 1), ("teapot", 2)]));
    Ok(())
}
