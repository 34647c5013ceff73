//! Items 12–23: refreshing.

use std::{sync::Arc, time::Duration};

use carryover_auth::{Cause, Clock, Error, OverGuest, Password, Standing, State, UserUpdate};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{
    Device, Fault, GUEST, Scripted, ana,
    scripted::{refusal, slow},
    server::PASSWORD,
    until,
};

#[tokio::test]
async fn item_12_a_thousand_callers_share_one_request() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.signs_in("token", GUEST, "second", true).await;
    scripted.clock.sleep(7200);
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.access_token().await.map(|token| token.expose().to_owned()) })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.expect("ran").expect("a token").ends_with(".second"));
    }
    assert_eq!(scripted.requests("token").await, 1);
}

#[tokio::test(start_paused = true)]
async fn item_12_different_tokens_get_different_requests_and_the_right_answers() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let member = device.server.account("ana@example.com");
    engine.sign_in_with_password(ana(), Password::new(PASSWORD.into()), None, OverGuest::Park).await.expect("parked");
    device.clock.sleep(7200);
    let before = device.server.requests("POST token");
    let (ours, theirs) = tokio::join!(engine.access_token(), engine.candidate_token());
    let user = |token: carryover_auth::AccessToken| carryover_auth::Claims::read(&token).expect("claims").sub;
    assert_eq!(user(ours.expect("a token")), guest.user.id);
    assert_eq!(user(theirs.expect("a token")), member);
    assert_eq!(device.server.requests("POST token") - before, 2);
}

#[tokio::test]
async fn item_13_a_server_that_never_answers_is_given_up_in_time_over_real_http() {
    // The same limits guard every transport; here the clock of the test is paused only after the request is out.
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.answers("POST", "token", slow(ResponseTemplate::new(200), Duration::from_hours(1))).await;
    scripted.clock.sleep(7200);
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.access_token().await }
    });
    while scripted.requests("token").await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    assert!(matches!(waiting.await.expect("ran"), Err(Error::NoAnswer(_))));
}

#[tokio::test(start_paused = true)]
async fn item_13_a_later_call_tries_again() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    device.clock.sleep(7200);
    device.server.plan(|_| Fault::Hang);
    let asked = device.clock.elapsed();
    assert!(matches!(engine.access_token().await, Err(Error::NoAnswer(_))));
    assert!(device.clock.elapsed().checked_sub(asked).unwrap() <= Duration::from_secs(31), "bounded");
    device.server.plan(|_| Fault::None);
    tokio::time::sleep(Duration::from_secs(3)).await;
    engine.access_token().await.expect("the pause is over");
}

#[tokio::test(start_paused = true)]
async fn item_14_an_outage_costs_the_server_a_few_requests_however_many_ask() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    device.clock.sleep(7200);
    device.server.plan(|_| Fault::Instead(503, "<html>"));
    for _ in 0..1000 {
        engine.access_token().await.expect_err("down");
    }
    assert_eq!(device.server.requests("POST token"), 1, "all at once: one");
    for _ in 0..3600 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        engine.access_token().await.expect_err("down");
    }
    let attempts = device.server.requests("POST token");
    // Doubling from one second to five minutes, each up to twice as long: an hour holds at least 14, at most 20.
    assert!((10..=20).contains(&attempts), "{attempts} in an hour");
}

#[tokio::test]
async fn item_14_retry_after_is_honoured() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let busy = refusal(429, "over_request_rate_limit").insert_header("retry-after", "600");
    scripted.answers("POST", "token", busy).await;
    scripted.clock.sleep(7200);
    let error = engine.access_token().await.expect_err("busy");
    assert_eq!(error.retry_after(), Some(Duration::from_mins(10)));
    scripted.clock.sleep(599);
    engine.access_token().await.expect_err("still");
    assert_eq!(scripted.requests("token").await, 1);
    scripted.clock.sleep(2);
    engine.access_token().await.expect_err("asked again");
    assert_eq!(scripted.requests("token").await, 2);
}

#[tokio::test(start_paused = true)]
async fn item_15_asking_in_so_many_words_skips_the_pause() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    device.clock.sleep(7200);
    device.server.plan(|_| Fault::Refuse);
    for _ in 0..8 {
        engine.refresh_now().await.expect_err("offline");
    }
    device.server.plan(|_| Fault::None);
    engine.access_token().await.expect_err("in the pause");
    engine.try_again();
    engine.access_token().await.expect("the network is back");

    device.clock.sleep(7200);
    device.server.plan(|_| Fault::Refuse);
    engine.access_token().await.expect_err("offline");
    device.server.plan(|_| Fault::None);
    engine.refresh_now().await.expect("a person asked");
}

#[tokio::test(start_paused = true)]
async fn item_16_within_the_margin_a_failed_refresh_leaves_the_valid_token() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    device.server.plan(|_| Fault::Instead(503, ""));
    device.clock.sleep(3570);
    let token = engine.access_token().await.expect("valid for half a minute yet");
    assert_eq!(token.expose(), guest.access_token.expose());
    device.clock.sleep(31);
    engine.access_token().await.expect_err("run out");
}

#[tokio::test(start_paused = true)]
async fn item_17_after_any_failure_and_any_panic_there_is_a_next_time() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    engine.keep_fresh();
    engine.keep_fresh();
    let status = engine.keeper();
    let mut round = 0;
    device.server.plan(move |what| {
        if what != "POST token" {
            return Fault::None;
        }
        round += 1;
        match round % 7 {
            0 => Fault::None,
            1 => Fault::Refuse,
            2 => Fault::Hang,
            3 => Fault::Instead(500, ""),
            4 => panic!("a bug in the transport"),
            5 => Fault::LoseAnswer,
            _ => Fault::Instead(429, ""),
        }
    });
    let mut refreshed = 0;
    let mut events = engine.events();
    for _ in 0..30 * 24 {
        tokio::time::sleep(Duration::from_hours(1)).await;
        let status = status.borrow().clone();
        assert!(status.running && status.next_refresh.is_some(), "{status:?}");
    }
    device.server.plan(|_| Fault::None);
    tokio::time::sleep(Duration::from_mins(20)).await;
    engine.access_token().await.expect("it never gave up");
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(1), events.next()).await {
        refreshed += usize::from(event.cause == Cause::Refreshed);
    }
    assert!(refreshed > 50, "{refreshed} of those that were not missed");
    assert_eq!(device.server.already_used(), 0);
}

#[tokio::test(start_paused = true)]
async fn item_18_waking_up_is_noticed() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    engine.keep_fresh();
    device.server.plan(|_| Fault::Refuse);
    tokio::time::sleep(Duration::from_hours(2)).await;
    device.server.plan(|_| Fault::None);
    // Asleep for a night: no timer ran, and the pause after the failures is over.
    let before = device.server.requests("POST token");
    device.clock.sleep(8 * 3600);
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(device.server.requests("POST token") - before, 1, "within one look");
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Valid, .. }));
}

#[tokio::test(start_paused = true)]
async fn item_19_an_answer_that_comes_too_late_changes_nothing() {
    let device = Device::new();
    // Signed out while a refresh is under way.
    let (engine, guest) = device.guest().await;
    device.server.latency(|| Duration::from_secs(2));
    let refreshing = tokio::spawn({
        let engine = engine.clone();
        async move { engine.refresh_now().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let out = carryover_auth::SignOut { lose_guest: true, ..Default::default() };
    engine.sign_out(out).await.expect("signed out");
    assert!(matches!(refreshing.await.expect("ran"), Err(Error::Superseded)));
    assert!(engine.session().is_none() && device.disk.session().is_none());

    // The profile comes back after the tokens were rotated: they stay rotated.
    device.server.latency(|| Duration::from_millis(10));
    let guest_2 = engine.ensure_anonymous().await.expect("another guest");
    assert_ne!(guest_2.user.id, guest.user.id);
    device.server.latency(|| Duration::from_secs(2));
    let updating = tokio::spawn({
        let engine = engine.clone();
        let data = json!({ "colour": "green" }).as_object().cloned();
        async move { engine.update_user(UserUpdate { data, ..UserUpdate::default() }).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    device.server.latency(|| Duration::from_millis(10));
    let rotated = engine.refresh_now().await.expect("rotated");
    updating.await.expect("ran").expect("updated");
    let now = engine.session().expect("signed in");
    assert_eq!(now.refresh_token.expose(), rotated.refresh_token.expose());
    assert_eq!(now.user.user_metadata["colour"], "green");
    engine.refresh_now().await.expect("the right token is kept");
    assert_eq!(device.server.already_used(), 0);
}

#[tokio::test(start_paused = true)]
async fn item_19_a_profile_that_comes_after_the_sign_out_signs_nobody_in() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    device.server.latency(|| Duration::from_secs(2));
    let updating = tokio::spawn({
        let engine = engine.clone();
        async move { engine.update_user(UserUpdate::default()).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    engine.sign_out(carryover_auth::SignOut { lose_guest: true, ..Default::default() }).await.expect("signed out");
    updating.await.expect("ran").expect("answered");
    assert!(engine.session().is_none() && device.disk.session().is_none());
}

#[tokio::test(start_paused = true)]
async fn item_19_answers_about_somebody_who_left_do_not_touch_who_came_after() {
    for finish in [true, false] {
        let device = Device::new();
        let (engine, first) = device.guest().await;
        engine.link(ana()).await.expect("asked");
        device.server.latency(|| Duration::from_secs(5));
        let late = tokio::spawn({
            let engine = engine.clone();
            let data = json!({ "colour": "green" }).as_object().cloned();
            async move {
                if finish {
                    let code = carryover_auth::Otp::new(crate::support::server::CODE.into());
                    engine.confirm_link(&code).await.map(drop)
                } else {
                    engine.update_user(UserUpdate { data, ..UserUpdate::default() }).await.map(drop)
                }
            }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        device.server.latency(|| Duration::from_millis(10));
        engine.sign_out(carryover_auth::SignOut { lose_guest: true, ..Default::default() }).await.expect("left");
        let second = engine.ensure_anonymous().await.expect("somebody else");
        let outcome = late.await.expect("ran");
        assert!(matches!(outcome, Err(Error::Superseded)), "{outcome:?}");
        let now = engine.session().expect("signed in");
        assert_eq!((now.user.id, now.is_anonymous), (second.user.id, true));
        assert!(now.user.user_metadata.is_empty() && now.user.id != first.user.id);
        assert_eq!(device.disk.session().map(|session| session.user.id), Some(second.user.id));
    }
}

#[tokio::test(start_paused = true)]
async fn item_20_whoever_loses_the_race_of_two_programs_gets_the_winners_session() {
    let device = Device::new();
    let (one, _) = device.guest().await;
    let other = device.start().await;
    device.clock.sleep(7200);
    device.server.latency(|| Duration::from_secs(1));
    let (a, b) = tokio::join!(one.access_token(), other.access_token());
    assert_eq!(a.expect("a token").expose(), b.expect("a token").expose());
    assert_eq!(device.server.requests("POST token"), 1);
    // A sign-out there is heard here, at the latest when tokens are needed.
    one.sign_out(carryover_auth::SignOut { lose_guest: true, ..Default::default() }).await.expect("signed out");
    device.clock.sleep(7200);
    assert!(other.access_token().await.is_err());
    assert!(other.session().is_none());
}

#[tokio::test(start_paused = true)]
async fn item_23_a_full_disk_costs_neither_the_session_nor_the_program() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let mut events = engine.events();
    device.disk.fill(true);
    device.clock.sleep(7200);
    let token = engine.access_token().await.expect("the new token, from memory");
    assert_ne!(token.expose(), guest.access_token.expose());
    for _ in 0..100 {
        engine.access_token().await.expect("the same");
    }
    assert_eq!(device.server.requests("POST token"), 1, "no rotation per call");
    let mut causes = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(1), events.next()).await {
        causes.push(event.cause);
    }
    assert_eq!(causes, [Cause::Initial, Cause::Refreshed, Cause::StoreDegraded]);

    // Two steps behind, the disk would hold a token that is taken for stolen: no second rotation before it is written.
    device.clock.sleep(7200);
    assert!(matches!(engine.access_token().await, Err(Error::Store(_))));
    assert_eq!(device.server.requests("POST token"), 1);
    // Killed here, the next start has the old token, which the server takes as the parent.
    let after_kill = device.start().await;
    assert_eq!(Arc::new(after_kill).session().map(|session| session.user.id), Some(guest.user.id));

    device.disk.fill(false);
    until("the disk has it", || device.disk.session().is_some_and(|s| s.access_token.expose() == token.expose())).await;
    assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::RefreshFailed));
    assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::StoreRecovered));
    engine.try_again();
    engine.access_token().await.expect("and on it goes");
    assert_eq!(device.server.already_used(), 0);
}

#[tokio::test(start_paused = true)]
async fn item_23_ending_the_program_writes_what_the_disk_did_not_take() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    device.disk.fill(true);
    let rotated = engine.refresh_now().await.expect("in memory");
    device.disk.fill(false);
    engine.shutdown(Duration::ZERO).await;
    let stored = device.disk.session().expect("a session");
    assert_eq!(stored.refresh_token.expose(), rotated.refresh_token.expose());
}

#[tokio::test(start_paused = true)]
async fn item_23_a_guest_who_was_made_while_the_disk_filled_up_is_kept_in_memory_until_it_has_room() {
    let device = Device::new();
    device.server.latency(|| Duration::from_secs(2));
    let engine = device.start().await;
    let making = tokio::spawn({
        let engine = engine.clone();
        async move { engine.ensure_anonymous().await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    device.disk.fill(true);
    let guest = making.await.expect("ran").expect("a guest, in memory");
    assert!(device.disk.session().is_none());
    // Killed now, the next start knows that it does not know.
    assert!(matches!(device.start().await.ensure_anonymous().await, Err(Error::AmbiguousSignUp)));
    device.disk.fill(false);
    until("the disk has the guest", || device.disk.session().is_some_and(|s| s.user.id == guest.user.id)).await;
    assert_eq!(device.server.users(), 1);
}

#[tokio::test(start_paused = true)]
async fn item_23_a_guest_is_not_made_where_they_can_not_be_kept() {
    let device = Device::new();
    let engine = device.start().await;
    device.disk.fill(true);
    assert!(matches!(engine.ensure_anonymous().await, Err(Error::Store(_))));
    assert_eq!(device.server.users(), 0);
}
