//! Who may, and the errors that are not about a query.

use anyhow::Result;
use carryover_testkit::Console;
use reqwest::Method;
use serde_json::json;

use crate::Desk;

#[tokio::test]
async fn keys_and_tokens_decide_the_role() -> Result<()> {
    let desk = Desk::new().await?;
    let anon = desk.get("hidden").await?;
    assert_eq!((anon.code(), anon.header("www-authenticate")), ((401, "42501".to_owned()), "Bearer"));
    let guest = desk.console.guest().await?;
    let as_guest = |path: &str| desk.console.request(Method::GET, path, Some(&guest.access_token));
    assert_eq!(Desk::send(as_guest("/rest/v1/hidden")).await?.code(), (403, "42501".to_owned()));
    let service = desk.console.service_role_key.clone();
    let all = desk.console.request(Method::GET, "/rest/v1/hidden", Some(&service));
    assert_eq!(Desk::send(all).await?.json(), json!([]));
    let bad = desk.console.request(Method::GET, "/rest/v1/things", Some("no.token"));
    let bad = Desk::send(bad).await?;
    assert_eq!(bad.code(), (401, "PGRST301".to_owned()));
    assert!(bad.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    let url = desk.request(Method::GET, "things").build()?.url().clone();
    assert_eq!(reqwest::get(url).await?.status(), 401, "no key at all");
    Ok(())
}

#[tokio::test]
async fn other_schemas_tables_paths_and_methods() -> Result<()> {
    let desk = Desk::new().await?;
    for table in ["users", "pg_class", "none", "auth.users", "things%22", "%00"] {
        let answer = desk.get(table).await?;
        assert_eq!(answer.status, 404, "{table}: {answer:?}");
    }
    let profile = |method: Method, name: &str| desk.request(method, "things").header(name, "auth").json(&json!({}));
    for (method, name) in [(Method::GET, "accept-profile"), (Method::POST, "content-profile")] {
        let answer = Desk::send(profile(method, name)).await?;
        assert_eq!(answer.code(), (406, "PGRST106".to_owned()));
        assert_eq!(answer.json()["hint"], "Only the following schemas are exposed: public");
    }
    assert_eq!(desk.get("things/1").await?.code(), (404, "PGRST125".to_owned()));
    let put = Desk::send(desk.request(Method::PUT, "rpc/add_up").json(&json!({}))).await?;
    assert_eq!(put.code(), (405, "PGRST117".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_refused_statement_leaves_nothing_behind() -> Result<()> {
    let desk = Desk::new().await?;
    // Each fails in another place; the next request is as if they had never been.
    for path in ["things?id=eq.x", "hidden", "rpc/complain", "things?select=none", "things?select=name::integer"] {
        assert!(desk.get(path).await?.status >= 400, "{path}");
        assert_eq!(desk.ids("things?select=id&id=eq.1").await?, [1]);
    }
    let (status, body) =
        Console::send(desk.request(Method::POST, "things").body("{").header("content-type", "application/json"))
            .await?;
    assert_eq!((status, &body["code"]), (400, &json!("PGRST102")));
    Ok(())
}
