//! Whatever anybody sends, no statement breaks and no read changes anything.

use std::sync::OnceLock;

use anyhow::Result;
use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{Answer, Desk};

/// SQLSTATEs that only a statement of ours that is none can bring: syntax error, undefined parameter, and the like.
const BROKEN: [&str; 5] = ["42601", "42P02", "42P18", "42702", "XX000"];

fn broken(answer: &Answer) -> bool {
    let (body, text) = (answer.json(), |body: &Value, key: &str| body[key].as_str().unwrap_or_default().to_owned());
    // A text search has a grammar of its own, and PostgreSQL the same code for what is none of it.
    let of_a_value = text(&body, "message").starts_with("syntax error in tsquery");
    answer.status >= 500 || (BROKEN.contains(&text(&body, "code").as_str()) && !of_a_value)
}

/// Letters that mean something to somebody on the way.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "\"",
        "\\",
        ";",
        "--",
        "/*",
        "*",
        ",",
        ".",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ":",
        "::",
        "->",
        "->>",
        "=",
        "%",
        "$1",
        "$$",
        " ",
        "\n",
        "\t",
        "id",
        "name",
        "meta",
        "tags",
        "eq",
        "in",
        "is",
        "not",
        "and",
        "or",
        "null",
        "select",
        "1",
        "-1",
        "1e9",
        "é",
        "\u{202e}",
        "x",
        "fts",
        "like(any)",
        "drop table things",
    ]);
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

/// A query string made of the language's own words in all the wrong orders.
fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "select",
            "order",
            "limit",
            "offset",
            "or",
            "and",
            "not.or",
            "id",
            "name",
            "size",
            "tags",
            "meta->colour",
            "meta->>x",
            "columns",
            "on_conflict"
        ])
        .prop_map(str::to_owned),
        text(),
    ];
    let operator = prop::sample::select(vec![
        "eq.",
        "in.",
        "is.",
        "not.eq.",
        "like.",
        "cs.",
        "fts.",
        "eq(any).",
        "match.",
        "isdistinct.",
        "sl.",
        "",
    ]);
    let value = (operator, text()).prop_map(|(operator, text)| format!("{operator}{text}"));
    prop::collection::vec((name, value), 0..4)
}

/// One sandbox and one runtime for all cases of a property.
fn desk() -> &'static (Runtime, Desk) {
    static DESK: OnceLock<(Runtime, Desk)> = OnceLock::new();
    DESK.get_or_init(|| {
        let runtime = Runtime::new().expect("a runtime");
        let desk = runtime.block_on(Desk::new()).expect("a sandbox");
        (runtime, desk)
    })
}

fn url(desk: &Desk, path: &str, query: &[(String, String)]) -> Result<Url> {
    let mut url = desk.request(Method::GET, path).build()?.url().clone();
    url.query_pairs_mut().extend_pairs(query);
    Ok(url)
}

async fn send(
    desk: &Desk,
    method: Method,
    path: &str,
    query: &[(String, String)],
    body: Option<&Value>,
) -> Result<Answer> {
    let url = url(desk, path, query)?;
    let mut request = reqwest::Client::new().request(method, url).header("apikey", &desk.console.service_role_key);
    if let Some(body) = body {
        request = request.header("prefer", "return=representation").json(body);
    }
    Desk::send(request).await
}

fn run<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, test).expect("the property holds");
}

#[test]
fn no_query_breaks_a_read_or_changes_a_row() {
    let (runtime, desk) = desk();
    let paths =
        prop::sample::select(vec!["pairs", "things", "good_things", "rpc/things_over", "rpc/words", "rpc/add_up"]);
    let before = runtime.block_on(desk.console.rows("things?order=id&id=lt.6")).expect("rows");
    run(400, (paths, query()), |(path, query)| {
        let answer = runtime.block_on(send(desk, Method::GET, path, &query, None)).expect("an answer");
        prop_assert!(!broken(&answer), "{path} {query:?}: {answer:?}");
        Ok(())
    });
    assert_eq!(runtime.block_on(desk.console.rows("things?order=id&id=lt.6")).expect("rows"), before);
}

#[test]
fn no_body_breaks_a_write() {
    let (runtime, desk) = desk();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop_oneof![
            prop::sample::select(vec!["a", "b", "n", "numbers", "minimum", "x"]).prop_map(str::to_owned),
            text()
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    });
    let paths = prop::sample::select(vec!["pairs", "rpc/total", "rpc/things_over", "rpc/whole", "rpc/add_up"]);
    let methods = prop::sample::select(vec![Method::POST, Method::PATCH, Method::PUT]);
    run(400, (methods, paths, query(), value), |(method, path, query, body)| {
        let answer = runtime.block_on(send(desk, method.clone(), path, &query, Some(&body))).expect("an answer");
        prop_assert!(!broken(&answer), "{method} {path} {query:?} {body}: {answer:?}");
        Ok(())
    });
}

/// The filter in the URL and the same predicate in Rust agree on every row.
#[test]
fn a_filter_means_what_it_says() {
    let (runtime, desk) = desk();
    let number = -3_i64..8;
    let test = (prop::sample::select(vec!["eq", "neq", "gt", "gte", "lt", "lte"]), number, any::<bool>());
    let tree = (prop::collection::vec(test, 1..5), any::<bool>(), any::<bool>());
    run(200, tree, |(tests, all, negated)| {
        let parts: Vec<_> = tests
            .iter()
            .map(|(operator, number, not)| format!("id.{}{operator}.{number}", if *not { "not." } else { "" }))
            .collect();
        let name = format!("{}{}", if negated { "not." } else { "" }, if all { "and" } else { "or" });
        let holds = |id: i64| {
            let one = |(operator, number, not): &(&str, i64, bool)| {
                let compared = match *operator {
                    "eq" => id == *number,
                    "neq" => id != *number,
                    "gt" => id > *number,
                    "gte" => id >= *number,
                    "lt" => id < *number,
                    _ => id <= *number,
                };
                compared != *not
            };
            let joined = if all { tests.iter().all(one) } else { tests.iter().any(one) };
            joined != negated
        };
        let expected: Vec<Value> = (1..=5).filter(|id| holds(*id)).map(|id| json!({ "id": id })).collect();
        let query = [
            (name, format!("({})", parts.join(","))),
            ("select".to_owned(), "id".to_owned()),
            ("order".to_owned(), "id".to_owned()),
            ("id".to_owned(), "lt.6".to_owned()),
        ];
        let answer = runtime.block_on(send(desk, Method::GET, "things", &query, None)).expect("an answer");
        prop_assert_eq!(answer.json(), Value::Array(expected), "{:?}", query);
        Ok(())
    });
}
