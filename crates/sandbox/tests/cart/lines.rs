//! Lines: of two changes the later one counts, whichever arrives first.

use anyhow::Result;
use carryover_sandbox::Options;
use serde_json::json;

use crate::{call, change, quantity, send};

#[tokio::test]
async fn a_devices_changes_count_in_its_own_order() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let guest = console.guest().await?;
    send(&console, &guest, "phone", &[change("teapot", 2, 7, 0)]).await?;
    // Held back by the network, it arrives after the newer one.
    let cart = send(&console, &guest, "phone", &[change("teapot", 4, 6, 0)]).await?;
    assert_eq!(quantity(&cart, "teapot")?, 2);
    // The same once more, as after a lost answer.
    let again = send(&console, &guest, "phone", &[change("teapot", 2, 7, 0)]).await?;
    assert_eq!((quantity(&again, "teapot")?, &again["version"]), (2, &cart["version"]), "nothing happened twice");
    let newer = send(&console, &guest, "phone", &[change("teapot", 1, 8, 60_000)]).await?;
    assert_eq!(quantity(&newer, "teapot")?, 1, "whatever the device's clock said");
    Ok(())
}

#[tokio::test]
async fn of_two_devices_the_later_change_counts() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let member = console.member("ana@example.com").await?;
    send(&console, &member, "phone", &[change("teapot", 2, 1, 5_000)]).await?;
    // Made a minute ago on a train, sent now.
    let cart =
        send(&console, &member, "laptop", &[change("teapot", 4, 90, 60_000), change("desk-lamp", 1, 91, 60_000)])
            .await?;
    assert_eq!((quantity(&cart, "teapot")?, quantity(&cart, "desk-lamp")?), (2, 1), "line by line");
    assert_eq!(cart["refused"], json!([]), "overridden is not refused");
    let cart = send(&console, &member, "laptop", &[change("teapot", 3, 92, 0)]).await?;
    assert_eq!(quantity(&cart, "teapot")?, 3);
    Ok(())
}

#[tokio::test]
async fn what_was_taken_out_does_not_come_back_by_an_older_change() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let member = console.member("ana@example.com").await?;
    send(&console, &member, "phone", &[change("teapot", 2, 1, 90_000)]).await?;
    let cart = send(&console, &member, "phone", &[change("teapot", 0, 2, 0)]).await?;
    assert_eq!(cart["lines"], json!([]));
    let cart = send(&console, &member, "laptop", &[change("teapot", 4, 1, 60_000)]).await?;
    assert_eq!(cart["lines"], json!([]), "the laptop's change is older");
    let (_, read) = call(&console, &member, "get_cart", json!({})).await?;
    assert_eq!(read["lines"], json!([]));
    let cart = send(&console, &member, "laptop", &[change("teapot", 4, 2, 0)]).await?;
    assert_eq!(quantity(&cart, "teapot")?, 4, "a newer one brings it back");
    Ok(())
}

#[tokio::test]
async fn a_line_is_refused_only_when_it_asks_for_more_than_there_is() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let guest = console.guest().await?;
    // Four teapots an order; the clock is sold out; nobody ever heard of the last.
    let lines = [
        change("teapot", 9, 1, 0),
        change("desk-clock", 1, 2, 0),
        change("unicorn", 1, 3, 0),
        change("unicorn", 0, 4, 0),
    ];
    let cart = send(&console, &guest, "phone", &lines).await?;
    assert_eq!(
        cart["refused"],
        json!([
            { "product_id": "teapot", "reason": "over_limit", "allowed": 4 },
            { "product_id": "desk-clock", "reason": "unavailable", "allowed": 0 },
            { "product_id": "unicorn", "reason": "unavailable", "allowed": 0 },
        ])
    );
    assert_eq!(cart["lines"], json!([{ "product_id": "teapot", "quantity": 4 }]));
    Ok(())
}

#[tokio::test]
async fn lines_that_are_none_are_refused_as_a_whole() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let guest = console.guest().await?;
    for line in [
        change("teapot", 1, 1, -1),
        json!({ "product_id": "teapot" }),
        json!({ "product_id": "teapot", "quantity": -1 }),
    ] {
        let lines = json!({ "lines": [change("desk-lamp", 1, 1, 0), line] });
        let (status, body) = call(&console, &guest, "set_cart_lines", lines).await?;
        assert_eq!((status, &body["code"]), (400, &json!("22023")), "{body}");
    }
    let (_, cart) = call(&console, &guest, "get_cart", json!({})).await?;
    assert_eq!(cart["lines"], json!([]), "nothing of it happened");
    Ok(())
}
