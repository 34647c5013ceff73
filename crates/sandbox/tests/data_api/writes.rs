//! Inserts, upserts, updates, deletes, and what they send back.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

const SHOW: &str = "return=representation";

#[tokio::test]
async fn inserts_one_and_many() -> Result<()> {
    let desk = Desk::new().await?;
    let post = |path: &'static str, prefer: &'static str, body: Value| {
        let desk = &desk;
        async move { desk.write(Method::POST, path, prefer, &body).await }
    };
    let quiet = post("things", "", json!({ "name": "fig" })).await?;
    assert_eq!((quiet.status, quiet.text.as_str(), quiet.range.as_str()), (201, "", "*/*"));
    let shown = post("things?select=name,note", SHOW, json!({ "name": "grape", "note": null })).await?;
    assert_eq!((shown.status, shown.json()), (201, json!([{ "name": "grape", "note": null }])));
    assert_eq!(shown.header("preference-applied"), SHOW);
    let many = post(
        "things?select=name",
        "return=representation,count=exact",
        json!([{ "name": "h", "size": 1 }, { "name": "i", "size": 2 }]),
    )
    .await?;
    assert_eq!((many.range.as_str(), many.json()), ("*/2", json!([{ "name": "h" }, { "name": "i" }])));
    let headers = post("things", "return=headers-only", json!({ "id": 500, "name": "j" })).await?;
    assert_eq!((headers.text.as_str(), headers.header("location")), ("", "/things?id=eq.500"));
    let pair = post("pairs", "return=headers-only", json!({ "a": 1, "b": "x y&z" })).await?;
    assert_eq!(pair.header("location"), "/pairs?a=eq.1&b=eq.x+y%26z");
    // What the body has beyond the columns that count is left out.
    let some = post("things?columns=name&select=name,size", SHOW, json!([{ "name": "k", "size": 9 }, { "name": "l" }]))
        .await?;
    assert_eq!(some.json(), json!([{ "name": "k", "size": null }, { "name": "l", "size": null }]));
    let lacking = json!([{ "name": "m", "note": "own" }, { "name": "n" }]);
    let with =
        post("things?columns=name,note&select=note", "return=representation,missing=default", lacking.clone()).await?;
    assert_eq!(with.json(), json!([{ "note": "own" }, { "note": "none" }]));
    assert_eq!(post("things", "", lacking).await?.code(), (400, "PGRST102".to_owned()), "All object keys must match");
    assert_eq!(post("things", SHOW, json!([])).await?.json(), json!([]));
    assert_eq!(post("pairs", SHOW, json!({})).await?.code(), (400, "23502".to_owned()), "defaults are not enough here");
    let typed = post(
        "things?select=tags,meta,span",
        SHOW,
        json!({ "name": "o", "tags": ["a", "b,c"], "meta": [1, null], "span": "[1,2)" }),
    )
    .await?;
    assert_eq!(typed.json(), json!([{ "tags": ["a", "b,c"], "meta": [1, null], "span": "[1,2)" }]));
    Ok(())
}

#[tokio::test]
async fn whoever_may_not_read_may_still_write_but_sees_nothing() -> Result<()> {
    let desk = Desk::new().await?;
    let blind = |id: i32, prefer: &'static str| {
        let desk = &desk;
        async move { desk.write(Method::POST, "blind", prefer, &json!({ "id": id, "word": "x" })).await }
    };
    assert_eq!(blind(1, "count=exact").await?.status, 201);
    assert_eq!(blind(2, SHOW).await?.code(), (401, "42501".to_owned()));
    assert_eq!(desk.console.rows("blind?select=id").await?, [json!({ "id": 1 })], "the refused one is not there");
    Ok(())
}

#[tokio::test]
async fn rows_that_are_there_already() -> Result<()> {
    let desk = Desk::new().await?;
    let post = |path: &'static str, prefer: &'static str, body: Value| {
        let desk = &desk;
        async move { desk.write(Method::POST, path, prefer, &body).await }
    };
    assert_eq!(post("things", "", json!({ "name": "apple" })).await?.code(), (409, "23505".to_owned()));
    let merge = "resolution=merge-duplicates,return=representation";
    let merged = post("things?select=id,size", merge, json!({ "id": 1, "name": "apple", "size": 7 })).await?;
    assert_eq!((merged.status, merged.json()), (201, json!([{ "id": 1, "size": 7 }])));
    let by_name = post("things?on_conflict=name&select=id,size", merge, json!({ "name": "apple", "size": 8 })).await?;
    assert_eq!(by_name.json(), json!([{ "id": 1, "size": 8 }]));
    let ignore = "resolution=ignore-duplicates,return=representation";
    let body = json!([{ "name": "apple", "size": 9 }, { "name": "new", "size": 9 }]);
    let ignored = post("things?on_conflict=name&select=name", ignore, body).await?;
    assert_eq!(ignored.json(), json!([{ "name": "new" }]));
    assert_eq!(post("things?on_conflict=note", merge, json!({ "name": "z" })).await?.code(), (400, "42P10".to_owned()));
    assert_eq!(post("things?on_conflict=none", merge, json!({ "name": "z" })).await?.code(), (400, "42703".to_owned()));
    Ok(())
}

#[tokio::test]
async fn put_is_for_one_row_by_its_whole_key() -> Result<()> {
    let desk = Desk::new().await?;
    let put = |path: &'static str, prefer: &'static str, body: Value| {
        let desk = &desk;
        async move { desk.write(Method::PUT, path, prefer, &body).await }
    };
    let row = || json!({ "a": 1, "b": "x", "n": 1 });
    assert_eq!(put("pairs?a=eq.1&b=eq.x", "", row()).await?.status, 201);
    assert_eq!(put("pairs?a=eq.1&b=eq.x", "", row()).await?.status, 204);
    assert_eq!(put("pairs?b=eq.x&a=eq.1", SHOW, json!({ "a": 1, "b": "x", "n": 2 })).await?.json()[0]["n"], 2);
    for (path, status, code) in [
        ("pairs?a=eq.1", 405, "PGRST105"),
        ("pairs?a=eq.1&b=gt.x", 405, "PGRST105"),
        ("pairs?a=eq.1&b=eq.x&n=eq.1", 405, "PGRST105"),
        ("pairs?a=eq.1&b=eq.y", 400, "PGRST115"),
    ] {
        assert_eq!(put(path, "", row()).await?.code(), (status, code.to_owned()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn updates_and_deletes() -> Result<()> {
    let desk = Desk::new().await?;
    let patch = |path: &'static str, prefer: &'static str, body: Value| {
        let desk = &desk;
        async move { desk.write(Method::PATCH, path, prefer, &body).await }
    };
    let quiet = patch("things?id=lt.3", "count=exact", json!({ "note": "x", "size": null })).await?;
    assert_eq!((quiet.status, quiet.text.as_str(), quiet.range.as_str()), (204, "", "0-1/2"));
    let shown = patch("things?id=eq.1&select=note,size", SHOW, json!({ "size": 3 })).await?;
    assert_eq!((shown.status, shown.json()), (200, json!([{ "note": "x", "size": 3 }])));
    let none = patch("things?id=eq.99", SHOW, json!({ "size": 3 })).await?;
    assert_eq!((none.status, none.json(), none.range.as_str()), (200, json!([]), "*/*"));
    assert_eq!(patch("things?id=eq.1", SHOW, json!({})).await?.json(), json!([]), "nothing to set");
    assert_eq!(patch("things?id=eq.1", "", json!({ "none": 1 })).await?.code(), (400, "PGRST204".to_owned()));
    assert_eq!(patch("things?id=eq.1", "", json!({ "name": null })).await?.code(), (400, "23502".to_owned()));

    // One row is asked for, and there are two: nothing happened.
    let single = desk.request(Method::DELETE, "things?id=lt.3").header("prefer", SHOW);
    let single = Desk::send(single.header("accept", "application/vnd.pgrst.object+json")).await?;
    assert_eq!((single.code(), desk.ids("things?select=id&id=lt.3").await?.len()), ((406, "PGRST116".to_owned()), 2));
    let most = "max-affected=1,handling=strict";
    let most = desk.write(Method::DELETE, "things?id=lt.3", most, &Value::Null).await?;
    assert_eq!((most.code(), desk.ids("things?select=id&id=lt.3").await?.len()), ((400, "PGRST124".to_owned()), 2));

    let delete = desk.write(Method::DELETE, "things?id=eq.2&select=id", SHOW, &Value::Null).await?;
    assert_eq!((delete.status, delete.json()), (200, json!([{ "id": 2 }])));
    let delete = desk.write(Method::DELETE, "things?id=eq.1", "", &Value::Null).await?;
    assert_eq!((delete.status, delete.range.as_str()), (204, "*/*"));
    let delete = desk.write(Method::DELETE, "things?id=eq.3", "count=exact", &Value::Null).await?;
    assert_eq!((delete.status, delete.range.as_str()), (204, "*/1"));
    assert_eq!(desk.ids("things?select=id&order=id").await?, [4, 5]);
    Ok(())
}

#[tokio::test]
async fn preferences_that_nobody_knows() -> Result<()> {
    let desk = Desk::new().await?;
    let strict = desk.write(Method::POST, "things", "handling=strict,colour=red", &json!({ "name": "q" })).await?;
    assert_eq!(strict.code(), (400, "PGRST122".to_owned()));
    assert_eq!(strict.json()["details"], "Invalid preferences: colour=red");
    let lenient = desk.write(Method::POST, "things", "colour=red,tx=rollback", &json!({ "name": "q" })).await?;
    assert_eq!(lenient.status, 201);
    assert_eq!(desk.ids("things?select=id&name=eq.q").await?.len(), 1, "whoever calls does not decide what counts");
    Ok(())
}
