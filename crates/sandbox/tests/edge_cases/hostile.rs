//! Requests that mean no good: no panic, no broken statement, always an answer of the API's own.

use super::*;
use crate::providers::ON;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config as Runs, TestRunner},
};

const REQUESTS: usize = 500;
const PATHS: [&str; 14] = [
    "signup",
    "token?grant_type=password",
    "token?grant_type=refresh_token",
    "token?grant_type=pkce",
    "token?grant_type=id_token",
    "otp",
    "magiclink",
    "recover",
    "resend",
    "verify",
    "user",
    "invite",
    "admin/users",
    "admin/generate_link",
];
const FIELDS: [&str; 22] = [
    "email",
    "phone",
    "password",
    "data",
    "type",
    "token",
    "token_hash",
    "nonce",
    "channel",
    "create_user",
    "code_challenge",
    "code_challenge_method",
    "refresh_token",
    "auth_code",
    "code_verifier",
    "id_token",
    "provider",
    "app_metadata",
    "user_metadata",
    "ban_duration",
    "role",
    "redirect_to",
];
const TEXTS: [&str; 18] = [
    "",
    "a@b.c",
    "ana@example.com",
    "+4915112345",
    "'; drop table auth.users; --",
    "\0",
    "a\0b",
    "ünïcödé@exämple.com",
    "💥",
    "\u{202e}",
    "signup",
    "email_change",
    "google",
    "s256",
    "00000000-0000-0000-0000-000000000000",
    "none",
    "99999999999h",
    "$1 {0} %s \\",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(TEXTS.to_vec()).prop_map(str::to_owned),
        1 => ".{0,30}",
        1 => "[a-z2-7]{12}",
        1 => Just("x".repeat(5000)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::String),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(text(), inner, 0..3).prop_map(|fields| json!(fields)),
        ]
    })
}

fn body() -> impl Strategy<Value = String> {
    let field = (prop::sample::select(FIELDS.to_vec()), prop_oneof![3 => text().prop_map(Value::String), 1 => value()]);
    prop_oneof![
        8 => prop::collection::vec(field, 0..6)
            .prop_map(|fields| Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()).to_string()),
        1 => value().prop_map(|value| value.to_string()),
        1 => ".{0,40}",
    ]
}

#[tokio::test]
async fn whatever_is_sent_gets_an_answer() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(&format!("{ON}\n[auth.sms]\nenable_signup = true\n")).await?;
    let guest = console.guest().await?;
    let mut runner = TestRunner::new(Runs { rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..Runs::default() });
    let requests = (prop::sample::select(PATHS.to_vec()), body());
    for _ in 0..REQUESTS {
        let tree = requests.new_tree(&mut runner).map_err(anyhow::Error::msg)?;
        let (path, body) = tree.current();
        // No bucket runs dry, and the tokens live on.
        clock.advance(1);
        let (method, token) = match path {
            "user" => (Method::PUT, Some(&guest.access_token)),
            path if path.starts_with("admin") || path == "invite" => (Method::POST, Some(&console.service_role_key)),
            _ => (Method::POST, None),
        };
        let request = console.request(method, &format!("/auth/v1/{path}"), token.map(String::as_str));
        let (status, answer) = Console::send(request.body(body.clone())).await?;
        assert!(status < 500, "{path} {body}: {status} {answer}");
        assert!(
            status < 400 || answer["error_code"].is_string() || answer["error"].is_string(),
            "{path} {body}: {answer}"
        );
    }
    assert!(console.users().await?.len() > 1);
    Ok(())
}

#[tokio::test]
async fn whatever_is_asked_gets_an_answer() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    for text in TEXTS {
        clock.advance(30);
        let query = reqwest::Url::parse_with_params("http://x", [("x", text)])?;
        let text = query.query().unwrap_or_default().trim_start_matches("x=").to_owned();
        for path in [
            format!("verify?type={text}&token={text}&redirect_to={text}"),
            format!("verify?type=signup&token=pkce_{text}"),
            format!("authorize?provider={text}"),
            format!("authorize?provider=google&scopes={text}&redirect_to={text}&login_hint={text}"),
            format!("callback?state={text}"),
            format!("callback?error={text}"),
            format!("admin/users?filter={text}&page=1"),
            format!("admin/users/{text}"),
        ] {
            let request = console.request(Method::GET, &format!("/auth/v1/{path}"), Some(&console.service_role_key));
            let response = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
            let status = response.execute(request.build()?).await?.status().as_u16();
            assert!(status < 500, "{path}: {status}");
        }
        console.messages(&text).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_body_has_its_bound() -> Result<()> {
    let (_sandbox, console, _) = fresh().await?;
    let large = json!({ "data": { "x": "x".repeat(1 << 20) } });
    assert_eq!(code(&post(&console, "/auth/v1/signup", &large).await?), (413, "request_entity_too_large"));
    Ok(())
}
