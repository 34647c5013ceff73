//! Check-out: an order from the cart, as it was seen.

use super::*;

#[tokio::test]
async fn an_order_takes_the_cart_the_stock_and_todays_prices() -> Result<()> {
    let case = Case::new().await?;
    case.fill(&case.member, &[("teapot", 2), ("chef-knife", 1), ("enamel-mug", 1)]).await?;
    case.fill(&case.member, &[("enamel-mug", 0)]).await?;
    let wish = wish(2, 2 * 3600 + 8900);
    let placed = case.place(&case.member, &wish).await?;
    assert_eq!(placed.0, 200, "{placed:?}");
    let order = &placed.1;
    assert_eq!((&order["currency"], &order["total_minor"]), (&json!("EUR"), &json!(16_100)));
    assert_eq!(
        order["lines"],
        json!([
            { "product_id": "chef-knife", "name": "Chef's knife", "quantity": 1, "price_minor": 8900, "currency": "EUR" },
            { "product_id": "teapot", "name": "Round teapot", "quantity": 2, "price_minor": 3600, "currency": "EUR" },
        ])
    );
    assert!(order["id"].is_string() && order["placed_at"].is_string(), "{order}");
    let empty = json!({ "version": 3, "lines": [] });
    assert_eq!(case.call(&case.member, "get_cart", &json!({})).await?.1, empty);
    assert_eq!((case.stock("teapot").await?, case.stock("chef-knife").await?), (json!(20), json!(2)));

    // Its answer was lost: the same again, even with other goods in the cart by now.
    case.fill(&case.member, &[("house-blend", 1)]).await?;
    assert_eq!(case.place(&case.member, &wish).await?, placed);
    assert_eq!(case.count().await?, (1, 2));
    assert_eq!(case.stock("teapot").await?, 20);
    let later = case.place(&case.member, &super::wish(4, 980)).await?;
    assert_eq!(later.0, 200, "{later:?}");

    let history = case.call(&case.member, "get_orders", &json!({})).await?.1;
    assert_eq!(history, json!([later.1, placed.1]), "the newest first");
    let one = case.call(&case.member, "get_orders", &json!({ "id": placed.1["id"] })).await?.1;
    assert_eq!(one, json!([placed.1]));
    assert_eq!(case.call(&case.member, "export_me", &json!({})).await?.1["orders"], history);
    // The price of an order is the price of its day.
    case.sandbox.execute("update public.products set price_minor = 1, name = 'Pot' where id = 'teapot'").await?;
    assert_eq!(case.call(&case.member, "get_orders", &json!({})).await?.1, history);
    Ok(())
}

#[tokio::test]
async fn what_was_not_seen_is_not_bought() -> Result<()> {
    let case = Case::new().await?;
    assert_eq!(outcome(&case.place(&case.member, &wish(0, 0)).await?), "422 cart_empty", "no cart yet");
    case.fill(&case.member, &[("teapot", 2), ("desk-lamp", 1)]).await?;
    let total = 2 * 3600 + 7200;
    for (bad, expected) in [
        (wish(0, total), "409 cart_stale"),
        (wish(2, total), "409 cart_stale"),
        (json!({ "cart_version": null, "total_minor": total, "idempotency_key": Uuid::new_v4() }), "409 cart_stale"),
        (wish(1, total - 1), "409 price_changed"),
        (json!({ "cart_version": 1, "total_minor": null, "idempotency_key": Uuid::new_v4() }), "409 price_changed"),
        (json!({ "cart_version": 1, "total_minor": -1, "idempotency_key": Uuid::new_v4() }), "409 price_changed"),
        (json!({ "cart_version": 1, "total_minor": total, "idempotency_key": null }), "400 23502"),
    ] {
        assert_eq!(outcome(&case.place(&case.member, &bad).await?), expected, "{bad}");
    }
    for (meanwhile, expected, product) in [
        ("update public.products set stock = 0 where id = 'desk-lamp'", "409 out_of_stock", json!("desk-lamp")),
        ("update public.products set stock = 9, max_per_order = 1", "409 over_limit", json!("teapot")),
        (
            "update public.products set max_per_order = 9; update public.products set currency = 'USD' where id = 'teapot'",
            "409 mixed_currencies",
            json!("teapot"),
        ),
        (
            "update public.products set currency = 'EUR'; update public.products set price_minor = 1 where id = 'teapot'",
            "409 price_changed",
            Value::Null,
        ),
    ] {
        case.sandbox.execute(meanwhile).await?;
        let answer = case.place(&case.member, &wish(1, total)).await?;
        assert_eq!((outcome(&answer).as_str(), &answer.1["details"]), (expected, &product), "{meanwhile}");
    }
    assert_eq!(case.count().await?, (0, 0), "nothing of it happened");
    assert_eq!((case.stock("teapot").await?, case.stock("desk-lamp").await?), (json!(9), json!(9)));
    let cart = case.call(&case.member, "get_cart", &json!({})).await?.1;
    assert_eq!(cart["version"], 1);
    assert_eq!(case.place(&case.member, &wish(1, 7202)).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn a_guest_is_refused_by_postgresql_and_the_same_passes_after_the_upgrade() -> Result<()> {
    let case = Case::new().await?;
    let guest = case.console.guest().await?;
    let refusal =
        "new row violates row-level security policy \"Only permanent users can place orders\" for table \"orders\"";
    for filled in [false, true] {
        if filled {
            case.fill(&guest, &[("teapot", 1)]).await?;
        }
        let (status, body) = case.place(&guest, &wish(1, 3600)).await?;
        assert_eq!((status, &body["code"], &body["message"]), (403, &json!("42501"), &json!(refusal)));
    }
    let nobody = Person { access_token: case.console.publishable_key.clone(), ..guest.clone() };
    assert_eq!(outcome(&case.place(&nobody, &wish(1, 3600)).await?), "401 42501");
    assert_eq!(case.stock("teapot").await?, 22);
    let wish = wish(1, 3600);
    let member = case.console.upgrade(&guest, "ben@example.com").await?;
    assert_eq!(outcome(&case.place(&guest, &wish).await?), "403 42501", "the old token still says guest");
    let placed = case.place(&member, &wish).await?;
    assert_eq!(placed.0, 200, "{placed:?}");
    Ok(())
}

#[tokio::test]
async fn a_key_is_its_owners() -> Result<()> {
    let case = Case::new().await?;
    let other = case.console.member("ben@example.com").await?;
    for person in [&case.member, &other] {
        case.fill(person, &[("teapot", 1)]).await?;
    }
    let wish = wish(1, 3600);
    let first = case.place(&case.member, &wish).await?.1;
    let second = case.place(&other, &wish).await?.1;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(case.call(&other, "get_orders", &json!({ "id": first["id"] })).await?.1, json!([]));
    assert_eq!(case.stock("teapot").await?, 20);
    Ok(())
}
