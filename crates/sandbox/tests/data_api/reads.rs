//! Columns, order, ranges, counts and forms.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

#[tokio::test]
async fn columns_are_chosen_named_cast_and_walked_into() -> Result<()> {
    let desk = Desk::new().await?;
    for (select, expected) in [
        ("id,name", json!({ "id": 1, "name": "apple" })),
        ("word:name,large:size::text", json!({ "word": "apple", "large": "1.5" })),
        ("meta->colour->name", json!({ "name": "red" })),
        ("meta->colour->>name", json!({ "name": "red" })),
        ("first:meta->weights->0", json!({ "first": 1 })),
        ("last:meta->weights->-1", json!({ "last": 2 })),
        ("tags->0", json!({ "tags": "fruit" })),
        // A name that the statement uses itself.
        ("rows:id", json!({ "rows": 1 })),
        ("rows:meta->weights,id", json!({ "rows": [1, 2], "id": 1 })),
        ("made::text", json!({ "made": "2026-01-01" })),
    ] {
        let rows = desk.rows(&format!("things?id=eq.1&select={}", urlencoded(select))).await?;
        assert_eq!(rows, json!([expected]), "{select}");
    }
    let all = desk.rows("things?id=eq.1").await?;
    assert_eq!(all[0].as_object().map(serde_json::Map::len), Some(9));
    assert_eq!(desk.rows("things?id=eq.1&select=*").await?, all);
    assert_eq!(desk.rows("good_things?order=id").await?[1]["name"], "date \"dried\"");
    assert_eq!(
        desk.rows("odd%20%22name?select=%22the,%20column%22,%CE%94").await?,
        json!([{ "the, column": 1, "Δ": "x" }])
    );
    Ok(())
}

fn urlencoded(text: &str) -> String {
    text.replace('>', "%3E")
}

#[tokio::test]
async fn order_goes_both_ways_and_nulls_where_they_are_told() -> Result<()> {
    let desk = Desk::new().await?;
    for (order, ids) in [
        ("id.desc", [5, 4, 3, 2, 1]),
        ("size,id", [5, 1, 2, 4, 3]),
        ("size.desc,id", [3, 4, 2, 1, 5]),
        ("size.desc.nullslast", [4, 2, 1, 5, 3]),
        ("size.asc.nullsfirst", [3, 5, 1, 2, 4]),
        ("good.nullsfirst,id.desc", [3, 5, 2, 4, 1]),
    ] {
        assert_eq!(desk.ids(&format!("things?select=id&order={order}")).await?, ids, "{order}");
    }
    assert_eq!(desk.ids("things?select=id&order=meta-%3Ecolour-%3E%3Ename.desc.nullslast&limit=2").await?, [2, 1]);
    Ok(())
}

#[tokio::test]
async fn parts_and_counts() -> Result<()> {
    let desk = Desk::new().await?;
    let ask = |path: &str, range: &str, prefer: &str| {
        let mut request = desk.request(Method::GET, path);
        if !range.is_empty() {
            request = request.header("range", range).header("range-unit", "items");
        }
        Desk::send(if prefer.is_empty() { request } else { request.header("prefer", prefer) })
    };
    for (path, range, prefer, status, shown) in [
        ("things?order=id", "", "", 200, "0-4/*"),
        ("things?order=id&limit=2", "", "", 200, "0-1/*"),
        ("things?order=id&limit=2&offset=1", "", "count=exact", 206, "1-2/5"),
        ("things?order=id", "1-2", "count=exact", 206, "1-2/5"),
        ("things?order=id", "0-", "count=exact", 200, "0-4/5"),
        ("things?order=id", "0-99", "count=planned", 200, "0-4/5"),
        ("things?order=id&limit=2", "1-3", "", 200, "1-1/*"),
        ("things?id=gt.99", "", "count=exact", 200, "*/0"),
        ("things?id=gt.99", "", "", 200, "*/*"),
        ("things?offset=9", "", "", 200, "*/*"),
        ("things?limit=0", "", "count=exact", 206, "*/5"),
    ] {
        let answer = ask(path, range, prefer).await?;
        assert_eq!((answer.status, answer.range.as_str()), (status, shown), "{path} {range} {prefer}");
    }
    let beyond = ask("things?offset=9", "", "count=exact").await?;
    assert_eq!(beyond.code(), (416, "PGRST103".to_owned()));
    assert_eq!(beyond.json()["details"], "An offset of 9 was requested, but there are only 5 rows.");
    assert_eq!(ask("things", "3-1", "").await?.code(), (416, "PGRST103".to_owned()));
    assert_eq!(ask("things?limit=-1", "", "").await?.code(), (416, "PGRST103".to_owned()));
    assert_eq!(ask("things?order=id", "", "count=exact").await?.header("preference-applied"), "count=exact");
    Ok(())
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() -> Result<()> {
    let desk = Desk::new().await?;
    let answer = Desk::send(desk.request(Method::HEAD, "things?good=is.true").header("prefer", "count=exact")).await?;
    assert_eq!((answer.status, answer.range.as_str(), answer.text.as_str()), (200, "0-1/2", ""));
    Ok(())
}

#[tokio::test]
async fn forms_of_answers() -> Result<()> {
    let desk = Desk::new().await?;
    let ask = |path: &str, accept: &str| Desk::send(desk.request(Method::GET, path).header("accept", accept));
    let object = "application/vnd.pgrst.object+json";
    let one = ask("things?id=eq.3&select=id,size", object).await?;
    assert_eq!((one.status, one.json()), (200, json!({ "id": 3, "size": null })));
    assert!(one.header("content-type").starts_with(object));
    let stripped = ask("things?id=eq.3&select=id,size", "application/vnd.pgrst.object+json;nulls=stripped").await?;
    assert_eq!(stripped.json(), json!({ "id": 3 }));
    let stripped =
        ask("things?id=gte.3&select=id,size&order=id&limit=2", "application/vnd.pgrst.array+json;nulls=stripped")
            .await?;
    assert_eq!(stripped.json(), json!([{ "id": 3 }, { "id": 4, "size": 10 }]));
    for (path, count) in [("things?id=eq.99", 0), ("things?id=lt.3", 2)] {
        let answer = ask(path, object).await?;
        assert_eq!(answer.code(), (406, "PGRST116".to_owned()));
        assert_eq!(answer.json()["details"], json!(format!("The result contains {count} rows")));
    }
    let csv = ask("things?select=id,name,size&order=id", "text/csv").await?;
    assert_eq!(
        csv.text,
        "id,name,size\n1,apple,1.5\n2,Banana,2\n3,\"cherry, sour\",\n4,\"date \"\"dried\"\"\",10\n5,100%,0"
    );
    assert_eq!(ask("things", "application/xml").await?.code(), (406, "PGRST107".to_owned()));
    assert_eq!(ask("things", "text/html, */*").await?.status, 200);
    // Brackets inside the one object are its own.
    let one = ask("things?id=eq.1&select=weights:meta-%3Eweights", object).await?;
    assert_eq!(one.json(), json!({ "weights": [1, 2] }));
    let last = ask("things?id=eq.1&select=meta,tags", object).await?;
    assert_eq!(last.json()["tags"], json!(["fruit", "red"]) as Value);
    Ok(())
}
