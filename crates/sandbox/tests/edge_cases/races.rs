//! Requests at the same time. On the embedded engine they take turns; on a server they really meet.

use super::*;
use futures_util::future::try_join_all;

/// How many at once.
const MANY: usize = 12;

fn count(answers: &[(u16, Value)], status: u16) -> usize {
    answers.iter().filter(|answer| answer.0 == status).count()
}

#[tokio::test]
async fn a_code_counts_once_however_many_bring_it() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    assert_eq!(put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?.0, 200);
    let token = console.code("ana@example.com").await?;
    let proof = json!({ "type": "email_change", "email": "ana@example.com", "token": token });
    let answers = try_join_all((0..MANY).map(|_| post(&console, "/auth/v1/verify", &proof))).await?;
    assert_eq!((count(&answers, 200), count(&answers, 403)), (1, MANY - 1), "{answers:?}");
    let users = console.users().await?;
    assert_eq!((users.len(), &users[0]["is_anonymous"]), (1, &json!(false)));
    Ok(())
}

#[tokio::test]
async fn an_address_has_one_owner_however_many_prove_it() -> Result<()> {
    let (_sandbox, console, _) = with_settings(
        "enable_anonymous_sign_ins = true\n[auth.email]\nenable_confirmations = true\nmax_frequency = \"1ms\"\n",
    )
    .await?;
    let mut proofs = Vec::new();
    for _ in 0..4 {
        let guest = console.guest().await?;
        assert_eq!(put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?.0, 200);
        let token = console.code("ana@example.com").await?;
        proofs.push(json!({ "type": "email_change", "email": "ana@example.com", "token": token }));
    }
    try_join_all(proofs.iter().map(|proof| post(&console, "/auth/v1/verify", proof))).await?;
    let users = console.users().await?;
    let owners = users.iter().filter(|user| user["email"] == "ana@example.com").count();
    assert_eq!((users.len(), owners), (4, 1));
    Ok(())
}

#[tokio::test]
async fn sign_ups_for_one_address_make_one_user() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let body = json!({ "email": "ana@example.com", "password": "correct horse" });
    try_join_all((0..MANY).map(|_| post(&console, "/auth/v1/signup", &body))).await?;
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn changes_of_one_cart_take_turns() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let guest = console.guest().await?;
    let set = |quantity: usize| {
        let lines = json!({ "lines": [{ "product_id": "house-blend", "quantity": quantity % 3 + 1 }] });
        let path = "/rest/v1/rpc/set_cart_lines";
        Console::send(console.request(Method::POST, path, Some(&guest.access_token)).json(&lines))
    };
    let answers = try_join_all((0..MANY).map(set)).await?;
    assert_eq!(count(&answers, 200), MANY, "{answers:?}");
    let lines = console.rows("cart_lines?select=product_id").await?;
    assert_eq!(lines.len(), 1);
    // Every change has a version of its own.
    let mut versions: Vec<_> = answers.iter().filter_map(|answer| answer.1["version"].as_i64()).collect();
    versions.sort_unstable();
    let changes = console.rows("carts?select=version").await?[0]["version"].as_i64();
    assert_eq!(versions.last().copied(), changes);
    Ok(())
}
