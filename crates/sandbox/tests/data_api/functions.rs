//! Function calls, by POST and by GET.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answer, Desk};

async fn post(desk: &Desk, path: &str, body: Value) -> Result<Answer> {
    desk.write(Method::POST, &format!("rpc/{path}"), "", &body).await
}

#[tokio::test]
async fn arguments_by_name_with_defaults_and_of_every_type() -> Result<()> {
    let desk = Desk::new().await?;
    for (call, body, expected) in [
        ("add_up", json!({ "a": 1, "b": 2 }), json!(3)),
        ("add_up", json!({ "a": 1 }), json!(11)),
        ("total", json!({ "numbers": [1, 2, 3] }), json!(6)),
        ("sum_of", json!({ "numbers": [4, 5] }), json!(9)),
        ("whole", json!({ "any": ["thing"] }), json!({ "any": ["thing"] })),
        ("whole", json!([1, 2]), json!([1, 2])),
        ("twice", json!({ "x": 2 }), json!(4)),
        ("twice", json!({ "x": 2, "y": 3 }), json!(10)),
        ("words", json!({}), json!(["a", "b"])),
        ("table_of", json!({ "n": 2 }), json!([{ "i": 1, "square": 1 }, { "i": 2, "square": 4 }])),
    ] {
        let answer = post(&desk, call, body.clone()).await?;
        assert_eq!((answer.status, answer.json()), (200, expected), "{call} {body}");
    }
    assert_eq!(
        post(&desk, "one_thing?select=id,name", json!({ "which": 1 })).await?.json(),
        json!({ "id": 1, "name": "apple" })
    );
    let nothing = post(&desk, "do_nothing", json!({})).await?;
    assert_eq!((nothing.status, nothing.text.as_str()), (204, ""));
    let made = post(&desk, "make_thing", json!({ "name": "made" })).await?.json();
    assert_eq!(desk.ids("things?select=id&name=eq.made").await?, [made.as_i64().unwrap_or_default()]);
    Ok(())
}

#[tokio::test]
async fn rows_of_a_function_are_chosen_like_those_of_a_table() -> Result<()> {
    let desk = Desk::new().await?;
    for (path, expected) in [
        ("things_over?minimum=1.5&select=id&order=id.desc", json!([{ "id": 4 }, { "id": 2 }, { "id": 1 }])),
        ("things_over?minimum=1.5&select=id&id=gt.1&limit=1", json!([{ "id": 2 }])),
        ("things_over?minimum=0&select=id&or=(id.eq.1,id.eq.5)", json!([{ "id": 1 }, { "id": 5 }])),
        ("table_of?n=3&square=gte.4&select=square", json!([{ "square": 4 }, { "square": 9 }])),
        ("add_up?a=1", json!(11)),
        ("total?numbers={1,2}", json!(3)),
        ("sum_of?numbers={1,2}", json!(3)),
        ("things_over?minimum=0&select=id&id=eq(any).{1,5}&order=id", json!([{ "id": 1 }, { "id": 5 }])),
        ("things_over?minimum=0&select=id&name=plfts.banana", json!([{ "id": 2 }])),
        ("near?id=2&id=gt.2&select=id", json!([{ "id": 3 }])),
    ] {
        assert_eq!(desk.rows(&format!("rpc/{path}")).await?, expected, "{path}");
    }
    let counted = desk.request(Method::GET, "rpc/things_over?minimum=0&limit=1").header("prefer", "count=exact");
    let counted = Desk::send(counted).await?;
    assert_eq!((counted.status, counted.range.as_str()), (206, "0-0/4"));
    let one = desk.request(Method::POST, "rpc/things_over?id=eq.4&select=id").json(&json!({ "minimum": 0 }));
    let one = Desk::send(one.header("accept", "application/vnd.pgrst.object+json")).await?;
    assert_eq!(one.json(), json!({ "id": 4 }));
    Ok(())
}

#[tokio::test]
async fn a_filter_may_bear_the_name_of_an_argument() -> Result<()> {
    let desk = Desk::new().await?;
    let near = post(&desk, "near?id=lt.2&select=id", json!({ "id": 2 })).await?;
    assert_eq!((near.status, near.json()), (200, json!([{ "id": 1 }])));
    // A POST has its arguments in its body alone.
    let odd = post(&desk, "near?id=2", json!({ "id": 2 })).await?;
    assert_eq!(odd.code(), (400, "PGRST100".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_get_changes_nothing() -> Result<()> {
    let desk = Desk::new().await?;
    assert_eq!(desk.get("rpc/make_thing?name=sneaky").await?.code(), (405, "25006".to_owned()));
    assert_eq!(desk.ids("things?select=id&name=eq.sneaky").await?, [] as [i64; 0]);
    Ok(())
}

#[tokio::test]
async fn functions_that_are_not_there_or_are_there_twice() -> Result<()> {
    let desk = Desk::new().await?;
    let missing = post(&desk, "add_upp", json!({ "a": 1 })).await?;
    assert_eq!(missing.code(), (404, "PGRST202".to_owned()));
    assert_eq!(missing.json()["message"], "Could not find the function public.add_upp(a) in the schema cache");
    assert_eq!(missing.json()["hint"], "Perhaps you meant to call the function public.add_up");
    let wrong = post(&desk, "add_up", json!({ "a": 1, "z": 1 })).await?;
    assert_eq!(wrong.json()["hint"], "Perhaps you meant to call the function public.add_up(a, b)");
    assert_eq!(post(&desk, "total", json!({})).await?.code(), (404, "PGRST202".to_owned()));
    assert_eq!(post(&desk, "either", json!({ "x": 1 })).await?.code(), (300, "PGRST203".to_owned()));
    assert_eq!(post(&desk, "add_up", json!([1])).await?.status, 404);
    assert_eq!(post(&desk, "pg_sleep", json!({ "seconds": 1 })).await?.code(), (404, "PGRST202".to_owned()));
    Ok(())
}

#[tokio::test]
async fn functions_raise_what_they_like() -> Result<()> {
    let desk = Desk::new().await?;
    let teapot = post(&desk, "teapot", json!({})).await?;
    assert_eq!(teapot.status, 418);
    assert_eq!(
        teapot.json(),
        json!({ "code": "PT418", "message": "short and stout", "details": "the handle", "hint": "the spout" })
    );
    assert_eq!(post(&desk, "complain", json!({})).await?.code(), (400, "P0001".to_owned()));
    assert_eq!(post(&desk, "add_up", json!({ "a": "one" })).await?.code(), (400, "22P02".to_owned()));
    Ok(())
}
