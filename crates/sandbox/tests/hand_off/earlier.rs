//! Earlier carts: seen, deleted and restored by whom they belong to, for 30 days.

use super::*;

const GUESTS: [(&str, u32); 3] = [("chef-knife", 2), ("desk-lamp", 1), ("teapot", 2)];
const ACCOUNTS: [(&str, u32); 1] = [("enamel-mug", 3)];

/// The id of the account's only earlier cart.
async fn only(case: &Case) -> Result<String> {
    let (_, rows) = case.list("earlier_carts?select=id").await?;
    ensure!(rows.as_array().is_some_and(|rows| rows.len() == 1), "{rows}");
    text(&rows[0]["id"])
}

#[tokio::test]
async fn an_earlier_cart_becomes_the_cart_and_the_cart_an_earlier_one() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    case.claim("keep_account", &ACCOUNTS).await?;
    let id = only(&case).await?;
    let restore = |id: &str, version: i64| json!({ "id": id, "version": version });
    assert_eq!(case.refusal(&case.account, "restore_earlier_cart", restore(&id, 1)).await?, "409 cart_stale");
    assert_eq!(only(&case).await?, id, "still there");
    let restored = case.done(&case.account, "restore_earlier_cart", restore(&id, 2)).await?;
    assert_eq!(restored, json!({ "cart": { "version": 3, "lines": lines(&GUESTS) }, "refused": [] }));
    assert_eq!(case.earlier().await?, [("replaced".to_owned(), lines(&ACCOUNTS))]);
    assert_eq!(
        case.refusal(&case.account, "restore_earlier_cart", restore(&id, 3)).await?,
        "404 earlier_cart_not_found",
        "it is none any more"
    );
    // Back again, by the one that was replaced.
    let id = only(&case).await?;
    let back = case.done(&case.account, "restore_earlier_cart", restore(&id, 3)).await?;
    assert_eq!(back["cart"]["lines"], lines(&ACCOUNTS));
    assert_eq!(case.earlier().await?, [("replaced".to_owned(), lines(&GUESTS))]);
    Ok(())
}

#[tokio::test]
async fn a_restored_cart_holds_todays_limits_and_says_what_it_left_out() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    case.claim("keep_account", &[]).await?;
    let meanwhile = "update public.products set stock = 1 where id = 'chef-knife';
                     update public.products set stock = 0 where id = 'desk-lamp';
                     update public.earlier_carts set lines = lines || '[{\"product_id\": \"unicorn\", \"quantity\": 1}]'";
    case.sandbox.execute(meanwhile).await?;
    let wish = json!({ "id": only(&case).await?, "version": 1 });
    let restored = case.done(&case.account, "restore_earlier_cart", wish).await?;
    assert_eq!(restored["cart"], json!({ "version": 2, "lines": lines(&[("chef-knife", 1), ("teapot", 2)]) }));
    assert_eq!(
        restored["refused"],
        json!([
            { "product_id": "chef-knife", "reason": "over_limit", "allowed": 1 },
            { "product_id": "desk-lamp", "reason": "unavailable", "allowed": 0 },
            { "product_id": "unicorn", "reason": "unavailable", "allowed": 0 },
        ])
    );
    assert_eq!(case.earlier().await?, [], "an empty cart is not kept");
    Ok(())
}

#[tokio::test]
async fn after_thirty_days_nobody_sees_or_restores_it() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    case.claim("keep_account", &[]).await?;
    let id = only(&case).await?;
    case.sandbox.execute("update public.earlier_carts set expires_at = now() - interval '1 second'").await?;
    assert_eq!(case.earlier().await?, []);
    let wish = json!({ "id": id, "version": 1 });
    assert_eq!(case.refusal(&case.account, "restore_earlier_cart", wish).await?, "404 earlier_cart_not_found");
    assert_eq!(case.cart(&case.account).await?["lines"], json!([]));
    Ok(())
}

#[tokio::test]
async fn whoever_has_one_can_throw_it_away_and_export_it() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    case.claim("keep_account", &[]).await?;
    let exported = case.done(&case.account, "export_me", json!({})).await?;
    assert_eq!((&exported["earlier_carts"][0]["lines"], &exported["orders"]), (&lines(&GUESTS), &json!([])));
    let path = format!("/rest/v1/earlier_carts?id=eq.{}", only(&case).await?);
    let request = case.console.request(Method::DELETE, &path, Some(&case.account.access_token));
    assert_eq!(Console::send(request).await?.0, 204);
    assert_eq!(case.earlier().await?, []);
    Ok(())
}
