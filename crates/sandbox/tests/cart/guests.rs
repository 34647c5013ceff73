//! Guests: one for each client, however many answers are lost; gone when they say so.

use anyhow::Result;
use carryover_sandbox::Options;
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{call, change, send};

/// An anonymous sign-up that says which try it is.
async fn sign_up(console: &Console, id: &str, number: u32) -> Result<(u16, Value)> {
    let body = json!({ "data": { "attempt": { "id": id, "number": number } } });
    Console::send(console.request(Method::POST, "/auth/v1/signup", None).json(&body)).await
}

async fn ids(console: &Console) -> Result<Vec<String>> {
    Ok(console.users().await?.iter().filter_map(|user| user["id"].as_str().map(str::to_owned)).collect())
}

const ATTEMPT: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_guest_whom_nobody_heard_of_gives_way_to_the_next_try() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let other = console.guest().await?;
    let (_, lost) = sign_up(&console, ATTEMPT, 1).await?;
    let (status, heard) = sign_up(&console, ATTEMPT, 2).await?;
    assert_eq!(status, 200, "{heard}");
    let heard = Person::from_answer(&heard)?;
    assert_eq!(ids(&console).await?, [heard.id.clone(), other.id.clone()], "nobody else is touched");
    let (status, _) = call(&console, &Person::from_answer(&lost)?, "get_cart", json!({})).await?;
    assert_eq!(status, 200, "a token outlives its user, with an empty cart");
    // The first try was only slow: its guest must not take the place of the one who is in use.
    let (status, late) = sign_up(&console, ATTEMPT, 1).await?;
    assert_eq!(status, 500, "{late}");
    assert_eq!(ids(&console).await?, [heard.id, other.id]);
    Ok(())
}

#[tokio::test]
async fn a_guest_with_a_cart_never_gives_way() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (_, first) = sign_up(&console, ATTEMPT, 1).await?;
    let first = Person::from_answer(&first)?;
    send(&console, &first, "phone", &[change("teapot", 1, 1, 0)]).await?;
    let (status, second) = sign_up(&console, ATTEMPT, 2).await?;
    assert_eq!(status, 200);
    assert_eq!(ids(&console).await?, [Person::from_answer(&second)?.id, first.id]);
    Ok(())
}

#[tokio::test]
async fn what_is_no_attempt_makes_a_guest_like_any_other() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let oddities = [
        json!("x"),
        json!({}),
        json!({ "id": "short", "number": 1 }),
        json!({ "id": ATTEMPT, "number": "1" }),
        json!({ "id": ATTEMPT, "number": -1 }),
        json!(null),
    ];
    for (made, attempt) in oddities.into_iter().enumerate() {
        for _ in 0..2 {
            let request = console.request(Method::POST, "/auth/v1/signup", None);
            let (status, body) = Console::send(request.json(&json!({ "data": { "attempt": attempt } }))).await?;
            assert_eq!(status, 200, "{attempt}: {body}");
        }
        assert_eq!(ids(&console).await?.len(), 2 * (made + 1), "{attempt}");
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_is_forgotten_at_a_word_and_a_member_is_not() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (guest, member) = (console.guest().await?, console.member("ana@example.com").await?);
    for person in [&guest, &member] {
        send(&console, person, "phone", &[change("teapot", 1, 1, 0)]).await?;
    }
    for _ in 0..2 {
        let (status, body) = call(&console, &guest, "forget_me", json!({})).await?;
        assert_eq!((status, body), (204, Value::Null), "saying it twice is no error");
    }
    let (status, refused) = call(&console, &member, "forget_me", json!({})).await?;
    assert_eq!((status, &refused["code"]), (403, &json!("42501")));
    let nobody = console.request(Method::POST, "/rest/v1/rpc/forget_me", None).json(&json!({}));
    assert_eq!(Console::send(nobody).await?.0, 401);
    assert_eq!(ids(&console).await?, [member.id.as_str()]);
    assert_eq!(console.rows("cart_lines?select=user_id").await?, [json!({ "user_id": member.id })]);
    Ok(())
}

#[tokio::test]
async fn everybody_gets_their_own_data_and_nobody_elses() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (guest, member) = (console.guest().await?, console.member("ana@example.com").await?);
    send(&console, &member, "phone", &[change("teapot", 1, 1, 0)]).await?;
    let review = json!({ "product_id": "teapot", "author_id": member.id, "stars": 5, "body": "Pours well." });
    let posted = console.request(Method::POST, "/rest/v1/reviews", Some(&member.access_token)).json(&review);
    assert_eq!(Console::send(posted).await?.0, 201);
    let (_, of_member) = call(&console, &member, "export_me", json!({})).await?;
    assert_eq!(of_member["cart"]["lines"], json!([{ "product_id": "teapot", "quantity": 1 }]));
    assert_eq!(of_member["reviews"][0]["body"], "Pours well.");
    let (_, of_guest) = call(&console, &guest, "export_me", json!({})).await?;
    assert_eq!((&of_guest["cart"]["lines"], &of_guest["reviews"]), (&json!([]), &json!([])));
    Ok(())
}
