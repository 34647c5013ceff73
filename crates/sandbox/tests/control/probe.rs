//! The probe shows what the policies let pass, changes nothing, and nobody leaves their role in it.

use anyhow::{Result, ensure};
use carryover_testkit::Console;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

const REVIEW: &str =
    "insert into reviews (product_id, stars, body) values ('gooseneck-kettle', 5, 'Pours well') returning stars";

/// PostgreSQL's answer.
async fn probe(desk: &Desk, who: Value, sql: &str) -> Result<Value> {
    Ok(desk.post("probe", &json!({ "as": who, "sql": sql })).await?["answer"].clone())
}

#[tokio::test]
async fn a_guest_posts_no_review_and_a_members_is_rolled_back() -> Result<()> {
    let desk = Desk::new().await?;
    let (guest, member) = (desk.console.guest().await?, desk.console.member("member@example.com").await?);
    for who in [json!({ "kind": "guest" }), json!({ "user_id": guest.id }), json!({ "role": "anon" })] {
        let refused = probe(&desk, who.clone(), REVIEW).await?;
        assert_eq!(refused["code"], "42501", "{who}: {refused}");
    }
    for who in [json!({ "kind": "member" }), json!({ "user_id": member.id })] {
        let posted = probe(&desk, who.clone(), REVIEW).await?;
        assert_eq!((&posted["rows"], &posted["count"]), (&json!([["5"]]), &json!(1)), "{who}: {posted}");
    }
    assert_eq!(desk.console.rows("reviews?select=id").await?.len(), 0, "rolled back");
    let me = probe(&desk, json!({ "user_id": guest.id }), "select auth.uid(), auth.jwt()->'is_anonymous' as anonymous")
        .await?;
    assert_eq!(me["columns"], json!(["uid", "anonymous"]));
    assert_eq!(me["rows"], json!([[guest.id, "true"]]));
    Ok(())
}

#[tokio::test]
async fn where_nobody_is_somebody_is_made_up_for_the_moment() -> Result<()> {
    let desk = Desk::new().await?;
    for (kind, code) in [("guest", json!("42501")), ("member", Value::Null)] {
        let answer = desk.post("probe", &json!({ "as": { "kind": kind }, "sql": REVIEW })).await?;
        assert_eq!((&answer["answer"]["code"], &answer["as"]["made_up"]), (&code, &json!(true)), "{answer}");
    }
    assert_eq!(desk.users().await?, 0);
    Ok(())
}

#[tokio::test]
async fn everybody_sees_their_own_and_two_hundred_rows_at_most() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("existing-account-with-cart").await?;
    desk.console.guest().await?;
    let carts = "select product_id from cart_lines order by product_id";
    let own = probe(&desk, json!({ "kind": "member" }), carts).await?;
    assert_eq!(own["count"], 2, "{own}");
    assert_eq!(probe(&desk, json!({ "kind": "guest" }), carts).await?["rows"], json!([]));
    let many = probe(&desk, json!({ "kind": "guest" }), "select generate_series(1, 100000) -- and no more").await?;
    assert_eq!((many["rows"].as_array().map(Vec::len), &many["more"]), (Some(200), &json!(true)));
    let plan = probe(&desk, json!({ "kind": "guest" }), "explain select 1;").await?;
    assert_eq!(plan["columns"], json!(["QUERY PLAN"]));
    let changed = probe(&desk, json!({ "kind": "member" }), "update products set price_minor = 1").await?;
    assert_eq!(changed["code"], "42501");
    let odd = probe(&desk, json!({ "kind": "member" }), "select nothing from nowhere").await?;
    assert_eq!(odd["code"], "42P01", "{odd}");
    Ok(())
}

#[tokio::test]
async fn nobody_leaves_their_role_or_the_transaction() -> Result<()> {
    let desk = Desk::new().await?;
    let member = desk.console.member("member@example.com").await?;
    for sql in [
        "set role postgres",
        "reset role",
        "commit",
        "/* x */ rollback",
        "/* /* */ explain */ commit",
        "--\rcommit /*\nexplain */",
        "do $$ begin end $$",
        "",
        "-- select 1",
        "call x()",
    ] {
        let request = desk.request(Method::POST, "probe").json(&json!({ "as": { "kind": "guest" }, "sql": sql }));
        let (status, body) = Console::send(request).await?;
        assert_eq!(status, 400, "{sql}: {body}");
    }
    let hidden =
        r#"select * from query_to_xml('select U&"set\005fconfig"(''role'', ''postgres'', true)', true, true, '')"#;
    for sql in [
        "select 1; select 2",
        "select 1; commit",
        "delete from cart_lines; commit",
        "select set_config('role', 'postgres', true), (select count(*) from auth.users)",
        "select set_config('role', 'postgres', true), query_to_xml('select email from auth.users', true, true, '')",
        "select pg_catalog.set_config('role', 'service_role', false)",
        "select set_config('request.jwt.claims', '{}', true)",
        "with x as (select set_config('role', 'postgres', true)) select * from x",
        "update pg_settings set setting = 'postgres' where name = 'role'",
        "explain analyze select set_config('role', 'postgres', true)",
        hidden,
        "select email from auth.users",
        "select * from private.cart_offers",
    ] {
        let answer = probe(&desk, json!({ "kind": "guest" }), sql).await?;
        ensure!(answer["code"].is_string(), "{sql}: {answer}");
        ensure!(!answer.to_string().contains("member@example.com"), "{sql}: {answer}");
    }
    // Nothing of it stays with the session that the next request gets.
    let path = "/rest/v1/cart_lines?select=product_id";
    let (status, rows) = Console::send(desk.console.request(Method::GET, path, Some(&member.access_token))).await?;
    assert_eq!((status, rows), (200, json!([])));
    assert_eq!(desk.users().await?, 1);
    let role = probe(&desk, json!({ "kind": "guest" }), "select current_user").await?;
    assert_eq!(role["rows"], json!([["authenticated"]]));
    Ok(())
}

#[tokio::test]
async fn nobody_makes_all_others_wait() -> Result<()> {
    let desk = Desk::new().await?;
    let slow = "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b";
    let request = desk.request(Method::POST, "probe").json(&json!({ "as": { "kind": "guest" }, "sql": slow }));
    let (status, body) = Console::send(request).await?;
    ensure!(status == 400 && body["message"].as_str().is_some_and(|words| words.starts_with("not run")), "{body}");
    for sql in ["select pg_sleep(60)", "select pg_sleep_for('1 minute')"] {
        assert_eq!(probe(&desk, json!({ "kind": "guest" }), sql).await?["code"], "42501", "{sql}");
    }
    Ok(())
}
