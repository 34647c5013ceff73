//! The session engine against a scripted server: outages, odd answers, races. No session is lost that could still live.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{Api, Change, Clock, Email, Engine, Error, LinkEmail, Otp, Session, SessionStore, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

const GUEST: Uuid = Uuid::from_u128(1);
const START: i64 = 1_800_000_000;

/// A clock that stands still until it is moved.
#[derive(Clone, Default)]
struct Still(Arc<AtomicI64>);

impl Still {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(START + self.0.load(Ordering::Relaxed)).expect("a time")
    }
}

/// Keeps the session's bytes as a file would.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Option<Vec<u8>>>>);

impl Disk {
    fn bytes(&self) -> Option<Vec<u8>> {
        self.0.lock().expect("not poisoned").clone()
    }
}

impl SessionStore for Disk {
    type Error = Infallible;

    async fn load(&self) -> Result<Option<Session>, Infallible> {
        Ok(self.bytes().map(|bytes| Session::from_bytes(&bytes).expect("a session")))
    }

    async fn commit(&self, change: &Change<'_>) -> Result<(), Infallible> {
        *self.0.lock().expect("not poisoned") = match change {
            Change::Replace { session, .. } => Some(session.to_bytes().to_vec()),
            Change::End { .. } => None,
        };
        Ok(())
    }
}

struct Bench {
    server: MockServer,
    clock: Still,
    disk: Disk,
}

impl Bench {
    async fn new() -> Self {
        Self { server: MockServer::start().await, clock: Still::default(), disk: Disk::default() }
    }

    async fn engine(&self) -> Engine<Disk> {
        let url = self.server.uri().parse().expect("a URL");
        let api = Api::new(&url, "publishable", Arc::new(self.clock.clone())).expect("a client");
        Engine::load(api, self.disk.clone()).await.expect("loads")
    }

    async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(format!("/auth/v1/{at}"))).respond_with(answer).mount(&self.server).await;
    }

    async fn guest(&self) -> Engine<Disk> {
        self.answers("POST", "signup", session(GUEST, "first", true)).await;
        let engine = self.engine().await;
        engine.ensure_anonymous().await.expect("a guest");
        engine
    }

    async fn requests(&self, at: &str) -> usize {
        let all = self.server.received_requests().await.unwrap_or_default();
        all.iter().filter(|request| request.url.path().ends_with(at)).count()
    }
}

/// An answer that signs in, valid for an hour.
fn session(user: Uuid, refresh: &str, is_anonymous: bool) -> ResponseTemplate {
    let claims = json!({ "sub": user, "exp": START + 3600, "is_anonymous": is_anonymous });
    let token = format!("e30.{}.{refresh}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    ResponseTemplate::new(200).set_body_json(json!({
        "access_token": token, "refresh_token": refresh, "expires_in": 3600, "user": { "id": user, "email": "", "is_anonymous": is_anonymous },
    }))
}

fn refusal(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "code": code, "message": "no" }))
}

#[tokio::test]
async fn a_hundred_wishes_for_a_guest_make_one() {
    let bench = Bench::new().await;
    bench.answers("POST", "signup", session(GUEST, "first", true)).await;
    let engine = Arc::new(bench.engine().await);
    let wishes: Vec<_> = (0..100)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.ensure_anonymous().await.map(|session| session.user.id) })
        })
        .collect();
    for wish in wishes {
        assert_eq!(wish.await.expect("ran").expect("a guest"), GUEST);
    }
    assert_eq!(bench.requests("/signup").await, 1);
    // Another start of the program finds the guest on disk.
    assert_eq!(bench.engine().await.ensure_anonymous().await.expect("the guest").user.id, GUEST);
    assert_eq!(bench.requests("/signup").await, 1);
}

#[tokio::test]
async fn no_odd_answer_to_a_refresh_ends_a_session() {
    let html = |status| ResponseTemplate::new(status).set_body_string("<html>portal</html>");
    let mut answers: Vec<_> =
        [401, 402, 403, 404, 407, 408, 409, 422, 425, 429, 500, 502, 511, 531, 540].map(html).into();
    answers.extend([
        html(200),
        ResponseTemplate::new(200).set_body_json(json!({})),
        refusal(429, "over_request_rate_limit"),
        refusal(400, "user_banned"),
        refusal(400, "validation_failed"),
        refusal(400, "something_new"),
    ]);
    for answer in answers {
        let bench = Bench::new().await;
        let engine = bench.guest().await;
        bench.answers("POST", "token", answer).await;
        let before = bench.disk.bytes();
        bench.clock.advance(7200);
        engine.access_token().await.expect_err("no valid token");
        assert_eq!(bench.disk.bytes(), before);
        assert!(matches!(*engine.watch().borrow(), State::Present(_)));
        assert_eq!(engine.ensure_anonymous().await.expect("the same guest").user.id, GUEST, "no second guest");
        assert_eq!(bench.requests("/signup").await, 1);
    }
}

#[tokio::test]
async fn four_codes_end_a_session() {
    for code in ["refresh_token_not_found", "refresh_token_already_used", "session_not_found", "session_expired"] {
        let bench = Bench::new().await;
        let engine = bench.guest().await;
        bench.answers("POST", "token", refusal(400, code)).await;
        bench.clock.advance(7200);
        assert!(matches!(engine.access_token().await, Err(Error::SessionEnded)), "{code}");
        assert!(matches!(*engine.watch().borrow(), State::Ended { user_id: GUEST, .. }));
        assert_eq!(bench.disk.bytes(), None);
    }
}

#[tokio::test]
async fn within_the_margin_a_failed_refresh_leaves_the_valid_token() {
    let bench = Bench::new().await;
    let engine = bench.guest().await;
    bench.answers("POST", "token", ResponseTemplate::new(503)).await;
    bench.clock.advance(3570);
    let token = engine.access_token().await.expect("still valid for 30 seconds");
    assert_eq!(token.expose().rsplit('.').next(), Some("first"));
    bench.clock.advance(31);
    engine.access_token().await.expect_err("run out");
}

#[tokio::test]
async fn many_callers_share_one_refresh() {
    let bench = Bench::new().await;
    let engine = Arc::new(bench.guest().await);
    bench.answers("POST", "token", session(GUEST, "second", true)).await;
    bench.clock.advance(7200);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.access_token().await.map(|token| token.expose().to_owned()) })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.expect("ran").expect("a token").ends_with(".second"));
    }
    assert_eq!(bench.requests("/token").await, 1);
}

#[tokio::test]
async fn a_session_of_another_user_is_not_taken_over() {
    let bench = Bench::new().await;
    let engine = bench.guest().await;
    bench.answers("POST", "verify", session(Uuid::from_u128(2), "foreign", false)).await;
    bench.answers("POST", "token", session(Uuid::from_u128(2), "foreign", false)).await;
    let before = bench.disk.bytes();
    let email = Email::parse("ana@example.com").expect("an address");
    assert!(matches!(engine.confirm_email(&email, &Otp::new("123456".into())).await, Err(Error::OtherUser)));
    assert!(matches!(engine.refresh_now().await, Err(Error::OtherUser)));
    assert_eq!(bench.disk.bytes(), before);
}

#[tokio::test]
async fn a_token_that_still_says_guest_is_refreshed_before_anybody_says_member() {
    let bench = Bench::new().await;
    let engine = bench.guest().await;
    bench.answers("POST", "verify", session(GUEST, "early", true)).await;
    bench.answers("POST", "token", session(GUEST, "late", false)).await;
    bench.answers("POST", "logout", ResponseTemplate::new(204)).await;
    let email = Email::parse("ana@example.com").expect("an address");
    let member = engine.confirm_email(&email, &Otp::new("123456".into())).await.expect("a member");
    assert!(!member.is_anonymous());
    assert_eq!(member.user.id, GUEST);
    assert_eq!((bench.requests("/token").await, bench.requests("/logout").await), (1, 1));
}

#[tokio::test]
async fn a_server_that_wants_no_code_makes_a_member_at_once() {
    let bench = Bench::new().await;
    let engine = bench.guest().await;
    let user = json!({ "id": GUEST, "email": "ana@example.com", "is_anonymous": false });
    bench.answers("PUT", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    bench.answers("POST", "token", session(GUEST, "second", false)).await;
    let email = Email::parse("ana@example.com").expect("an address");
    let LinkEmail::Linked(session) = engine.link_email(&email).await.expect("linked") else {
        panic!("no code was sent")
    };
    assert!(!session.is_anonymous());
}

#[tokio::test]
async fn without_a_session_nothing_is_sent() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let email = Email::parse("ana@example.com").expect("an address");
    assert!(matches!(engine.link_email(&email).await, Err(Error::NoSession)));
    assert!(matches!(engine.access_token().await, Err(Error::NoSession)));
    assert_eq!(bench.server.received_requests().await.map(|all| all.len()), Some(0));
}

#[tokio::test]
async fn requests_carry_what_supabase_expects_and_no_more() {
    let bench = Bench::new().await;
    let engine = bench.guest().await;
    bench.answers("POST", "token", session(GUEST, "second", true)).await;
    engine.refresh_now().await.expect("refreshed");
    let seen = bench.server.received_requests().await.expect("recorded");
    for request in &seen {
        assert_eq!(request.headers["apikey"], "publishable");
        assert_eq!(request.headers["x-supabase-api-version"], "2024-01-01");
        assert!(!request.headers.contains_key("authorization"), "no token, and no key in its place");
    }
    let bodies: Vec<Value> = seen.iter().map(|request| request.body_json().expect("JSON")).collect();
    assert_eq!(bodies, [json!({}), json!({ "refresh_token": "first" })]);
    assert_eq!(seen[1].url.query(), Some("grant_type=refresh_token"));
}
