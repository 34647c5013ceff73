//! A real backend: the sandbox, with a device beside it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use carryover_auth::{
    Admin, Api, Clock, Confirmed, Engine, Link, NewUser, Otp, Password, ServiceRoleKey, Session, SystemClock,
};
use carryover_sandbox::{Config, Options, Sandbox};
use carryover_testkit::Console;
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::{Disk, email};

/// A project with everything switched on, no reuse interval, and limits that tests do not meet.
pub(crate) const SETTINGS: &str = r#"
[auth]
enable_anonymous_sign_ins = true
enable_manual_linking = true
site_url = "http://localhost:3000"
refresh_token_reuse_interval = 0
additional_redirect_urls = ["carryover://auth/callback**"]
[auth.rate_limit]
anonymous_users = 100000
token_refresh = 100000
sign_in_sign_ups = 100000
token_verifications = 100000
email_sent = 100000
sms_sent = 100000
[auth.email]
enable_confirmations = true
[auth.sms]
enable_signup = true
enable_confirmations = true
max_frequency = "1s"
[auth.external.google]
enabled = true
client_id = "shop"
secret = "shop"
"#;

/// The system's clocks, moved together with the sandbox's.
#[derive(Clone)]
struct Moved(Arc<AtomicI64>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        let moved = SignedDuration::from_secs(self.0.load(Ordering::Relaxed));
        SystemClock.now().checked_add(moved).expect("a time")
    }

    fn elapsed(&self) -> Duration {
        SystemClock.elapsed() + Duration::from_secs(self.0.load(Ordering::Relaxed).unsigned_abs())
    }
}

pub(crate) struct Truth {
    pub(crate) sandbox: Sandbox,
    pub(crate) console: Console,
    server_clock: carryover_sandbox::Clock,
    clock: Moved,
    pub(crate) disk: Disk,
}

impl Truth {
    pub(crate) async fn new() -> Self {
        Self::with(SETTINGS).await
    }

    pub(crate) async fn with(settings: &str) -> Self {
        let server_clock = carryover_sandbox::Clock::default();
        let config = Config::parse("test", settings).expect("settings");
        let options = Options { config, clock: server_clock.clone(), ..Options::default() };
        let (sandbox, console) = carryover_testkit::sandbox(options).await.expect("a sandbox");
        Self { sandbox, console, server_clock, clock: Moved(Arc::default()), disk: Disk::default() }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.server_clock.advance(seconds);
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(self.sandbox.url(), self.sandbox.publishable_key()).expect("a client")
    }

    pub(crate) fn admin(&self) -> Admin {
        self.api().admin(&ServiceRoleKey::new(self.sandbox.service_role_key().to_owned()))
    }

    pub(crate) async fn start(&self) -> Engine<Disk> {
        Engine::load(self.api(), self.disk.clone(), Arc::new(self.clock.clone())).await
    }

    pub(crate) async fn guest(&self) -> (Engine<Disk>, Arc<Session>) {
        let engine = self.start().await;
        let guest = engine.ensure_anonymous().await.expect("a guest");
        (engine, guest)
    }

    /// A guest who became a member with this address.
    pub(crate) async fn member(&self, address: &str) -> (Engine<Disk>, Arc<Session>) {
        let (engine, _) = self.guest().await;
        assert!(matches!(engine.link(email(address)).await, Ok(Link::CodeSent)));
        let member = complete(engine.confirm_link(&self.code(address).await).await.expect("right"));
        (engine, member)
    }

    pub(crate) async fn account(&self, address: &str) -> uuid::Uuid {
        let contact = Some(email(address).into());
        let user = NewUser { contact, confirmed: true, password: Some(password()), data: Map::new() };
        self.admin().create_user(&user).await.expect("an account").id
    }

    pub(crate) async fn code(&self, to: &str) -> Otp {
        Otp::new(self.console.code(to).await.expect("a message"))
    }

    pub(crate) async fn row(&self, user: uuid::Uuid) -> carryover_auth::User {
        self.admin().user(user).await.expect("a row")
    }

    /// Whether the server still refreshes this session.
    pub(crate) async fn lives(&self, session: &Session) -> bool {
        self.api().refresh(&session.refresh_token).await.is_ok()
    }

    /// Google's page: a person chooses an account, or does not. Answers where the browser is sent.
    pub(crate) async fn at_google(&self, page: &str, answer: &[(&str, &str)]) -> String {
        let (status, at_provider) = if page.contains("/provider/") {
            (302, page.to_owned())
        } else {
            self.console.step(page).await.expect("a redirect")
        };
        assert_eq!(status, 302, "{at_provider}");
        let url: url::Url = at_provider.parse().expect("a URL");
        let state = url.query_pairs().find(|(key, _)| key == "state").expect("a state").1.into_owned();
        let form = [answer, &[("state", state.as_str())]].concat();
        let (_, back) = self.console.submit("/provider/google/decide", &form).await.expect("an answer");
        self.console.step(&back).await.expect("a redirect").1
    }
}

pub(crate) const BEA: [(&str, &str); 3] = [("name", "Bea"), ("email", "bea@example.com"), ("answer", "allow")];

pub(crate) fn password() -> Password {
    Password::new("correct horse".into())
}

pub(crate) fn complete(confirmed: Confirmed) -> Arc<Session> {
    match confirmed {
        Confirmed::Complete(session) => session,
        Confirmed::OtherCodeNeeded => panic!("half"),
    }
}

pub(crate) async fn until_told(engine: &Engine<Disk>) {
    for _ in 0..1000 {
        if engine.revocations_waiting() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the server was not told");
}
