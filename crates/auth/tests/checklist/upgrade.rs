//! Items 31–36: how a guest becomes a member.

use std::time::Duration;

use carryover_auth::{
    Authorization, Cause, Code, Confirmed, Contact, Engine, Error, Link, Otp, Phone, Proof, SessionStore, State,
    UserUpdate, Verified,
};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{
    Device, Disk, Fault, GUEST, Scripted, ana,
    scripted::{refusal, session_body},
    server::CODE,
    until,
};

fn code() -> Otp {
    Otp::new(CODE.into())
}

#[tokio::test(start_paused = true)]
async fn item_31_with_a_code_also_after_a_restart_and_sent_again() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    assert!(matches!(engine.link(ana()).await, Ok(Link::CodeSent)));
    assert!(matches!(engine.link(ana()).await, Ok(Link::CodeSent)), "which is how a guest gets it again");
    assert_eq!(device.server.requests("PUT user"), 2);
    engine.shutdown(Duration::ZERO).await;

    let engine = device.start().await;
    let pending = engine.pending_link().expect("it waits");
    assert_eq!((pending.user_id, pending.contact), (guest.user.id, ana()));
    let wrong = engine.confirm_link(&Otp::new("000000".into())).await.expect_err("wrong");
    assert_eq!(wrong.code(), Some(&Code::OtpExpired));
    let Confirmed::Complete(member) = engine.confirm_link(&code()).await.expect("right") else { panic!("half") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    assert_eq!(member.user.email.as_deref(), Some("ana@example.com"));
    assert!(engine.pending_link().is_none());
    assert!(matches!(engine.confirm_link(&code()).await, Err(Error::NothingPending)));
}

#[tokio::test]
async fn item_31_a_server_that_wants_no_code_makes_a_member_at_once() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let user = json!({ "id": GUEST, "email": "ana@example.com", "is_anonymous": false });
    scripted.answers("PUT", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    scripted.signs_in("token", GUEST, "second", false).await;
    let Link::Linked(session) = engine.link(ana()).await.expect("linked") else { panic!("no code was sent") };
    assert!(!session.is_anonymous, "and the token says so");
}

#[tokio::test(start_paused = true)]
async fn item_32_member_is_said_when_the_token_says_it_however_it_came_about() {
    // By the code.
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let mut events = engine.events();
    engine.link(ana()).await.expect("asked");
    engine.confirm_link(&code()).await.expect("confirmed");
    let upgraded = only_upgrade(&mut events).await;
    let (State::Present { session: before, .. }, State::Present { session: after, .. }) = upgraded else { panic!() };
    assert_eq!((before.user.id, after.user.id), (guest.user.id, guest.user.id));
    assert!(before.is_anonymous && !after.is_anonymous);

    // In a browser, noticed by the keeper.
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let mut events = engine.events();
    engine.keep_fresh();
    engine.link(ana()).await.expect("asked");
    device.server.confirm_elsewhere(guest.user.id);
    until("the keeper looks", || engine.session().is_some_and(|session| !session.is_anonymous)).await;
    only_upgrade(&mut events).await;
    assert!(engine.pending_link().is_none());

    // In a browser, noticed because the program asks.
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    engine.link(ana()).await.expect("asked");
    assert!(engine.check_link().await.expect("looked").is_none(), "not yet");
    device.server.confirm_elsewhere(guest.user.id);
    assert!(engine.check_link().await.expect("looked").is_some_and(|session| !session.is_anonymous));
}

/// The one event that says so, and none that says something else of a new session.
async fn only_upgrade(events: &mut carryover_auth::Events) -> (State, State) {
    let mut upgrades = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(1), events.next()).await {
        let known = [Cause::Initial, Cause::UserUpdated, Cause::Upgraded, Cause::Refreshed];
        assert!(known.contains(&event.cause), "{:?}", event.cause);
        if event.cause == Cause::Upgraded {
            upgrades.push((event.previous, event.next));
        }
    }
    assert_eq!(upgrades.len(), 1);
    upgrades.remove(0)
}

#[tokio::test]
async fn item_32_a_token_that_still_says_guest_is_refreshed_first() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let user = json!({ "id": GUEST, "new_email": "ana@example.com", "is_anonymous": true });
    scripted.answers("PUT", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    engine.link(ana()).await.expect("asked");
    scripted.signs_in("verify", GUEST, "early", true).await;
    scripted.signs_in("token", GUEST, "late", false).await;
    scripted.answers("POST", "logout", ResponseTemplate::new(204)).await;
    let mut events = engine.events();
    let Confirmed::Complete(member) = engine.confirm_link(&code()).await.expect("a member") else { panic!("half") };
    assert!(!member.is_anonymous);
    assert_eq!(scripted.requests("token").await, 1);
    let causes = [events.next().await, events.next().await, events.next().await].map(|e| e.expect("an event").cause);
    assert_eq!(causes, [Cause::Initial, Cause::UserUpdated, Cause::Upgraded]);
}

#[tokio::test(start_paused = true)]
async fn item_32_an_answer_that_was_lost_after_the_code_was_taken_is_recognised() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    engine.link(ana()).await.expect("asked");
    device.server.plan(|what| if what == "POST verify" { Fault::LoseAnswer } else { Fault::None });
    assert!(matches!(engine.confirm_link(&code()).await, Err(Error::NoAnswer(_))));
    assert!(engine.session().is_some_and(|session| session.is_anonymous), "nobody says member yet");
    device.server.plan(|_| Fault::None);
    // The person tries the same code again: it is spent, but so is the guest's time as a guest.
    let Confirmed::Complete(member) = engine.confirm_link(&code()).await.expect("recognised") else { panic!("half") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
}

#[tokio::test(start_paused = true)]
async fn item_33_the_guests_session_is_revoked_once_the_new_one_is_safe() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    engine.link(ana()).await.expect("asked");
    device.disk.fill(true);
    let Confirmed::Complete(member) = engine.confirm_link(&code()).await.expect("confirmed") else { panic!("half") };
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(device.server.lives(guest.session_id), "the disk has nothing better yet");
    // A kill now leaves the guest whole.
    let restarted = device.start().await;
    assert_eq!(restarted.session().map(|session| session.user.id), Some(guest.user.id));
    device.disk.fill(false);
    until("the guest's session is revoked", || !device.server.lives(guest.session_id)).await;
    assert!(device.server.lives(member.session_id));
    assert_eq!(device.disk.session().map(|session| session.is_anonymous), Some(false));
}

#[tokio::test]
async fn item_34_the_first_half_of_a_double_confirmation_is_no_error() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let half = json!({ "msg": "Confirmation link accepted.", "code": "200" });
    scripted.answers("POST", "verify", ResponseTemplate::new(200).set_body_json(half)).await;
    let proof = Proof::of_change(&ana(), &code());
    assert!(matches!(engine.confirm_link_with(proof.clone()).await, Ok(Confirmed::OtherCodeNeeded)));
    assert!(matches!(scripted.api().verify(&proof).await, Ok(Verified::OtherCodeNeeded)));
    assert_eq!(engine.session().map(|session| session.user.id), Some(GUEST));
}

#[tokio::test]
async fn item_35_refusals_have_types_and_the_guest_still_refreshes() {
    let codes = [
        (422, "identity_already_exists", Code::IdentityAlreadyExists),
        (422, "email_exists", Code::EmailExists),
        (404, "manual_linking_disabled", Code::ManualLinkingDisabled),
        (422, "flow_state_expired", Code::FlowStateExpired),
        (404, "flow_state_not_found", Code::FlowStateNotFound),
        (400, "flow_state_already_used", Code::FlowStateAlreadyUsed),
        (403, "otp_expired", Code::OtpExpired),
    ];
    for (status, text, code) in codes {
        let scripted = Scripted::new().await;
        let (engine, _) = scripted.guest().await;
        scripted.answers("PUT", "user", refusal(status, text)).await;
        scripted.answers("GET", "user/identities/authorize", refusal(status, text)).await;
        let redirect = || "http://127.0.0.1:1/callback".parse().expect("a URL");
        let asked = engine.begin_link(Authorization::with("google"), redirect()).await.expect_err("refused");
        assert_eq!(asked.code(), Some(&code));
        assert_eq!(engine.link(ana()).await.expect_err("refused").code(), Some(&code));
        still_refreshes(&scripted, &engine).await;
    }
}

#[tokio::test]
async fn item_35_so_have_those_that_the_browser_brings() {
    for text in ["identity_already_exists", "email_exists", "flow_state_already_used", "something_new"] {
        let scripted = Scripted::new().await;
        let (engine, _) = scripted.guest().await;
        let url = json!({ "url": "https://provider.test/authorize" });
        scripted.answers("GET", "user/identities/authorize", ResponseTemplate::new(200).set_body_json(url)).await;
        let redirect = "http://127.0.0.1:1/callback".parse().expect("a URL");
        let start = engine.begin_link(Authorization::with("google"), redirect).await.expect("begun");
        let callback = format!(
            "http://127.0.0.1:1/callback?flow={}&error=server_error&error_code={text}&error_description=No#error=server_error",
            start.flow
        );
        let refused = engine.handle_callback_url(&callback).await.expect_err("refused");
        assert!(matches!(&refused, Error::Redirect(error) if error.error == "server_error"));
        assert_eq!(refused.code().map(ToString::to_string).as_deref(), Some(text));
        still_refreshes(&scripted, &engine).await;
    }
}

async fn still_refreshes<S: SessionStore>(scripted: &Scripted, engine: &Engine<S>) {
    scripted.signs_in("token", GUEST, "next", true).await;
    assert_eq!(engine.refresh_now().await.expect("refreshed").user.id, GUEST);
}

#[tokio::test]
async fn item_36_without_a_session_nothing_is_sent() {
    let scripted = Scripted::new().await;
    let engine: Engine<Disk> = scripted.engine().await;
    let none = |error: Error| assert!(matches!(error, Error::NoSession), "{error:?}");
    none(engine.link(ana()).await.expect_err("nobody"));
    none(engine.link(Contact::from(Phone::parse("+15550100").expect("a number"))).await.expect_err("nobody"));
    none(engine.update_user(UserUpdate::default()).await.expect_err("nobody"));
    none(engine.access_token().await.expect_err("nobody"));
    none(engine.refresh_now().await.expect_err("nobody"));
    none(engine.user().await.expect_err("nobody"));
    let redirect = "http://127.0.0.1:1/".parse().expect("a URL");
    none(engine.begin_link(Authorization::with("google"), redirect).await.expect_err("nobody"));
    none(engine.confirm_link_with(Proof::of_change(&ana(), &code())).await.expect_err("nobody"));
    assert_eq!(scripted.all_requests().await, 0);
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_refreshed_and_the_call_made_once_more() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.signs_in("token", GUEST, "second", true).await;
    scripted.answers("GET", "user", refusal(403, "bad_jwt")).await;
    let error = engine.user().await.expect_err("refused twice");
    assert_eq!(error.code(), Some(&Code::BadJwt));
    assert_eq!((scripted.requests("user").await, scripted.requests("token").await), (2, 1));
    // The body of the helper is what the wire reference shows.
    assert_eq!(session_body(&scripted.clock, GUEST, "x", true)["token_type"], "bearer");
}
