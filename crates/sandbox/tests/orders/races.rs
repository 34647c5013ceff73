//! Buyers at the same time. On the embedded engine they take turns; on a server they really meet.

use super::*;
use futures_util::future::try_join_all;

fn count(answers: &[(u16, Value)], expected: &str) -> usize {
    answers.iter().filter(|answer| outcome(answer) == expected).count()
}

/// Members with a cart each.
async fn buyers(case: &Case, carts: &[&[(&str, u32)]]) -> Result<Vec<Person>> {
    let mut buyers = Vec::new();
    for (number, cart) in carts.iter().enumerate() {
        let buyer = case.console.member(&format!("buyer{number}@example.com")).await?;
        case.fill(&buyer, cart).await?;
        buyers.push(buyer);
    }
    Ok(buyers)
}

#[tokio::test]
async fn the_last_piece_is_sold_once() -> Result<()> {
    let case = Case::new().await?;
    let cart = [("chef-knife", 1), ("teapot", 1)];
    let buyers = buyers(&case, &[cart.as_slice(); 6]).await?;
    case.sandbox.execute("update public.products set stock = 1 where id = 'chef-knife'").await?;
    let wish = wish(1, 8900 + 3600);
    let answers = try_join_all(buyers.iter().map(|buyer| case.place(buyer, &wish))).await?;
    assert_eq!((count(&answers, "200"), count(&answers, "409 out_of_stock")), (1, 5), "{answers:?}");
    assert_eq!((case.stock("chef-knife").await?, case.stock("teapot").await?), (json!(0), json!(21)));
    assert_eq!(case.count().await?, (1, 2));
    for (buyer, answer) in buyers.iter().zip(&answers) {
        let lines = case.call(buyer, "get_cart", &json!({})).await?.1["lines"].as_array().map_or(0, Vec::len);
        assert_eq!(lines, if answer.0 == 200 { 0 } else { 2 }, "who got nothing keeps the cart");
    }
    Ok(())
}

#[tokio::test]
async fn buyers_of_the_same_products_take_turns() -> Result<()> {
    let case = Case::new().await?;
    // Put into the carts in opposite order.
    let (one, other) = ([("enamel-mug", 1), ("teapot", 1)], [("teapot", 1), ("enamel-mug", 1)]);
    let buyers = buyers(&case, &[&one, &other, &one, &other, &one, &other]).await?;
    let wish = wish(1, 1250 + 3600);
    let answers = try_join_all(buyers.iter().map(|buyer| case.place(buyer, &wish))).await?;
    assert_eq!(count(&answers, "200"), 6, "{answers:?}");
    assert_eq!((case.stock("enamel-mug").await?, case.stock("teapot").await?), (json!(114), json!(16)));
    Ok(())
}

#[tokio::test]
async fn an_order_is_placed_once_however_often_it_is_said() -> Result<()> {
    let case = Case::new().await?;
    case.fill(&case.member, &[("teapot", 1)]).await?;
    let same = wish(1, 3600);
    let answers = try_join_all((0..8).map(|_| case.place(&case.member, &same))).await?;
    assert_eq!(count(&answers, "200"), 8, "{answers:?}");
    assert!(answers.iter().all(|(_, order)| *order == answers[0].1), "{answers:?}");

    case.fill(&case.member, &[("teapot", 1)]).await?;
    let others: Vec<_> = (0..8).map(|_| wish(3, 3600)).collect();
    let answers = try_join_all(others.iter().map(|wish| case.place(&case.member, wish))).await?;
    assert_eq!((count(&answers, "200"), count(&answers, "422 cart_empty")), (1, 7), "under other keys: {answers:?}");
    assert_eq!((case.count().await?, case.stock("teapot").await?), ((2, 2), json!(20)));
    Ok(())
}
