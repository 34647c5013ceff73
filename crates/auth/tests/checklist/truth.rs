//! The same promises against the sandbox: real PostgreSQL, real rows, real rotation. What a scripted server only claims is
//! true here, or the test fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use carryover_auth::{
    Admin, Api, Authorization, Callback, Clock, Code, Confirmed, EndReason, Engine, Error, Link, LinkKind, Loopback,
    NewUser, Nonce, Otp, OtpKind, OverGuest, Password, Phone, Proof, Resend, Scope, SendOtp, ServiceRoleKey, Session,
    SignOut, SignedIn, SignedUp, Standing, State, SystemClock, UserUpdate, Verified,
};
use carryover_sandbox::{Config, Options, Sandbox};
use carryover_testkit::Console;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, json};

use crate::support::{Disk, ana, email};

/// A project with everything switched on, no reuse interval, and limits that tests do not meet.
const SETTINGS: &str = r#"
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

struct Truth {
    sandbox: Sandbox,
    console: Console,
    server_clock: carryover_sandbox::Clock,
    clock: Moved,
    disk: Disk,
}

impl Truth {
    async fn new() -> Self {
        Self::with(SETTINGS).await
    }

    async fn with(settings: &str) -> Self {
        let server_clock = carryover_sandbox::Clock::default();
        let config = Config::parse("test", settings).expect("settings");
        let options = Options { config, clock: server_clock.clone(), ..Options::default() };
        let (sandbox, console) = carryover_testkit::sandbox(options).await.expect("a sandbox");
        Self { sandbox, console, server_clock, clock: Moved(Arc::default()), disk: Disk::default() }
    }

    fn pass(&self, seconds: i64) {
        self.server_clock.advance(seconds);
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    fn api(&self) -> Api {
        Api::new(self.sandbox.url(), self.sandbox.publishable_key()).expect("a client")
    }

    fn admin(&self) -> Admin {
        self.api().admin(&ServiceRoleKey::new(self.sandbox.service_role_key().to_owned()))
    }

    async fn start(&self) -> Engine<Disk> {
        Engine::load(self.api(), self.disk.clone(), Arc::new(self.clock.clone())).await
    }

    async fn guest(&self) -> (Engine<Disk>, Arc<Session>) {
        let engine = self.start().await;
        let guest = engine.ensure_anonymous().await.expect("a guest");
        (engine, guest)
    }

    /// A guest who became a member with this address.
    async fn member(&self, address: &str) -> (Engine<Disk>, Arc<Session>) {
        let (engine, _) = self.guest().await;
        assert!(matches!(engine.link(email(address)).await, Ok(Link::CodeSent)));
        let member = complete(engine.confirm_link(&self.code(address).await).await.expect("right"));
        (engine, member)
    }

    async fn account(&self, address: &str) -> uuid::Uuid {
        let contact = Some(email(address).into());
        let user = NewUser { contact, confirmed: true, password: Some(password()), data: Map::new() };
        self.admin().create_user(&user).await.expect("an account").id
    }

    async fn code(&self, to: &str) -> Otp {
        Otp::new(self.console.code(to).await.expect("a message"))
    }

    async fn row(&self, user: uuid::Uuid) -> carryover_auth::User {
        self.admin().user(user).await.expect("a row")
    }

    /// Whether the server still refreshes this session.
    async fn lives(&self, session: &Session) -> bool {
        self.api().refresh(&session.refresh_token).await.is_ok()
    }

    /// Google's page: a person chooses an account, or does not. Answers where the browser is sent.
    async fn at_google(&self, page: &str, answer: &[(&str, &str)]) -> String {
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

const BEA: [(&str, &str); 3] = [("name", "Bea"), ("email", "bea@example.com"), ("answer", "allow")];

fn password() -> Password {
    Password::new("correct horse".into())
}

fn complete(confirmed: Confirmed) -> Arc<Session> {
    match confirmed {
        Confirmed::Complete(session) => session,
        Confirmed::OtherCodeNeeded => panic!("half"),
    }
}

async fn until_told(engine: &Engine<Disk>) {
    for _ in 0..1000 {
        if engine.revocations_waiting() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the server was not told");
}

#[tokio::test]
async fn item_02_and_05_in_truth_a_deleted_guest_is_over_and_on_record() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    truth.admin().delete_user(guest.user.id).await.expect("deleted");
    assert!(matches!(engine.user().await, Err(Error::SessionEnded)), "asked by any call");
    let ended = engine.ended_sessions().pop().expect("on record");
    assert_eq!(ended.reason, EndReason::ByServer("refresh_token_not_found".into()));
    assert_eq!((ended.user_id, ended.created_at.is_some()), (guest.user.id, true));
    assert!(truth.console.users().await.expect("users").is_empty(), "no other guest");
}

#[tokio::test]
async fn item_03_in_truth_a_ban_can_be_lifted() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let ban = |length: &str| json!({ "ban_duration": length }).as_object().cloned().expect("an object");
    truth.admin().update_user(guest.user.id, &ban("24h")).await.expect("banned");
    assert_eq!(engine.refresh_now().await.expect_err("banned").code(), Some(&Code::UserBanned));
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Blocked, .. }));
    truth.admin().update_user(guest.user.id, &ban("none")).await.expect("pardoned");
    assert_eq!(engine.refresh_now().await.expect("refreshed").user.id, guest.user.id);
}

#[tokio::test]
async fn item_06_in_truth_a_hundred_wishes_are_one_row() {
    let truth = Truth::new().await;
    let engines = [truth.start().await, truth.start().await];
    let wishes: Vec<_> = (0..100)
        .map(|n: usize| {
            let engine = engines[n % 2].clone();
            tokio::spawn(async move { engine.ensure_anonymous().await.map(|session| session.user.id) })
        })
        .collect();
    let mut ids = Vec::new();
    for wish in wishes {
        ids.push(wish.await.expect("ran").expect("a guest"));
    }
    ids.dedup();
    assert_eq!((ids.len(), truth.console.users().await.expect("users").len()), (1, 1));
}

#[tokio::test]
async fn item_09_in_truth_park_switch_and_give_up() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let account = truth.account("ana@example.com").await;
    let sign_in = |policy| engine.sign_in_with_password(ana(), password(), None, policy);
    assert!(matches!(sign_in(OverGuest::Refuse).await, Err(Error::GuestPresent)));
    assert!(matches!(sign_in(OverGuest::Park).await, Ok(SignedIn::Candidate(other)) if other.user.id == account));
    truth.pass(4000);
    let (ours, theirs) = (engine.access_token().await.expect("ours"), engine.candidate_token().await.expect("theirs"));
    assert_eq!(truth.api().user(&ours).await.expect("a user").id, guest.user.id);
    assert_eq!(truth.api().user(&theirs).await.expect("a user").id, account);
    let guest = engine.session().expect("the guest");
    assert_eq!(engine.switch_to_candidate().await.expect("switched").user.id, account);
    until_told(&engine).await;
    assert!(!truth.lives(&guest).await, "the guest's session is gone");
    // By a code, over a member: nobody is lost, so nothing is asked.
    truth.api().send_otp(&SendOtp::to_existing(ana())).await.expect("sent");
    let code = truth.code("ana@example.com").await;
    assert!(matches!(engine.sign_in_with_otp(ana(), &code, OverGuest::Refuse).await, Ok(SignedIn::Current(_))));
    let unknown = truth.api().send_otp(&SendOtp::to_existing(email("nobody@example.com").into())).await;
    assert_eq!(unknown.expect_err("nobody").code(), Some(&Code::OtpDisabled));
}

#[tokio::test]
async fn item_20_and_22_in_truth_lost_answers_and_two_programs() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    // The answer was lost, or the program killed before it was written: the server takes the parent of its newest token.
    truth.api().refresh(&guest.refresh_token).await.expect("rotated, and thrown away");
    let refreshed = engine.refresh_now().await.expect("refreshed");
    assert_ne!(refreshed.refresh_token.expose(), guest.refresh_token.expose());
    let other = truth.start().await;
    for _ in 0..50 {
        let (a, b) = tokio::join!(engine.refresh_now(), other.refresh_now());
        assert_eq!((a.expect("ours").user.id, b.expect("theirs").user.id), (guest.user.id, guest.user.id));
    }
    // A token two steps old is taken for stolen: that is what all the care is for.
    let stolen = truth.api().refresh(&guest.refresh_token).await.expect_err("stolen");
    assert_eq!(stolen.code(), Some(&Code::RefreshTokenAlreadyUsed));
}

#[tokio::test]
async fn item_31_to_33_in_truth_by_code() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    engine.link(ana()).await.expect("asked");
    assert_eq!(engine.link(ana()).await.expect_err("too soon").code(), Some(&Code::OverEmailSendRateLimit));
    truth.pass(2);
    engine.link(ana()).await.expect("sent again");
    let code = truth.code("ana@example.com").await;
    let engine = truth.start().await;
    let wrong = engine.confirm_link(&Otp::new("000000".into())).await.expect_err("wrong");
    assert_eq!(wrong.code(), Some(&Code::OtpExpired));
    let member = complete(engine.confirm_link(&code).await.expect("right"));
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    let row = truth.row(guest.user.id).await;
    assert_eq!((row.is_anonymous, row.email.as_deref(), row.identities.len()), (false, Some("ana@example.com"), 1));
    until_told(&engine).await;
    assert!(!truth.lives(&guest).await && truth.lives(&member).await);
}

#[tokio::test]
async fn item_31_in_truth_at_once_where_nothing_is_confirmed() {
    let truth = Truth::with(&SETTINGS.replacen("enable_confirmations = true", "enable_confirmations = false", 1)).await;
    let (engine, guest) = truth.guest().await;
    let Link::Linked(member) = engine.link(ana()).await.expect("linked") else { panic!("a code was sent") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
}

#[tokio::test]
async fn item_32_in_truth_by_the_link_in_the_mail() {
    let truth = Truth::new().await;
    // Opened in a browser anywhere: it confirms, and the program notices.
    let (engine, guest) = truth.guest().await;
    engine.link(ana()).await.expect("asked");
    assert!(engine.check_link().await.expect("looked").is_none());
    let link = truth.console.link("ana@example.com").await.expect("a link");
    let (_, landed) = truth.console.step(&link).await.expect("opened");
    assert!(landed.starts_with("http://localhost:3000"), "{landed}");
    assert!(
        !landed.contains("access_token") && !landed.contains("refresh_token"),
        "no tokens in the browser: {landed}"
    );
    let member = engine.check_link().await.expect("looked").expect("confirmed elsewhere");
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));

    // Leading back to the program, which exchanges the code.
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let redirect = "carryover://auth/callback".parse().expect("a URL");
    engine.link_with_redirect(email("bea@example.com"), redirect).await.expect("asked");
    let link = truth.console.link("bea@example.com").await.expect("a link");
    let (_, landed) = truth.console.step(&link).await.expect("opened");
    let done = engine.handle_callback_url(&landed).await.expect("exchanged");
    assert!(matches!(done, Callback::Linked(member) if member.user.id == guest.user.id && !member.is_anonymous));
}

#[tokio::test]
async fn item_31_in_truth_by_phone_and_a_password_afterwards() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let phone = Phone::parse("+1 555 0100 22").expect("a number");
    let early = UserUpdate { password: Some(password()), ..UserUpdate::default() };
    assert_eq!(engine.update_user(early.clone()).await.expect_err("too early").code(), Some(&Code::ValidationFailed));
    engine.link(phone.clone()).await.expect("asked");
    let member = complete(engine.confirm_link(&truth.code(phone.as_str()).await).await.expect("right"));
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    assert_eq!(member.user.phone.as_deref(), Some(phone.as_str()));
    let weak = UserUpdate { password: Some(Password::new("123".into())), ..UserUpdate::default() };
    let Err(Error::Api(weak)) = engine.update_user(weak).await else { panic!("taken") };
    assert_eq!((weak.code, weak.weak_password.is_empty()), (Code::WeakPassword, false));
    engine.update_user(early.clone()).await.expect("set");
    assert_eq!(engine.update_user(early).await.expect_err("the same").code(), Some(&Code::SamePassword));
    engine.sign_out(SignOut::default()).await.expect("out");
    let back = engine.sign_in_with_password(phone, password(), None, OverGuest::Refuse).await.expect("back");
    assert!(matches!(back, SignedIn::Current(session) if session.user.id == guest.user.id));
}

#[tokio::test]
async fn item_34_in_truth_a_members_address_needs_both_codes() {
    let truth = Truth::new().await;
    let (engine, member) = truth.member("ana@example.com").await;
    truth.pass(2);
    assert!(matches!(engine.link(email("new@example.com")).await, Ok(Link::CodeSent)));
    let (old, new) = (truth.code("ana@example.com").await, truth.code("new@example.com").await);
    let half = engine.confirm_link_with(Proof::Email(OtpKind::EmailChange, email("ana@example.com"), old)).await;
    assert!(matches!(half, Ok(Confirmed::OtherCodeNeeded)), "{half:?}");
    assert_eq!(truth.row(member.user.id).await.email.as_deref(), Some("ana@example.com"));
    let done = complete(engine.confirm_link(&new).await.expect("right"));
    assert_eq!(done.user.email.as_deref(), Some("new@example.com"));
}

#[tokio::test]
async fn item_35_in_truth_after_every_refusal_the_guest_refreshes() {
    let truth = Truth::new().await;
    let (_, member) = truth.member("ana@example.com").await;
    truth.disk.restore(None);
    let (engine, guest) = truth.guest().await;
    assert_ne!(guest.user.id, member.user.id);
    assert_eq!(engine.link(ana()).await.expect_err("taken").code(), Some(&Code::EmailExists));
    engine.refresh_now().await.expect("as before");

    engine.link(email("new@example.com")).await.expect("asked");
    let code = truth.code("new@example.com").await;
    truth.pass(100_000);
    assert_eq!(engine.confirm_link(&code).await.expect_err("too old").code(), Some(&Code::OtpExpired));
    engine.refresh_now().await.expect("as before");

    let off = Truth::with(&SETTINGS.replace("enable_manual_linking = true", "enable_manual_linking = false")).await;
    let (engine, _) = off.guest().await;
    let redirect = || "http://127.0.0.1:1/callback".parse().expect("a URL");
    let refused = engine.begin_link(Authorization::with("google"), redirect()).await.expect_err("switched off");
    assert_eq!(refused.code(), Some(&Code::ManualLinkingDisabled));
    engine.refresh_now().await.expect("as before");
}

#[tokio::test]
async fn item_35_in_truth_an_identity_of_somebody_else() {
    let truth = Truth::new().await;
    let redirect = || "http://127.0.0.1:1/callback".parse().expect("a URL");
    // Somebody signed in with this Google account before.
    let engine = truth.start().await;
    let start =
        engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Refuse).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let done = engine.handle_callback_url(&landed).await.expect("signed in");
    let Callback::SignedIn(SignedIn::Current(bea)) = done else { panic!("{done:?}") };

    truth.disk.restore(None);
    let (engine, guest) = truth.guest().await;
    let start = engine.begin_link(Authorization::with("google"), redirect()).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let refused = engine.handle_callback_url(&landed).await.expect_err("taken");
    assert_eq!(refused.code(), Some(&Code::IdentityAlreadyExists));
    assert_eq!(engine.refresh_now().await.expect("as before").user.id, guest.user.id);
    // The way out: the account beside the guest.
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let done = engine.handle_callback_url(&landed).await.expect("parked");
    assert!(matches!(done, Callback::SignedIn(SignedIn::Candidate(account)) if account.user.id == bea.user.id));

    // Too late, and with a code that is nobody's.
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    truth.pass(301);
    assert_eq!(engine.handle_callback_url(&landed).await.expect_err("late").code(), Some(&Code::FlowStateExpired));
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let made_up = format!("http://127.0.0.1:1/callback?flow={}&code=11111111-1111-4111-8111-111111111111", start.flow);
    assert_eq!(engine.handle_callback_url(&made_up).await.expect_err("unknown").code(), Some(&Code::FlowStateNotFound));
    assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id));
}

#[tokio::test]
async fn item_38_to_40_in_truth_linking_google_over_the_loopback() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let loopback = Loopback::bind().await.expect("listens");
    let start = engine.begin_link(Authorization::with("google"), loopback.redirect_to().clone()).await.expect("begun");
    let waiting = tokio::spawn(loopback.callback("<h1>Back to the shop</h1>", Duration::from_secs(30)));
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let page = reqwest::get(&landed).await.expect("the program listens").text().await.expect("a page");
    assert_eq!(page, "<h1>Back to the shop</h1>");
    let callback = waiting.await.expect("ran").expect("a callback");
    let done = engine.handle_callback_url(&callback).await.expect("linked");
    let Callback::Linked(member) = done else { panic!("{done:?}") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    assert_eq!(member.user.email.as_deref(), Some("bea@example.com"));
    assert!(matches!(engine.handle_callback_url(&callback).await, Ok(Callback::AlreadyHandled)));
    assert_eq!(truth.row(guest.user.id).await.identities[0].provider, "google");

    // The person says no.
    let engine = truth.start().await;
    let redirect = "http://127.0.0.1:1/callback".parse().expect("a URL");
    let start = engine.begin_sign_in(Authorization::with("google"), redirect, OverGuest::Refuse).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &[("answer", "deny")]).await;
    let denied = engine.handle_callback_url(&landed).await.expect_err("denied");
    assert!(matches!(denied, Error::Redirect(error) if error.error == "access_denied"));
}

#[tokio::test]
async fn item_43_in_truth_scopes() {
    let truth = Truth::new().await;
    let (engine, member) = truth.member("ana@example.com").await;
    let update = UserUpdate { password: Some(password()), ..UserUpdate::default() };
    engine.update_user(update).await.expect("a password");
    let elsewhere =
        || async { truth.api().sign_in_with_password(&ana(), &password(), None).await.expect("another session") };
    let other = elsewhere().await;
    engine.sign_out(SignOut { scope: Scope::Others, lose_guest: false }).await.expect("done");
    assert!(!truth.lives(&other).await && engine.refresh_now().await.is_ok());
    let other = elsewhere().await;
    engine.sign_out(SignOut::default()).await.expect("out");
    until_told(&engine).await;
    assert!(truth.lives(&other).await && !truth.lives(&member).await);
    // With an access token that ran out: renewed first, to end its own session.
    let SignedIn::Current(session) =
        engine.sign_in_with_password(ana(), password(), None, OverGuest::Refuse).await.expect("in")
    else {
        panic!("a candidate")
    };
    truth.pass(4000);
    engine.sign_out(SignOut { scope: Scope::Global, lose_guest: false }).await.expect("out");
    until_told(&engine).await;
    assert!(!truth.lives(&session).await);
}

#[tokio::test]
async fn every_other_call_is_understood() {
    let truth = Truth::new().await;
    let api = truth.api();
    assert_eq!(api.health().await.expect("healthy").name, "GoTrue");
    let settings = api.settings().await.expect("settings");
    assert!(settings.anonymous_users && settings.email && settings.phone && !settings.mailer_autoconfirm);
    assert_eq!(settings.providers, ["google"]);
    assert!(api.jwks().await.expect("keys").keys.is_empty(), "a shared secret is not public");

    let data = json!({ "from": "test" }).as_object().cloned().expect("an object");
    let signed_up = api.sign_up(&ana(), &password(), &data, None, None).await.expect("signed up");
    assert!(matches!(signed_up, SignedUp::Confirm(user) if user.user_metadata["from"] == "test"));
    truth.pass(2);
    api.resend(&Resend::SignUp(email("ana@example.com")), None, None).await.expect("sent again");
    let proof = Proof::Email(OtpKind::SignUp, email("ana@example.com"), truth.code("ana@example.com").await);
    let Verified::Session(session) = api.verify(&proof).await.expect("right") else { panic!("half") };
    let token = &session.access_token;
    assert_eq!(api.identities(token).await.expect("identities").len(), 1);

    truth.pass(2);
    api.reauthenticate(token).await.expect("a nonce is sent");
    let nonce = Some(Nonce::new(truth.console.code("ana@example.com").await.expect("a nonce")));
    let change = UserUpdate { password: Some(Password::new("another horse".into())), nonce, ..UserUpdate::default() };
    api.update_user(token, &change).await.expect("changed");
    let only = api.identities(token).await.expect("identities")[0].identity_id;
    let kept = api.unlink_identity(token, only).await.expect_err("the last one");
    assert_eq!(kept.code(), Some(&Code::SingleIdentityNotDeletable));

    truth.pass(2);
    api.recover(&email("ana@example.com"), None, None).await.expect("sent");
    let proof = Proof::Email(OtpKind::Recovery, email("ana@example.com"), truth.code("ana@example.com").await);
    assert!(matches!(api.verify(&proof).await, Ok(Verified::Session(_))));
    truth.pass(2);
    let link = truth.admin().generate_link(LinkKind::MagicLink, &email("ana@example.com")).await.expect("a link");
    assert!(matches!(api.verify(&Proof::Link(OtpKind::MagicLink, link.hash)).await, Ok(Verified::Session(_))));
    assert_eq!(truth.admin().list_users(1, 50).await.expect("users").len(), 1);
    api.logout(token, Scope::Global).await.expect("out");
    assert_eq!(api.user(token).await.expect_err("out").code(), Some(&Code::SessionNotFound));
}

/// A program of `examples/`, which cargo builds with the tests.
fn example(name: &str, arguments: &[&str], folder: &std::path::Path) -> tokio::process::Command {
    let tests = std::env::current_exe().expect("this test");
    let target = tests.ancestors().nth(2).expect("target/debug");
    let mut command = tokio::process::Command::new(target.join("examples").join(name));
    command.args(arguments).env("TMPDIR", folder).env("TEMP", folder).kill_on_drop(true);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    command
}

async fn said(child: tokio::process::Child) -> String {
    let output = child.wait_with_output().await.expect("it ran");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn the_examples_run() {
    use tokio::io::AsyncWriteExt;
    let (truth, folder) = (Truth::new().await, tempfile::tempdir().expect("a folder"));
    let (url, key) = (truth.sandbox.url().as_str(), truth.sandbox.publishable_key());

    let upgrade = || example("upgrade_by_email", &[url, key, "ana@example.com"], folder.path());
    let mut child = upgrade().spawn().expect("a process");
    let code = loop {
        if let Ok(code) = truth.console.code("ana@example.com").await {
            break code;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(format!("000000\n{code}\n").as_bytes()).await.expect("typed");
    let said_first = said(child).await;
    let user = truth.console.users().await.expect("users")[0]["id"].as_str().expect("an id").to_owned();
    assert!(said_first.contains(&format!("user {user}, anonymous: true")), "{said_first}");
    assert!(said_first.contains("otp_expired") && said_first.contains(&format!("user {user}, anonymous: false")));
    let again = said(upgrade().spawn().expect("a process")).await;
    assert_eq!(again, format!("user {user}, anonymous: false\n"), "the session of the last time");

    let account = truth.account("bea@example.com").await;
    let child = example("switch_account", &[url, key, "bea@example.com", "correct horse"], folder.path()).spawn();
    let said = said(child.expect("a process")).await;
    assert!(said.ends_with(&format!("now {account}\n")), "{said}");
}
