//! Undo: both carts as they were, and nothing lost by it.

use super::*;

const GUESTS: [(&str, u32); 2] = [("desk-lamp", 1), ("teapot", 2)];
const ACCOUNTS: [(&str, u32); 2] = [("enamel-mug", 3), ("teapot", 1)];

fn kept(origin: &str, wished: &[(&str, u32)]) -> (String, Value) {
    (origin.to_owned(), lines(wished))
}

#[tokio::test]
async fn undo_brings_both_carts_back() -> Result<()> {
    let mut case = Case::new(&[], &[]).await?;
    for (answer, result, finish) in [
        ("keep_account", ACCOUNTS.as_slice(), true),
        ("keep_guest", &GUESTS, false),
        ("keep_guest", &GUESTS, true),
        ("merge", &[("desk-lamp", 1), ("enamel-mug", 3), ("teapot", 3)], true),
        ("merge", &[], true),
    ] {
        case.renew(&GUESTS, &ACCOUNTS).await?;
        let claim = json!({ "claim_id": case.claim(answer, result).await? });
        if finish {
            case.done(&case.account, "finish_claim", claim.clone()).await?;
        }
        let undone = case.done(&case.account, "undo_claim", claim.clone()).await?;
        let before = json!({ "version": 3, "lines": lines(&ACCOUNTS) });
        assert_eq!(undone, json!({ "done": true, "cart": before }), "{answer}");
        assert_eq!(case.cart(&case.account).await?, before, "{answer}");
        assert_eq!(case.earlier().await?, [kept("guest", &GUESTS)], "{answer}");
        assert_eq!(case.refusal(&case.account, "undo_claim", claim).await?, "409 already_undone", "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn undo_holds_even_where_todays_limits_are_lower() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let claim = json!({ "claim_id": case.claim("keep_guest", &GUESTS).await? });
    let lower = "update public.products set stock = 0 where id = 'enamel-mug'";
    case.sandbox.execute(lower).await?;
    let undone = case.done(&case.account, "undo_claim", claim).await?;
    assert_eq!(undone["cart"]["lines"], lines(&ACCOUNTS));
    Ok(())
}

#[tokio::test]
async fn undo_asks_before_it_overwrites_what_came_since() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let claim = case.claim("keep_guest", &GUESTS).await?;
    let undo = |seen: Value| json!({ "claim_id": claim, "seen_version": seen });
    case.fill(&case.account, &[("house-blend", 2)]).await?;
    let changed = [("desk-lamp", 1), ("house-blend", 2), ("teapot", 2)];
    let shown = json!({
        "done": false,
        "current": { "version": 3, "lines": lines(&changed) },
        "before": { "version": 1, "lines": lines(&ACCOUNTS) },
    });
    // Without a word, with one about another version, and with one about a version that has passed.
    for seen in [Value::Null, json!(1), json!(4)] {
        assert_eq!(case.done(&case.account, "undo_claim", undo(seen.clone())).await?, shown, "{seen}");
    }
    assert_eq!(case.cart(&case.account).await?, shown["current"], "nothing is changed");
    assert_eq!(case.earlier().await?, [kept("account", &ACCOUNTS)]);

    case.fill(&case.account, &[("house-blend", 3)]).await?;
    let again = case.done(&case.account, "undo_claim", undo(json!(3))).await?;
    assert_eq!((&again["done"], &again["current"]["version"]), (&json!(false), &json!(4)), "it has changed once more");
    let undone = case.done(&case.account, "undo_claim", undo(json!(4))).await?;
    assert_eq!(undone, json!({ "done": true, "cart": { "version": 5, "lines": lines(&ACCOUNTS) } }));
    let replaced = [("desk-lamp", 1), ("house-blend", 3), ("teapot", 2)];
    assert_eq!(case.earlier().await?, [kept("guest", &GUESTS), kept("replaced", &replaced)]);
    Ok(())
}

#[tokio::test]
async fn undo_ends_after_thirty_days() -> Result<()> {
    let case = Case::new(&GUESTS, &ACCOUNTS).await?;
    let claim = json!({ "claim_id": case.claim("keep_guest", &GUESTS).await? });
    case.sandbox.execute("update private.cart_claims set undo_until = now() - interval '1 second'").await?;
    assert_eq!(case.refusal(&case.account, "undo_claim", claim).await?, "410 undo_expired");
    assert_eq!(case.cart(&case.account).await?["lines"], lines(&GUESTS));
    Ok(())
}

#[tokio::test]
async fn a_guests_empty_cart_is_not_kept() -> Result<()> {
    let case = Case::new(&[], &ACCOUNTS).await?;
    let claim = json!({ "claim_id": case.claim("keep_account", &ACCOUNTS).await? });
    assert_eq!(case.earlier().await?, []);
    case.done(&case.account, "undo_claim", claim).await?;
    assert_eq!(case.earlier().await?, []);
    Ok(())
}
