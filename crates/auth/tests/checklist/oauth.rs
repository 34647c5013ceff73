//! Items 37–42: through the browser and back.

use std::time::Duration;

use carryover_auth::{
    AuthCode, Authorization, Callback, Code, CodeVerifier, Error, IdToken, Loopback, LoopbackError, OverGuest,
    ProviderToken, SignOut, SignedIn,
};
use serde_json::json;
use url::Url;
use wiremock::ResponseTemplate;

use crate::support::{GUEST, OTHER, Scripted, scripted::refusal};

fn deep_link() -> Url {
    "carryover://auth/callback".parse().expect("a URL")
}

fn callback(flow: impl std::fmt::Display, rest: &str) -> String {
    format!("carryover://auth/callback?flow={flow}&{rest}")
}

#[tokio::test]
async fn item_37_s256_and_nothing_else() {
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    let start =
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun");
    let query: std::collections::HashMap<_, _> = start.url.query_pairs().into_owned().collect();
    assert_eq!((query["code_challenge_method"].as_str(), query["code_challenge"].len()), ("s256", 43));
    assert_eq!(query["redirect_to"], format!("carryover://auth/callback?flow={}", start.flow));
    assert!(!query.contains_key("response_type"), "no implicit flow to ask for");
    let verifiers: std::collections::HashSet<_> =
        (0..100).map(|_| CodeVerifier::generate().expect("random").expose().to_owned()).collect();
    assert_eq!(verifiers.len(), 100);
}

#[tokio::test]
async fn item_38_the_listener_is_for_one_browser_and_one_path() {
    let loopback = Loopback::bind().await.expect("listens");
    let redirect = loopback.redirect_to().clone();
    assert_eq!(redirect.host_str(), Some("127.0.0.1"));
    assert!(redirect.path().len() > "/callback/".len() + 20, "can't be guessed");
    let waiting = tokio::spawn(loopback.callback("<h1>Done</h1>", Duration::from_secs(20)));
    let get = async |url: &str| reqwest::get(url).await.expect("an answer");

    let port = redirect.port().expect("a port");
    for foreign in ["/", "/callback", "/callback/", "/favicon.ico", "/callback/guess?code=stolen&flow=x"] {
        assert_eq!(get(&format!("http://127.0.0.1:{port}{foreign}")).await.status(), 404, "{foreign}");
    }
    let posted = reqwest::Client::new().post(redirect.as_str()).send().await.expect("an answer");
    assert_eq!(posted.status(), 404, "a form of another page");
    let rebound = reqwest::Client::new().get(redirect.as_str()).header("host", "evil.test").send().await;
    assert_eq!(rebound.expect("an answer").status(), 404, "DNS rebinding");
    assert!(!waiting.is_finished(), "none of them finished or broke the flow");

    let answer = get(&format!("{redirect}?flow=1&code=abc")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(answer.text().await.expect("a page"), "<h1>Done</h1>");
    let came = waiting.await.expect("ran").expect("a callback");
    assert_eq!(came, format!("{redirect}?flow=1&code=abc"));
    assert!(reqwest::get(redirect.as_str()).await.is_err(), "the port is closed");
}

#[tokio::test(start_paused = true)]
async fn item_38_the_listener_gives_up_in_time_and_can_be_cancelled() {
    let loopback = Loopback::bind().await.expect("listens");
    let gave_up = loopback.callback("", Duration::from_mins(5)).await;
    assert!(matches!(gave_up, Err(LoopbackError::TimedOut)));
    let loopback = Loopback::bind().await.expect("listens");
    let port = loopback.redirect_to().port().expect("a port");
    let waiting = tokio::spawn(loopback.callback("", Duration::from_mins(5)));
    tokio::task::yield_now().await;
    waiting.abort();
    let _ = waiting.await;
    assert!(tokio::net::TcpListener::bind(("127.0.0.1", port)).await.is_ok(), "the port is free");
}

#[tokio::test]
async fn item_39_deep_links_cold_twice_foreign_and_refused() {
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    scripted.signs_in("token", OTHER, "account", false).await;
    let begin = async || {
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun").flow
    };
    let flow = begin().await;
    // The program was closed meanwhile: the link starts it.
    engine.shutdown(Duration::ZERO).await;
    let engine = scripted.engine().await;
    for foreign in [
        format!("https://auth/callback?flow={flow}&code=abc"),
        format!("carryover://evil/callback?flow={flow}&code=abc"),
        format!("carryover://auth/other?flow={flow}&code=abc"),
        callback("00000000-0000-4000-8000-000000000000", "code=abc"),
        "carryover://auth/callback?code=abc".into(),
        callback(flow, "nothing=here"),
        "not a link".into(),
    ] {
        assert!(matches!(engine.handle_callback_url(&foreign).await, Err(Error::UnknownFlow)), "{foreign}");
    }
    assert_eq!(scripted.all_requests().await, 0);
    let link = callback(flow, "code=abc");
    let done = engine.handle_callback_url(&link).await.expect("signed in");
    assert!(matches!(done, Callback::SignedIn(SignedIn::Current(session)) if session.user.id == OTHER));
    assert!(matches!(engine.handle_callback_url(&link).await, Ok(Callback::AlreadyHandled)), "delivered twice");
    let engine = scripted.engine().await;
    assert!(matches!(engine.handle_callback_url(&link).await, Ok(Callback::AlreadyHandled)), "after a restart too");
    assert_eq!(scripted.requests("token").await, 1);
}

#[tokio::test]
async fn item_39_a_denial_ends_its_flow_and_no_other() {
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    let begin = async || {
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun").flow
    };
    let (denied, other) = (begin().await, begin().await);
    let link = callback(denied, "error=access_denied&error_description=The+person+said+no");
    let refused = engine.handle_callback_url(&link).await.expect_err("denied");
    let Error::Redirect(refused) = refused else { panic!("{refused:?}") };
    assert_eq!((refused.error.as_str(), refused.description.as_str()), ("access_denied", "The person said no"));
    assert!(matches!(engine.handle_callback_url(&link).await, Err(Error::UnknownFlow)));
    scripted.signs_in("token", OTHER, "account", false).await;
    engine.handle_callback_url(&callback(other, "code=abc")).await.expect("the other one goes on");
}

#[tokio::test]
async fn item_40_the_verifier_lasts_until_it_has_served() {
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    let start =
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun");
    // The first try meets a gateway; the same link tries again, with the same verifier.
    wiremock::Mock::given(wiremock::matchers::path("/auth/v1/token"))
        .respond_with(ResponseTemplate::new(503).set_body_string("<html>"))
        .up_to_n_times(1)
        .mount(&scripted.server)
        .await;
    scripted.signs_in("token", OTHER, "account", false).await;
    let link = callback(start.flow, "code=abc");
    assert!(engine.handle_callback_url(&link).await.expect_err("down").is_retryable());
    engine.handle_callback_url(&link).await.expect("signed in");
    let bodies: Vec<serde_json::Value> = scripted
        .server
        .received_requests()
        .await
        .expect("recorded")
        .iter()
        .map(|request| request.body_json().expect("JSON"))
        .collect();
    assert_eq!(bodies[0], bodies[1]);
    let again = engine.exchange_code(start.flow, AuthCode::new("abc".into())).await;
    assert!(matches!(again, Err(Error::FlowAlreadyUsed)));

    // A refusal for good ends it.
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    let start =
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun");
    scripted.answers("POST", "token", refusal(400, "bad_code_verifier")).await;
    let error = engine.handle_callback_url(&callback(start.flow, "code=abc")).await.expect_err("refused");
    assert_eq!(error.code(), Some(&Code::BadCodeVerifier));
    assert!(matches!(engine.handle_callback_url(&callback(start.flow, "code=abc")).await, Err(Error::UnknownFlow)));
}

#[tokio::test]
async fn item_41_six_flows_at_once_each_with_their_own_verifier() {
    let scripted = Scripted::new().await;
    let engine = scripted.engine().await;
    let mut flows = Vec::new();
    for _ in 0..6 {
        let start =
            engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Refuse).await.expect("begun");
        let challenge = start.url.query_pairs().find(|(key, _)| key == "code_challenge").expect("PKCE").1.into_owned();
        flows.push((start.flow, challenge));
    }
    scripted.signs_in("token", OTHER, "account", false).await;
    let links = flows.iter().map(|(flow, _)| callback(flow, &format!("code=of-{flow}")));
    let handled: Vec<_> = links
        .map(|link| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.handle_callback_url(&link).await.map(drop) })
        })
        .collect();
    for outcome in handled {
        outcome.await.expect("ran").expect("exchanged");
    }
    for request in scripted.server.received_requests().await.expect("recorded") {
        let body: serde_json::Value = request.body_json().expect("JSON");
        let Some(code) = body["auth_code"].as_str() else { continue };
        let (_, challenge) = flows.iter().find(|(flow, _)| code == format!("of-{flow}")).expect("one of ours");
        assert_eq!(s256(body["code_verifier"].as_str().expect("a verifier")), *challenge);
    }
}

fn s256(verifier: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier))
}

#[tokio::test]
async fn item_41_a_start_that_failed_leaves_nothing() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let before = scripted.disk.bytes();
    scripted.answers("GET", "user/identities/authorize", refusal(404, "manual_linking_disabled")).await;
    engine.begin_link(Authorization::with("google"), deep_link()).await.expect_err("refused");
    assert_eq!(scripted.disk.bytes(), before);
    scripted.disk.fill(true);
    engine
        .begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Park)
        .await
        .expect_err("not written down");
    scripted.disk.fill(false);
    assert_eq!(scripted.disk.bytes(), before);
    let record = String::from_utf8(before.expect("a record")).expect("text");
    assert!(record.contains(r#""flows":[]"#));
}

#[tokio::test]
async fn item_42_flows_outlive_a_session_that_ends_but_not_a_sign_out() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let begin = async || {
        engine.begin_sign_in(Authorization::with("google"), deep_link(), OverGuest::Park).await.expect("begun").flow
    };
    let flow = begin().await;
    scripted.answers("POST", "token", refusal(400, "session_not_found")).await;
    engine.refresh_now().await.expect_err("ended");
    assert!(engine.session().is_none());
    scripted.server.reset().await;
    scripted.signs_in("token", OTHER, "account", false).await;
    scripted.answers("POST", "logout", ResponseTemplate::new(204)).await;
    engine.handle_callback_url(&callback(flow, "code=abc")).await.expect("the way back in");

    let flow = begin().await;
    engine.sign_out(SignOut::default()).await.expect("signed out");
    let outcome = engine.handle_callback_url(&callback(flow, "code=abc")).await;
    assert!(matches!(outcome, Err(Error::UnknownFlow)), "{outcome:?}");
}

#[tokio::test]
async fn linking_by_id_token_makes_the_guest_a_member_and_unlinking_tells_what_is_left() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.signs_in("token", GUEST, "member", false).await;
    scripted.answers("POST", "logout", ResponseTemplate::new(204)).await;
    let token = ProviderToken::new("id-token".into());
    let google = IdToken { provider: "google".into(), token, access_token: None, nonce: None };
    let member = engine.link_id_token(google).await.expect("linked");
    assert_eq!((member.user.id, member.is_anonymous), (GUEST, false));
    let identity = uuid::Uuid::from_u128(7);
    scripted
        .answers("DELETE", &format!("user/identities/{identity}"), ResponseTemplate::new(200).set_body_json(json!({})))
        .await;
    let user = json!({ "id": GUEST, "email": "ana@example.com", "is_anonymous": false, "identities": null });
    scripted.answers("GET", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    engine.unlink_identity(identity).await.expect("unlinked");
    assert_eq!(engine.session().and_then(|session| session.user.email.clone()).as_deref(), Some("ana@example.com"));
}

#[tokio::test]
async fn linking_by_oauth_makes_the_guest_a_member() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let url = json!({ "url": "https://provider.test/authorize?state=1" });
    scripted.answers("GET", "user/identities/authorize", ResponseTemplate::new(200).set_body_json(url)).await;
    scripted.signs_in("token", GUEST, "member", false).await;
    let start = engine.begin_link(Authorization::with("google"), deep_link()).await.expect("begun");
    assert_eq!(start.url.as_str(), "https://provider.test/authorize?state=1");
    let done = engine.handle_callback_url(&callback(start.flow, "code=abc")).await.expect("linked");
    assert!(matches!(done, Callback::Linked(session) if session.user.id == GUEST && !session.is_anonymous));
}
