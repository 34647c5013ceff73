//! Items 1–11: who somebody is, and that it stays so.

use std::time::Duration;

use carryover_auth::{
    Authorization, Callback, Cause, EndReason, Error, Link, Otp, OverGuest, Password, Session, SignedIn, Standing,
    State,
};
use serde_json::json;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{body_partial_json, path},
};

use crate::support::{
    Device, Fault, GUEST, OTHER, Scripted, ana, email,
    scripted::{refusal, session_body, slow},
    server::{CODE, PASSWORD},
    until,
};

fn password() -> Password {
    Password::new(PASSWORD.into())
}

#[tokio::test]
async fn item_01_no_odd_answer_to_a_refresh_ends_a_session() {
    let html = |status| ResponseTemplate::new(status).set_body_string("<html>portal</html>");
    let mut answers: Vec<_> =
        [401, 402, 403, 404, 407, 408, 409, 422, 425, 429, 500, 502, 503, 511, 520, 521, 531, 540].map(html).into();
    answers.extend([401, 403, 404, 409, 422, 429].map(|status| refusal(status, "something_new")));
    answers.extend([
        html(200),
        ResponseTemplate::new(200).set_body_json(json!({})),
        ResponseTemplate::new(204),
        ResponseTemplate::new(302).insert_header("location", "http://portal.test/"),
        refusal(429, "over_request_rate_limit"),
        refusal(400, "validation_failed"),
        refusal(500, "refresh_token_not_found"),
    ]);
    for answer in answers {
        let scripted = Scripted::new().await;
        let (engine, _) = scripted.guest().await;
        scripted.answers("POST", "token", answer).await;
        let before = scripted.disk.bytes();
        scripted.clock.sleep(7200);
        engine.access_token().await.expect_err("no valid token");
        assert_eq!(scripted.disk.bytes(), before);
        assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Stale, .. }));
        assert_eq!(engine.ensure_anonymous().await.expect("the same guest").user.id, GUEST, "no second guest");
        assert_eq!(scripted.requests("signup").await, 1);
    }
}

#[tokio::test]
async fn item_02_four_codes_end_a_session_and_only_that_of_the_token_sent() {
    let legacy = json!({ "error": "invalid_grant", "error_description": "Invalid Refresh Token: Already Used" });
    let mut answers: Vec<_> =
        ["refresh_token_not_found", "refresh_token_already_used", "session_not_found", "session_expired"]
            .map(|code| refusal(400, code))
            .into();
    answers.push(ResponseTemplate::new(400).set_body_json(legacy));
    for answer in answers {
        let scripted = Scripted::new().await;
        let (engine, _) = scripted.guest().await;
        scripted.answers("POST", "token", answer).await;
        scripted.clock.sleep(7200);
        assert!(matches!(engine.access_token().await, Err(Error::SessionEnded)));
        assert!(matches!(&*engine.watch().borrow(), State::Ended(ended) if ended.user_id == GUEST));
        assert!(scripted.disk.session().is_none());
    }
    // The same words about another endpoint end nothing.
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.answers("POST", "verify", refusal(403, "session_not_found")).await;
    scripted
        .answers(
            "PUT",
            "user",
            ResponseTemplate::new(200)
                .set_body_json(json!({ "id": GUEST, "new_email": "ana@example.com", "is_anonymous": true })),
        )
        .await;
    engine.link(ana()).await.expect("asked");
    engine.confirm_link(&Otp::new("1".into())).await.expect_err("refused");
    assert_eq!(scripted.disk.session().map(|session| session.user.id), Some(GUEST));
}

#[tokio::test(start_paused = true)]
async fn item_02_a_late_refusal_does_not_end_the_next_session() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    device.server.account("ana@example.com");
    device.server.plan(|what| match what {
        "POST token" => Fault::Instead(400, r#"{"code":"refresh_token_not_found","message":""}"#),
        _ => Fault::None,
    });
    device.server.latency(|| Duration::from_secs(2));
    let late = tokio::spawn({
        let engine = engine.clone();
        async move { engine.refresh_now().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    device.server.plan(|_| Fault::None);
    device.server.latency(|| Duration::from_millis(10));
    let SignedIn::Current(member) =
        engine.sign_in_with_password(ana(), password(), None, OverGuest::Discard).await.expect("signed in")
    else {
        panic!("not in use")
    };
    late.await.expect("ran").expect_err("it was about the guest");
    assert_eq!(engine.session().map(|session| session.user.id), Some(member.user.id));
    assert_ne!(member.user.id, guest.user.id);
}

#[tokio::test(start_paused = true)]
async fn item_03_a_banned_user_keeps_the_session_and_is_blocked() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    device.server.ban(guest.user.id, true);
    let error = engine.refresh_now().await.expect_err("banned");
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("user_banned"));
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Blocked, .. }));
    assert!(device.disk.session().is_some());
    device.server.ban(guest.user.id, false);
    engine.refresh_now().await.expect("pardoned");
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Valid, .. }));
}

#[tokio::test(start_paused = true)]
async fn item_04_a_terminal_answer_gives_way_to_a_newer_token_in_the_store() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    // A program that knows no turns refreshes twice on the same store while our request is on its way.
    let other = device.start().await;
    let disk = device.disk.clone();
    device.server.latency(|| Duration::from_secs(4));
    let ours = tokio::spawn({
        let engine = engine.clone();
        async move { engine.refresh_now().await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    device.server.latency(|| Duration::from_millis(10));
    let api = other.api().clone();
    let second = api.refresh(&guest.refresh_token).await.expect("rotated");
    let third = api.refresh(&second.refresh_token).await.expect("rotated again");
    let mut record: serde_json::Value = serde_json::from_slice(&disk.bytes().expect("a record")).expect("JSON");
    record["session"]["access_token"] = third.access_token.expose().into();
    record["session"]["refresh_token"] = third.refresh_token.expose().into();
    disk.put(record.to_string().as_bytes());
    // Our token is a grandparent by now: the server takes it for stolen, and revokes the family with it.
    let outcome = ours.await.expect("ran");
    assert_eq!(device.server.already_used(), 2, "ours, then the newer one of the family that was revoked for it");
    assert!(matches!(outcome, Err(Error::SessionEnded)), "both were tried before giving up: {outcome:?}");
}

#[tokio::test]
async fn item_04_and_the_newer_token_serves_where_the_server_still_takes_it() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let token = |text: &str| body_partial_json(json!({ "refresh_token": text }));
    let refused = slow(refusal(400, "refresh_token_already_used"), Duration::from_millis(400));
    Mock::given(path("/auth/v1/token")).and(token("first")).respond_with(refused).mount(&scripted.server).await;
    let third = ResponseTemplate::new(200).set_body_json(session_body(&scripted.clock, GUEST, "third", true));
    Mock::given(path("/auth/v1/token")).and(token("second")).respond_with(third).mount(&scripted.server).await;
    let ours = tokio::spawn({
        let engine = engine.clone();
        async move { engine.refresh_now().await }
    });
    while scripted.requests("token").await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // While the refusal is on its way another program writes what it got.
    let second = session_body(&scripted.clock, GUEST, "second", true).to_string();
    let other = scripted.engine().await;
    other.adopt(Session::import(&second).expect("a session"), OverGuest::Discard).await.expect("stored");
    let session = ours.await.expect("ran").expect("refreshed with the newer one");
    assert_eq!(session.refresh_token.expose(), "third");
    assert_eq!(
        scripted.disk.session().map(|session| session.refresh_token.expose().to_owned()).as_deref(),
        Some("third")
    );
}

#[tokio::test]
async fn item_05_an_ended_guest_is_on_record_with_a_reason_and_has_no_successor() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let mut events = engine.events();
    scripted.answers("POST", "token", refusal(400, "refresh_token_not_found")).await;
    engine.refresh_now().await.expect_err("ended");
    let record = engine.ended_sessions().pop().expect("on record");
    assert_eq!((record.user_id, record.is_anonymous), (GUEST, true));
    assert_eq!(record.reason, EndReason::ByServer("refresh_token_not_found".into()));
    assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::Initial));
    let event = events.next().await.expect("an event");
    assert_eq!(event.cause, Cause::EndedByServer);
    assert!(matches!(event.next, State::Ended(ended) if ended == record));
    assert_eq!(scripted.engine().await.ended_sessions(), [record], "after a restart too");
    assert!(matches!(engine.access_token().await, Err(Error::NoSession)));
    assert_eq!(scripted.requests("signup").await, 1, "nobody makes a guest by themselves");
}

#[tokio::test]
async fn item_06_a_hundred_wishes_for_a_guest_make_one() {
    let scripted = Scripted::new().await;
    scripted.signs_in("signup", GUEST, "first", true).await;
    // Four programs on one store.
    let engines = [scripted.engine().await, scripted.engine().await, scripted.engine().await, scripted.engine().await];
    let wishes: Vec<_> = (0..100)
        .map(|n: usize| {
            let engine = engines[n % 4].clone();
            tokio::spawn(async move { engine.ensure_anonymous().await.map(|session| session.user.id) })
        })
        .collect();
    for wish in wishes {
        assert_eq!(wish.await.expect("ran").expect("a guest"), GUEST);
    }
    assert_eq!(scripted.requests("signup").await, 1);
    assert_eq!(scripted.engine().await.ensure_anonymous().await.expect("the guest").user.id, GUEST);
    assert_eq!(scripted.requests("signup").await, 1, "another start finds the guest on disk");
}

#[tokio::test(start_paused = true)]
async fn item_07_offline_with_an_expired_session_the_guest_is_the_guest() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    engine.shutdown(Duration::ZERO).await;
    device.clock.sleep(90 * 24 * 3600);
    device.server.plan(|_| Fault::Refuse);
    let engine = device.start().await;
    assert_eq!(engine.ensure_anonymous().await.expect("the guest").user.id, guest.user.id);
    assert_eq!(device.server.requests("POST signup"), 1);
}

#[tokio::test(start_paused = true)]
async fn item_08_a_sign_up_without_an_answer_is_never_repeated_by_itself() {
    let faults =
        [Fault::LoseRequest, Fault::LoseAnswer, Fault::Hang, Fault::Instead(502, "<html>"), Fault::Instead(200, "{")];
    for fault in faults {
        let device = Device::new();
        let engine = device.start().await;
        let planned = fault.clone();
        device.server.plan(move |_| planned.clone());
        assert!(matches!(engine.ensure_anonymous().await, Err(Error::AmbiguousSignUp)), "{fault:?}");
        device.server.plan(|_| Fault::None);
        assert!(matches!(engine.ensure_anonymous().await, Err(Error::AmbiguousSignUp)), "{fault:?}");
        // Not by another start either: it was written down before it was sent.
        let engine = device.start().await;
        assert!(matches!(engine.ensure_anonymous().await, Err(Error::AmbiguousSignUp)), "{fault:?}");
        assert_eq!(device.server.requests("POST signup"), 1);
        engine.accept_lost_guest().await.expect("the program decides");
        engine.ensure_anonymous().await.expect("a guest");
        assert!(device.server.users() <= 2);
    }
    // What certainly did not happen leaves no doubt.
    for fault in [
        Fault::Refuse,
        Fault::Instead(429, "slow down"),
        Fault::Instead(422, r#"{"code":"signup_disabled","message":""}"#),
    ] {
        let device = Device::new();
        let engine = device.start().await;
        device.server.plan(move |_| fault.clone());
        let error = engine.ensure_anonymous().await.expect_err("refused");
        assert!(!matches!(error, Error::AmbiguousSignUp), "{error:?}");
        device.server.plan(|_| Fault::None);
        engine.ensure_anonymous().await.expect("a guest");
        assert_eq!(device.server.users(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn item_09_nobody_signs_in_over_a_guest_by_accident() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let member = device.server.account("ana@example.com");
    let sign_in = |policy| engine.sign_in_with_password(ana(), password(), None, policy);
    assert!(matches!(sign_in(OverGuest::default()).await, Err(Error::GuestPresent)));
    let redirect = "http://127.0.0.1:1/".parse().expect("a URL");
    let oauth = engine.begin_sign_in(Authorization::with("google"), redirect, OverGuest::Refuse).await;
    assert!(matches!(oauth, Err(Error::GuestPresent)));
    assert!(matches!(
        engine.sign_in_with_otp(ana(), &Otp::new(CODE.into()), OverGuest::Refuse).await,
        Err(Error::GuestPresent)
    ));
    assert_eq!(device.server.requests("POST token") + device.server.requests("POST verify"), 0, "refused here");

    // Parked: two people, each with their own token, and nothing is decided. A restart changes nothing.
    assert!(matches!(sign_in(OverGuest::Park).await, Ok(SignedIn::Candidate(account)) if account.user.id == member));
    let engine = device.start().await;
    assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id));
    assert_eq!(engine.candidate().map(|candidate| candidate.user.id), Some(member));
    device.clock.sleep(7200);
    assert_ne!(
        engine.candidate_token().await.expect("refreshed").expose(),
        engine.access_token().await.expect("refreshed").expose()
    );
    let switched = engine.switch_to_candidate().await.expect("switched");
    assert_eq!((switched.user.id, engine.candidate().is_none()), (member, true));
    until("the guest's session is revoked", || engine.revocations_waiting() == 0).await;
    assert!(!device.server.lives(guest.session_id), "only now");
    assert!(device.server.lives(switched.session_id));
}

#[tokio::test(start_paused = true)]
async fn item_09_a_candidate_can_be_given_up_and_a_guest_discarded() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    device.server.account("ana@example.com");
    let parked = engine.sign_in_with_password(ana(), password(), None, OverGuest::Park).await.expect("parked");
    let SignedIn::Candidate(parked) = parked else { panic!("in use") };
    engine.drop_candidate().await.expect("given up");
    until("the candidate's session is revoked", || !device.server.lives(parked.session_id)).await;
    assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id));
    assert!(device.server.lives(guest.session_id));
    assert!(matches!(engine.switch_to_candidate().await, Err(Error::NoCandidate)));

    engine.sign_in_with_password(ana(), password(), None, OverGuest::Discard).await.expect("signed in");
    assert_eq!(engine.ended_sessions().last().map(|ended| ended.reason.clone()), Some(EndReason::SwitchedAway));
    until("the guest's session is revoked", || !device.server.lives(guest.session_id)).await;
}

#[tokio::test]
async fn item_10_an_answer_about_another_user_replaces_nobody() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let user = json!({ "id": GUEST, "new_email": "ana@example.com", "is_anonymous": true });
    scripted.answers("PUT", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    assert!(matches!(engine.link(ana()).await, Ok(Link::CodeSent)));
    scripted.signs_in("verify", OTHER, "foreign", false).await;
    scripted.signs_in("token", OTHER, "foreign", false).await;
    assert!(matches!(engine.confirm_link(&Otp::new("123456".into())).await, Err(Error::OtherUser)));
    assert!(matches!(engine.refresh_now().await, Err(Error::OtherUser)));
    assert_eq!(engine.session().map(|session| session.user.id), Some(GUEST));
    assert_eq!(engine.candidate().map(|session| session.user.id), Some(OTHER), "the program gets both");
    assert_eq!(scripted.disk.session().map(|session| session.user.id), Some(GUEST));
}

#[tokio::test]
async fn item_10_a_finished_oauth_link_of_another_user_replaces_nobody() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let url = json!({ "url": "https://provider.test/authorize" });
    scripted.answers("GET", "user/identities/authorize", ResponseTemplate::new(200).set_body_json(url)).await;
    scripted.signs_in("token", OTHER, "foreign", false).await;
    let redirect = "http://127.0.0.1:1/callback".parse().expect("a URL");
    let start = engine.begin_link(Authorization::with("google"), redirect).await.expect("begun");
    let callback = format!("http://127.0.0.1:1/callback?flow={}&code=abc", start.flow);
    let outcome = engine.handle_callback_url(&callback).await;
    assert!(matches!(outcome, Err(Error::OtherUser)), "{outcome:?}");
    assert_eq!(engine.session().map(|session| session.user.id), Some(GUEST));
    assert_eq!(engine.candidate().map(|session| session.user.id), Some(OTHER));
    assert!(matches!(engine.handle_callback_url(&callback).await, Ok(Callback::AlreadyHandled)));
}

#[tokio::test(start_paused = true)]
async fn item_11_the_age_of_a_guest_is_told() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    assert!(guest.user.created_at.is_some());
    device.clock.sleep(29 * 24 * 3600);
    // By the server's clock, however wrong this computer's is.
    device.clock.set_wrong(-86_400 * 365);
    let days = engine.age().expect("known").as_secs() / 86_400;
    assert_eq!(days, 29);
    assert_eq!(email("x@y.z").as_str(), "x@y.z");
}
