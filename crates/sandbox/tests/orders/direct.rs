//! Rows written past `place_order`: the policies and the trigger decide, not the client.

use super::*;

/// An order of the member's own, by hand.
async fn order(case: &Case) -> Result<String> {
    let row = json!({ "user_id": case.member.id, "currency": "EUR", "idempotency_key": Uuid::new_v4() });
    let answer = case.post(&case.member, "orders", &row).await?;
    ensure!(answer.0 == 201, "{answer:?}");
    let rows = case.console.rows("orders?select=id").await?;
    Ok(rows[0]["id"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_line_that_lies_is_put_right() -> Result<()> {
    let case = Case::new().await?;
    let id = order(&case).await?;
    let lie = json!({ "order_id": id, "product_id": "teapot", "quantity": 2, "name": "Tin pot", "price_minor": 1,
        "currency": "EUR" });
    assert_eq!(case.post(&case.member, "order_lines", &lie).await?.0, 201);
    let plain = json!({ "order_id": id, "product_id": "desk-lamp", "quantity": 1 });
    assert_eq!(case.post(&case.member, "order_lines", &plain).await?.0, 201);
    let orders = case.call(&case.member, "get_orders", &json!({})).await?.1;
    assert_eq!(orders[0]["total_minor"], 2 * 3600 + 7200);
    assert_eq!(
        (&orders[0]["lines"][1]["name"], &orders[0]["lines"][1]["price_minor"]),
        (&json!("Round teapot"), &json!(3600))
    );
    assert_eq!((case.stock("teapot").await?, case.stock("desk-lamp").await?), (json!(20), json!(11)));
    Ok(())
}

#[tokio::test]
async fn a_line_that_can_not_be_had_is_refused() -> Result<()> {
    let case = Case::new().await?;
    let id = order(&case).await?;
    case.sandbox.execute("update public.products set currency = 'USD' where id = 'desk-lamp'").await?;
    for (product, quantity, expected) in [
        (json!("teapot"), json!(0), "422 invalid_line"),
        (json!("teapot"), json!(-2), "422 invalid_line"),
        (json!("teapot"), Value::Null, "422 invalid_line"),
        (json!("teapot"), json!(1.5), "400 22P02"),
        (json!("teapot"), json!(5), "409 over_limit"),
        (json!("desk-clock"), json!(1), "409 out_of_stock"),
        (json!("desk-lamp"), json!(1), "409 mixed_currencies"),
        (json!("unicorn"), json!(1), "422 unknown_product"),
        (Value::Null, json!(1), "422 unknown_product"),
    ] {
        let line = json!({ "order_id": id, "product_id": product, "quantity": quantity });
        let answer = case.post(&case.member, "order_lines", &line).await?;
        assert_eq!(outcome(&answer), expected, "{line}");
    }
    assert_eq!((case.count().await?, case.stock("teapot").await?), ((1, 0), json!(22)));
    Ok(())
}

#[tokio::test]
async fn nobody_writes_into_another_order_or_changes_one() -> Result<()> {
    let case = Case::new().await?;
    let (guest, other) = (case.console.guest().await?, case.console.member("ben@example.com").await?);
    let id = order(&case).await?;
    let line = |order: &str| json!({ "order_id": order, "product_id": "teapot", "quantity": 1 });
    for person in [&guest, &other] {
        assert_eq!(outcome(&case.post(person, "order_lines", &line(&id)).await?), "403 42501");
        let nowhere = line("11111111-1111-4111-8111-111111111111");
        assert_eq!(outcome(&case.post(person, "order_lines", &nowhere).await?), "403 42501", "and it tells as much");
        let foreign = json!({ "user_id": case.member.id, "currency": "EUR", "idempotency_key": Uuid::new_v4() });
        assert_eq!(outcome(&case.post(person, "orders", &foreign).await?), "403 42501");
    }
    // Even an order that a guest has, by whatever way, gets no line from the guest.
    let guests =
        json!({ "id": Uuid::new_v4(), "user_id": guest.id, "currency": "EUR", "idempotency_key": Uuid::new_v4() });
    case.console.put_rows("orders", &guests).await?;
    let answer = case.post(&guest, "order_lines", &line(guests["id"].as_str().unwrap_or_default())).await?;
    assert_eq!(outcome(&answer), "403 42501");

    let row = json!({ "user_id": case.member.id, "currency": "EUR", "idempotency_key": Uuid::new_v4() });
    for (column, value) in
        [("total_minor", json!(0)), ("placed_at", json!("2020-01-01")), ("id", json!(Uuid::new_v4()))]
    {
        let mut row = row.clone();
        row[column] = value;
        assert_eq!(outcome(&case.post(&case.member, "orders", &row).await?), "403 42501", "{column}");
    }
    for (table, filter) in [("orders", format!("id=eq.{id}")), ("order_lines", format!("order_id=eq.{id}"))] {
        let path = format!("/rest/v1/{table}?{filter}");
        let token = Some(case.member.access_token.as_str());
        let change = case.console.request(Method::PATCH, &path, token).json(&json!({ "currency": "USD" }));
        assert_eq!(outcome(&Console::send(change).await?), "403 42501", "{table}");
        let delete = case.console.request(Method::DELETE, &path, token);
        assert_eq!(outcome(&Console::send(delete).await?), "403 42501", "{table}");
    }
    assert_eq!((case.count().await?, case.stock("teapot").await?), ((2, 0), json!(22)));
    Ok(())
}
