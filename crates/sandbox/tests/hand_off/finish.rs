//! The end of a hand-off: the guest is gone, and what the guest wrote and bought is the account's.

use super::*;

/// What only the owner of the database can give a guest: a review and an order.
async fn wrote_and_bought(case: &Case, person: &Person) -> Result<()> {
    let review = json!({ "product_id": "teapot", "author_id": person.id, "stars": 5, "body": "Pours well." });
    case.console.put_rows("reviews", &review).await?;
    let order = json!({ "user_id": person.id, "currency": "EUR", "idempotency_key": Uuid::new_v4() });
    case.console.put_rows("orders", &order).await
}

/// Whose reviews and orders there are.
async fn owners(case: &Case) -> Result<Vec<String>> {
    let mut owners = Vec::new();
    for row in case.console.rows("reviews?select=author_id").await? {
        owners.push(text(&row["author_id"])?);
    }
    for row in case.console.rows("orders?select=user_id").await? {
        owners.push(text(&row["user_id"])?);
    }
    Ok(owners)
}

async fn ids(case: &Case) -> Result<Vec<String>> {
    case.console.users().await?.iter().map(|user| text(&user["id"])).collect()
}

#[tokio::test]
async fn reviews_and_orders_pass_on_and_the_guest_goes() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    wrote_and_bought(&case, &case.guest).await?;
    let claim = json!({ "claim_id": case.claim("keep_guest", &[("teapot", 2)]).await? });
    assert_eq!(owners(&case).await?, [case.guest.id.clone(), case.guest.id.clone()], "not before the end");
    for _ in 0..2 {
        let (status, body) = case.call(&case.account, "finish_claim", &claim).await?;
        assert_eq!((status, body), (204, Value::Null), "saying it twice is no error");
    }
    assert_eq!(owners(&case).await?, [case.account.id.clone(), case.account.id.clone()]);
    assert_eq!(ids(&case).await?, [case.account.id.as_str()]);
    assert_eq!(case.cart(&case.account).await?["lines"], lines(&[("teapot", 2)]));
    assert_eq!(case.done(&case.account, "get_orders", json!({})).await?[0]["total_minor"], 0);
    Ok(())
}

#[tokio::test]
async fn a_guest_who_became_a_member_after_the_claim_stays_with_all_that_is_theirs() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[]).await?;
    let claim = json!({ "claim_id": case.claim("keep_guest", &[("teapot", 2)]).await? });
    let member = case.console.upgrade(&case.guest, "ben@example.com").await?;
    wrote_and_bought(&case, &member).await?;
    case.done(&case.account, "finish_claim", claim).await?;
    assert_eq!(owners(&case).await?, [member.id.clone(), member.id.clone()]);
    assert_eq!(ids(&case).await?.len(), 2);
    // A member's cart is not closed.
    case.fill(&member, &[("desk-lamp", 1)]).await?;
    assert_eq!(case.cart(&member).await?["lines"], lines(&[("desk-lamp", 1)]));
    Ok(())
}

#[tokio::test]
async fn a_closed_account_takes_everything_along() -> Result<()> {
    let mut case = Case::new(&[("teapot", 2)], &[("enamel-mug", 1)]).await?;
    let other = std::mem::replace(&mut case.account, case.console.member("ben@example.com").await?);
    wrote_and_bought(&case, &case.account).await?;
    case.claim("keep_account", &[]).await?;
    for _ in 0..2 {
        let (status, body) = case.call(&case.account, "close_account", &json!({})).await?;
        assert_eq!((status, body), (204, Value::Null), "saying it twice is no error");
    }
    assert_eq!(ids(&case).await?, [other.id.as_str()], "nor does the guest whose cart was taken stay behind");
    assert_eq!(owners(&case).await?, Vec::<String>::new());
    assert_eq!(case.console.rows("earlier_carts?select=id").await?, Vec::<Value>::new());
    assert_eq!(case.console.rows("carts?select=user_id").await?, [json!({ "user_id": other.id })]);
    // The token lives on for a while; there is nobody behind it.
    let wish = json!({ "token": "x", "answer": "merge", "lines": [], "guest_version": 0, "account_version": 0,
        "idempotency_key": Uuid::new_v4() });
    assert_eq!(case.refusal(&case.account, "claim_offer", wish).await?, "403 42501");
    Ok(())
}
