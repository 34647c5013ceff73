//! Requests at the same time. On the embedded engine they take turns; on a server they really meet.

use super::*;
use futures_util::future::{join, join_all, try_join_all};

/// How many at once.
const MANY: usize = 16;
/// How often two meet.
const ROUNDS: usize = 8;

const GUESTS: [(&str, u32); 2] = [("desk-lamp", 1), ("teapot", 2)];

fn count(answers: &[(u16, Value)], expected: &str) -> usize {
    answers.iter().filter(|answer| outcome(answer) == expected).count()
}

#[tokio::test]
async fn an_offer_counts_once_however_many_claim_it() -> Result<()> {
    let mut case = Case::new(&GUESTS, &[("enamel-mug", 3)]).await?;
    let wish = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
    let wishes: Vec<_> = (0..MANY).map(|_| with(&wish, "idempotency_key", json!(Uuid::new_v4()))).collect();
    let answers = try_join_all(wishes.iter().map(|wish| case.call(&case.account, "claim_offer", wish))).await?;
    assert_eq!((count(&answers, "200"), count(&answers, "409 offer_used")), (1, MANY - 1), "{answers:?}");
    assert_eq!(case.cart(&case.account).await?, json!({ "version": 2, "lines": lines(&GUESTS) }));
    assert_eq!(case.earlier().await?.len(), 1);

    case.renew(&GUESTS, &[("enamel-mug", 3)]).await?;
    let wish = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
    let answers = try_join_all((0..MANY).map(|_| case.call(&case.account, "claim_offer", &wish))).await?;
    assert_eq!(count(&answers, "200"), MANY, "{answers:?}");
    assert!(answers.iter().all(|(_, told)| *told == answers[0].1), "one claim, told sixteen times: {answers:?}");
    assert_eq!(case.cart(&case.account).await?["version"], 2);
    assert_eq!(case.earlier().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn of_several_accounts_one_gets_the_cart() -> Result<()> {
    let case = Case::new(&GUESTS, &[]).await?;
    let mut accounts = vec![case.account.clone()];
    for name in ["ben", "cleo", "dora"] {
        accounts.push(case.console.member(&format!("{name}@example.com")).await?);
    }
    let wish = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
    let answers = try_join_all(accounts.iter().map(|account| case.call(account, "claim_offer", &wish))).await?;
    assert_eq!((count(&answers, "200"), count(&answers, "409 offer_used")), (1, 3), "{answers:?}");
    for (account, answer) in accounts.iter().zip(&answers) {
        let expected = if answer.0 == 200 { lines(&GUESTS) } else { json!([]) };
        assert_eq!(case.cart(account).await?["lines"], expected);
    }
    Ok(())
}

#[tokio::test]
async fn one_key_for_two_offers_at_once_is_one_claim() -> Result<()> {
    let mut case = Case::new(&GUESTS, &[]).await?;
    for _ in 0..ROUNDS {
        case.renew(&GUESTS, &[]).await?;
        let first = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
        let second = case.done(&case.console.guest().await?, "offer_cart", json!({})).await?;
        let second = with(&with(&first, "token", second["token"].clone()), "guest_version", json!(0));
        let wishes = [first, second];
        let answers = try_join_all(wishes.iter().map(|wish| case.call(&case.account, "claim_offer", wish))).await?;
        assert_eq!((count(&answers, "200"), count(&answers, "409 key_reused")), (1, 1), "{answers:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_other_device_of_the_account_loses_nothing() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    let change = json!({ "lines": lines(&[("house-blend", 2)]), "device": "phone" });
    for _ in 0..ROUNDS {
        case.renew(&GUESTS, &[("enamel-mug", 3)]).await?;
        let wish = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
        let (claimed, changed) =
            join(case.call(&case.account, "claim_offer", &wish), case.call(&case.account, "set_cart_lines", &change))
                .await;
        assert_eq!(outcome(&changed?), "200");
        let expected = match outcome(&claimed?).as_str() {
            "200" => lines(&[("desk-lamp", 1), ("house-blend", 2), ("teapot", 2)]),
            "409 cart_stale" => lines(&[("enamel-mug", 3), ("house-blend", 2)]),
            other => anyhow::bail!("{other}"),
        };
        assert_eq!(case.cart(&case.account).await?["lines"], expected);
    }
    Ok(())
}

#[tokio::test]
async fn the_guests_other_window_loses_nothing() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    let change = json!({ "lines": lines(&[("house-blend", 2)]) });
    for _ in 0..ROUNDS {
        case.renew(&GUESTS, &[]).await?;
        let wish = case.wish(&case.offer().await?, "keep_guest", &GUESTS).await?;
        let (claimed, changed) =
            join(case.call(&case.account, "claim_offer", &wish), case.call(&case.guest, "set_cart_lines", &change))
                .await;
        let (guests, accounts) = match (outcome(&claimed?).as_str(), outcome(&changed?).as_str()) {
            ("200", "409 cart_claimed") => (json!([]), lines(&GUESTS)),
            ("409 cart_stale", "200") => (lines(&[("desk-lamp", 1), ("house-blend", 2), ("teapot", 2)]), json!([])),
            other => anyhow::bail!("{other:?}"),
        };
        assert_eq!(case.cart(&case.guest).await?["lines"], guests);
        assert_eq!(case.cart(&case.account).await?["lines"], accounts);
    }
    Ok(())
}

#[tokio::test]
async fn a_row_written_past_the_functions_is_not_lost_either() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    for _ in 0..ROUNDS {
        case.renew(&GUESTS, &[]).await?;
        let wish = case.wish(&case.offer().await?, "keep_account", &[]).await?;
        let row = json!({ "user_id": case.guest.id, "product_id": "house-blend", "quantity": 2 });
        let write =
            case.console.request(Method::POST, "/rest/v1/cart_lines", Some(&case.guest.access_token)).json(&row);
        let (claimed, written) = join(case.call(&case.account, "claim_offer", &wish), Console::send(write)).await;
        assert_eq!(outcome(&claimed?), "200", "such a row has no version");
        let expected = match outcome(&written?).as_str() {
            "201" => lines(&[("desk-lamp", 1), ("house-blend", 2), ("teapot", 2)]),
            "409 cart_claimed" => lines(&GUESTS),
            other => anyhow::bail!("{other}"),
        };
        assert_eq!(case.earlier().await?, [("guest".to_owned(), expected)]);
        assert_eq!(case.cart(&case.guest).await?["lines"], json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn undo_and_another_device_lose_nothing() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    let change = json!({ "lines": lines(&[("house-blend", 2)]), "device": "phone" });
    for _ in 0..ROUNDS {
        case.renew(&GUESTS, &[("enamel-mug", 3)]).await?;
        let undo = json!({ "claim_id": case.claim("keep_guest", &GUESTS).await? });
        let (undone, changed) =
            join(case.call(&case.account, "undo_claim", &undo), case.call(&case.account, "set_cart_lines", &change))
                .await;
        assert_eq!(outcome(&changed?), "200");
        let expected = if undone?.1["done"] == true {
            lines(&[("enamel-mug", 3), ("house-blend", 2)])
        } else {
            lines(&[("desk-lamp", 1), ("house-blend", 2), ("teapot", 2)])
        };
        assert_eq!(case.cart(&case.account).await?["lines"], expected);
    }
    Ok(())
}

#[tokio::test]
async fn undo_and_finish_happen_once_however_many_ask() -> Result<()> {
    let case = Case::new(&GUESTS, &[("enamel-mug", 3)]).await?;
    let claim = json!({ "claim_id": case.claim("merge", &GUESTS).await? });
    let asked = (0..MANY).map(|n| {
        let function = if n % 2 == 0 { "undo_claim" } else { "finish_claim" };
        case.call(&case.account, function, &claim)
    });
    let answers = try_join_all(asked).await?;
    assert_eq!(count(&answers, "200"), 1, "{answers:?}");
    assert_eq!(count(&answers, "204"), MANY / 2, "{answers:?}");
    assert_eq!(count(&answers, "409 already_undone"), MANY / 2 - 1, "{answers:?}");
    assert_eq!(case.cart(&case.account).await?, json!({ "version": 3, "lines": lines(&[("enamel-mug", 3)]) }));
    assert_eq!(case.earlier().await?, [("guest".to_owned(), lines(&GUESTS))]);
    assert_eq!(case.console.users().await?.len(), 1);
    Ok(())
}

/// Everything at once, and nobody waits in a circle: PostgreSQL would end one of them with a status of 500.
#[tokio::test]
async fn nobody_waits_in_a_circle() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    let (first, second) = (case.account.clone(), case.console.member("ben@example.com").await?);
    for _ in 0..ROUNDS {
        let mut calls = Vec::new();
        for n in 0..4 {
            case.guest = case.console.guest().await?;
            case.account = if n % 2 == 0 { first.clone() } else { second.clone() };
            case.fill(&case.guest, &GUESTS).await?;
            let wish = case.wish(&case.offer().await?, "merge", &GUESTS).await?;
            calls.push((case.account.clone(), "claim_offer", wish));
            let change = json!({ "lines": lines(&[("house-blend", n + 1), ("enamel-mug", n)]) });
            calls.push((case.guest.clone(), "set_cart_lines", change.clone()));
            calls.push((case.account.clone(), "set_cart_lines", change));
            let order = json!({ "cart_version": 1, "total_minor": 1, "idempotency_key": Uuid::new_v4() });
            calls.push((case.account.clone(), "place_order", order));
            if n == 3 {
                calls.push((case.guest.clone(), "forget_me", json!({})));
            }
        }
        let answers = join_all(calls.iter().map(|(who, function, body)| case.call(who, function, body))).await;
        for answer in answers {
            let answer = answer?;
            assert!(answer.0 < 500, "{answer:?}");
        }
    }
    Ok(())
}
