//! The lines of a claim: what is no cart that this shop can give is refused as a whole.

use super::*;

#[tokio::test]
async fn lines_that_are_none_are_refused() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[("enamel-mug", 3)]).await?;
    let wish = case.wish(&case.offer().await?, "merge", &[]).await?;
    let line = |quantity: Value| json!([{ "product_id": "teapot", "quantity": quantity }]);
    let endless: Value = (0..10_001).map(|n| json!({ "product_id": n.to_string(), "quantity": 1 })).collect();
    for bad in [
        Value::Null,
        json!({}),
        json!("teapot"),
        json!(7),
        json!([null]),
        json!(["teapot"]),
        json!([[]]),
        json!([{}]),
        json!([{ "product_id": "teapot" }]),
        json!([{ "quantity": 1 }]),
        json!([{ "product_id": null, "quantity": 1 }]),
        json!([{ "product_id": 7, "quantity": 1 }]),
        line(json!(0)),
        line(json!(-1)),
        line(json!(1.5)),
        line(json!(1e30)),
        line(json!(u64::MAX)),
        line(json!("1")),
        line(json!(true)),
        line(Value::Null),
        json!([{ "product_id": "teapot", "quantity": 1 }, { "product_id": "teapot", "quantity": 1 }]),
        json!([{ "product_id": "enamel-mug", "quantity": 1 }, { "product_id": "teapot", "quantity": 0 }]),
        endless,
    ] {
        let found = case.refusal(&case.account, "claim_offer", with(&wish, "lines", bad.clone())).await?;
        assert_eq!(found, "422 invalid_line", "{:.80}", bad.to_string());
    }
    nothing_happened(&case).await
}

#[tokio::test]
async fn products_and_quantities_are_todays() -> Result<()> {
    let case = Case::new(&[("teapot", 2)], &[("enamel-mug", 3)]).await?;
    case.sandbox.execute("update public.products set stock = 1 where id = 'chef-knife'").await?;
    let wish = case.wish(&case.offer().await?, "merge", &[]).await?;
    for (bad, expected, detail) in [
        (("unicorn", 1), "422 unknown_product", "unicorn"),
        (("", 1), "422 unknown_product", ""),
        (("teapot' or true --", 1), "422 unknown_product", "teapot' or true --"),
        // Four an order.
        (("teapot", 5), "422 over_limit", "teapot"),
        (("teapot", 999_999_999), "422 over_limit", "teapot"),
        // Two an order, one left.
        (("chef-knife", 2), "422 over_limit", "chef-knife"),
        // Sold out.
        (("desk-clock", 1), "422 over_limit", "desk-clock"),
    ] {
        let wish = with(&wish, "lines", lines(&[("house-blend", 1), bad]));
        let answer = case.call(&case.account, "claim_offer", &wish).await?;
        assert_eq!((outcome(&answer).as_str(), &answer.1["details"]), (expected, &json!(detail)), "{bad:?}");
    }
    nothing_happened(&case).await?;
    let most = [("chef-knife", 1), ("teapot", 4)];
    let told = case.done(&case.account, "claim_offer", with(&wish, "lines", lines(&most))).await?;
    assert_eq!(told["cart"]["lines"], lines(&most));
    Ok(())
}

async fn nothing_happened(case: &Case) -> Result<()> {
    assert_eq!(case.cart(&case.guest).await?, json!({ "version": 1, "lines": lines(&[("teapot", 2)]) }));
    assert_eq!(case.cart(&case.account).await?, json!({ "version": 1, "lines": lines(&[("enamel-mug", 3)]) }));
    Ok(())
}
