//! A server over real HTTP that says what it is told to say.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{Api, Engine, Session};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

use super::{Disk, GUEST, TestClock};

pub(crate) struct Scripted {
    pub server: MockServer,
    pub clock: TestClock,
    pub disk: Disk,
}

/// An answer that signs in, issued when it is given.
struct SignsIn {
    clock: TestClock,
    user: Uuid,
    refresh: String,
    is_anonymous: bool,
}

impl Respond for SignsIn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_json(session_body(&self.clock, self.user, &self.refresh, self.is_anonymous))
    }
}

/// A token that is valid for an hour. The third part tells tokens apart.
pub(crate) fn token(clock: &TestClock, user: Uuid, is_anonymous: bool, mark: &str) -> String {
    let iat = clock.truth().as_second();
    let claims =
        json!({ "sub": user, "iat": iat, "exp": iat + 3600, "is_anonymous": is_anonymous, "session_id": user });
    format!("e30.{}.{mark}", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

pub(crate) fn session_body(clock: &TestClock, user: Uuid, refresh: &str, is_anonymous: bool) -> Value {
    json!({
        "access_token": token(clock, user, is_anonymous, refresh), "token_type": "bearer", "expires_in": 3600,
        "refresh_token": refresh, "user": { "id": user, "email": "", "is_anonymous": is_anonymous },
    })
}

pub(crate) fn refusal(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "code": code, "message": "no" }))
}

impl Scripted {
    pub(crate) async fn new() -> Self {
        Self { server: MockServer::start().await, clock: TestClock::new(), disk: Disk::default() }
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(&self.server.uri().parse().expect("a URL"), "publishable").expect("a client")
    }

    pub(crate) async fn engine(&self) -> Engine<Disk> {
        Engine::load(self.api(), self.disk.clone(), Arc::new(self.clock.clone())).await
    }

    pub(crate) async fn answers(&self, verb: &str, at: &str, answer: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(format!("/auth/v1/{at}"))).respond_with(answer).mount(&self.server).await;
    }

    pub(crate) async fn signs_in(&self, at: &str, user: Uuid, refresh: &str, is_anonymous: bool) {
        let answer = SignsIn { clock: self.clock.clone(), user, refresh: refresh.into(), is_anonymous };
        self.answers("POST", at, answer).await;
    }

    pub(crate) async fn guest(&self) -> (Engine<Disk>, Arc<Session>) {
        self.signs_in("signup", GUEST, "first", true).await;
        let engine = self.engine().await;
        let guest = engine.ensure_anonymous().await.expect("a guest");
        (engine, guest)
    }

    pub(crate) async fn requests(&self, at: &str) -> usize {
        let all = self.server.received_requests().await.unwrap_or_default();
        all.iter().filter(|request| request.url.path() == format!("/auth/v1/{at}")).count()
    }

    pub(crate) async fn all_requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }
}

/// Takes its time.
pub(crate) fn slow(answer: ResponseTemplate, by: Duration) -> ResponseTemplate {
    answer.set_delay(by)
}
