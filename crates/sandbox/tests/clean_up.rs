//! `public.clean_up_guests()`: which guests go, and that no member ever does.

use anyhow::{Result, ensure};
use carryover_sandbox::{Clock, Options};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// Days in seconds.
const DAY: i64 = 24 * 60 * 60;

/// Calls the function as the service role.
async fn clean_up(console: &Console, arguments: Value) -> Result<(u16, Value)> {
    let path = "/rest/v1/rpc/clean_up_guests";
    Console::send(console.request(Method::POST, path, Some(&console.service_role_key)).json(&arguments)).await
}

/// By the time that the sandbox has once `days` have passed.
fn in_days(days: i64) -> Value {
    let now = carryover_sandbox::Clock::default().now_seconds() + days * DAY;
    json!({ "as_of": jiff::Timestamp::from_second(now).expect("a time of this century").to_string() })
}

async fn put_line(console: &Console, person: &Person) -> Result<()> {
    let lines = json!({ "lines": [{ "product_id": "gooseneck-kettle", "quantity": 2 }] });
    let request = console.request(Method::POST, "/rest/v1/rpc/set_cart_lines", Some(&person.access_token)).json(&lines);
    let (status, body) = Console::send(request).await?;
    ensure!(status == 200, "{status} {body}");
    Ok(())
}

async fn ids(console: &Console) -> Result<Vec<String>> {
    Ok(console.users().await?.iter().filter_map(|user| user["id"].as_str().map(str::to_owned)).collect())
}

#[tokio::test]
async fn old_guests_go_with_their_carts_and_members_stay() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (guest, member) = (console.guest().await?, console.member("member@example.com").await?);
    put_line(&console, &guest).await?;
    put_line(&console, &member).await?;
    let nothing = json!({ "guests": 0, "carts": 0, "cart_lines": 0, "more": false });
    assert_eq!(clean_up(&console, in_days(29)).await?, (200, nothing.clone()));
    let one = json!({ "guests": 1, "carts": 1, "cart_lines": 1, "more": false });
    assert_eq!(clean_up(&console, in_days(31)).await?, (200, one));
    assert_eq!(clean_up(&console, in_days(31)).await?, (200, nothing), "again");
    assert_eq!(ids(&console).await?, [member.id.as_str()]);
    assert_eq!(console.rows("carts?select=user_id").await?, [json!({ "user_id": member.id })]);
    Ok(())
}

#[tokio::test]
async fn whoever_came_back_stays_when_the_last_use_counts() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (gone, back) = (console.guest().await?, console.guest().await?);
    // Both were made 40 days ago; one changes the cart today.
    for guest in [&gone, &back] {
        put_line(&console, guest).await?;
    }
    let by_last_use = |days: i64, as_of: i64| {
        let mut arguments = in_days(as_of);
        arguments["counted_from"] = "last_use".into();
        arguments["older_than"] = format!("{days} days").into();
        arguments
    };
    let path = format!("/rest/v1/carts?user_id=eq.{}", back.id);
    let later = json!({ "updated_at": in_days(40)["as_of"] });
    let changed = console.request(Method::PATCH, &path, Some(&console.service_role_key)).json(&later);
    ensure!(Console::send(changed).await?.0 < 300);
    let (_, removed) = clean_up(&console, by_last_use(30, 45)).await?;
    assert_eq!(removed["guests"], 1);
    assert_eq!(ids(&console).await?, [back.id.as_str()]);
    let (_, removed) = clean_up(&console, by_last_use(30, 71)).await?;
    assert_eq!(removed["guests"], 1, "in the end they too");
    Ok(())
}

#[tokio::test]
async fn no_call_takes_more_than_a_batch_and_each_says_whether_there_is_more() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    for _ in 0..5 {
        console.guest().await?;
    }
    let mut batch = in_days(31);
    batch["batch"] = 2.into();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (_, removed) = clean_up(&console, batch.clone()).await?;
        seen.push((removed["guests"].as_u64(), removed["more"].as_bool()));
    }
    let expected = [(2, true), (2, true), (1, false), (0, false)].map(|(n, more)| (Some(n), Some(more)));
    assert_eq!(seen, expected);
    Ok(())
}

#[tokio::test]
async fn only_the_service_role_calls_it_and_odd_wishes_are_refused() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (guest, member) = (console.guest().await?, console.member("member@example.com").await?);
    for (token, status) in [(None, 401), (Some(&guest.access_token), 403), (Some(&member.access_token), 403)] {
        let path = "/rest/v1/rpc/clean_up_guests";
        let request = console.request(Method::POST, path, token.map(String::as_str)).json(&json!({}));
        let (found, body) = Console::send(request).await?;
        assert_eq!((found, &body["code"]), (status, &json!("42501")));
    }
    for wish in [
        json!({ "batch": 0 }),
        json!({ "batch": 10_001 }),
        json!({ "counted_from": "birth" }),
        json!({ "older_than": "59 minutes" }),
        json!({ "older_than": "-30 days" }),
    ] {
        let (status, body) = clean_up(&console, wish.clone()).await?;
        assert_eq!((status, &body["code"]), (400, &json!("22023")), "{wish}");
    }
    assert_eq!(ids(&console).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_looks_by_its_own_clock_when_it_starts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let in_folder = |clock: Clock| Options {
        data: carryover_sandbox::DataLocation::Directory(folder.path().join("data")),
        clock,
        ..Options::default()
    };
    let (sandbox, console) = carryover_testkit::sandbox(in_folder(Clock::default())).await?;
    console.guest().await?;
    let member = console.member("member@example.com").await?;
    sandbox.shutdown().await;
    let a_month_later = Clock::default();
    a_month_later.advance(31 * DAY);
    let (_sandbox, console) = carryover_testkit::sandbox(in_folder(a_month_later)).await?;
    let mut left = ids(&console).await?;
    for _ in 0..100 {
        if left.len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        left = ids(&console).await?;
    }
    assert_eq!(left, [member.id.as_str()]);
    Ok(())
}
