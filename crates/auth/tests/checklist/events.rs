//! Items 45–50: what is told, and that nobody is hurt by listening, failing or leaving.

use std::time::Duration;

use carryover_auth::{Cause, Code, Error, OverGuest, SignOut, State, UserUpdate};
use wiremock::ResponseTemplate;

use crate::support::{Device, Fault, GUEST, Scripted, ana, scripted::refusal, until};

#[tokio::test(start_paused = true)]
async fn item_45_listeners_may_call_anything_be_slow_or_panic() {
    let device = Device::new();
    let engine = device.start().await;
    let mut calling = engine.events();
    let called = tokio::spawn({
        let engine = engine.clone();
        async move {
            let mut heard = 0;
            while let Some(event) = calling.next().await {
                heard += 1;
                if event.next.session().is_some() {
                    engine.access_token().await.expect("a token");
                    engine.user().await.expect("a user");
                }
                if event.cause == Cause::Refreshed {
                    return heard;
                }
            }
            heard
        }
    });
    let mut panicking = engine.events();
    let panicked = tokio::spawn(async move {
        panicking.next().await;
        panicking.next().await;
        panic!("a bug in a listener");
    });
    let slow = engine.events();
    engine.ensure_anonymous().await.expect("a guest");
    engine.refresh_now().await.expect("refreshed");
    assert_eq!(called.await.expect("did not hang"), 3);
    assert!(panicked.await.is_err());
    engine.refresh_now().await.expect("nobody else noticed");
    let mut slow = slow;
    let (mut seqs, mut causes) = (Vec::new(), Vec::new());
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(1), slow.next()).await {
        seqs.push(event.seq);
        causes.push(event.cause);
    }
    assert_eq!(seqs, [0, 1, 2, 3], "in order, none missing");
    assert_eq!(causes, [Cause::Initial, Cause::SignedUpAnonymously, Cause::Refreshed, Cause::Refreshed]);
}

#[tokio::test(start_paused = true)]
async fn item_46_events_tell_of_changes_and_of_nothing_else() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    let mut events = engine.events();
    for _ in 0..10 {
        engine.try_again();
        engine.access_token().await.expect("valid");
        engine.ensure_anonymous().await.expect("the same");
        engine.user().await.expect("unchanged");
        engine.reload().await.expect("nothing new");
    }
    let first = events.next().await.expect("an event");
    assert_eq!(first.cause, Cause::Initial);
    assert!(matches!(first.next, State::Present { session, .. } if session.user.id == guest.user.id));
    assert!(tokio::time::timeout(Duration::from_mins(1), events.next()).await.is_err(), "nothing happened");
    let watch = engine.watch();
    assert!(!watch.has_changed().expect("alive"));
}

#[tokio::test]
async fn item_47_an_error_tells_all_that_is_known() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let busy = refusal(429, "over_request_rate_limit")
        .insert_header("retry-after", "7")
        .insert_header("sb-request-id", "request-1");
    scripted.answers("GET", "user", busy).await;
    let error = engine.user().await.expect_err("busy");
    assert_eq!((error.status(), error.code()), (Some(429), Some(&Code::OverRequestRateLimit)));
    assert_eq!((error.retry_after(), error.request_id()), (Some(Duration::from_secs(7)), Some("request-1")));
    assert!(error.is_retryable() && !error.session_changed());

    scripted.answers("PUT", "user", ResponseTemplate::new(521).set_body_string("<html>down</html>")).await;
    let error = engine.update_user(UserUpdate::default()).await.expect_err("down");
    assert_eq!((error.status(), error.code(), error.is_retryable()), (Some(521), None, true));

    scripted.answers("POST", "token", refusal(400, "session_not_found")).await;
    let error = engine.refresh_now().await.expect_err("over");
    assert!(error.session_changed() && !error.is_retryable());
}

#[tokio::test]
async fn item_48_a_token_or_an_error_never_the_key() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    scripted.answers("POST", "token", refusal(400, "session_not_found")).await;
    scripted.clock.sleep(7200);
    assert!(matches!(engine.access_token().await, Err(Error::SessionEnded)));
    assert!(matches!(engine.access_token().await, Err(Error::NoSession)));
    for request in scripted.server.received_requests().await.expect("recorded") {
        assert_eq!(request.headers["apikey"], "publishable");
        assert!(!request.headers.contains_key("authorization"), "no key in the place of a token");
    }
}

#[tokio::test(start_paused = true)]
async fn item_49_a_future_that_is_dropped_anywhere_leaves_everything_whole() {
    // Every operation, dropped after every number of polls that it takes; the work goes on without its caller.
    for operation in 0..6 {
        for polls in 0..40 {
            let device = Device::new();
            let (engine, guest) = device.guest().await;
            device.server.account("taken@example.com");
            device.clock.sleep(7200);
            drop_after(polls, call(&engine, operation)).await;
            until("nothing is under way", || true).await;
            tokio::time::sleep(Duration::from_secs(5)).await;
            let gone = operation == 4;
            let user = engine.session().map(|session| session.user.id);
            // Dropped before its first poll nothing was asked for.
            if polls > 0 {
                assert_eq!(user, (!gone).then_some(guest.user.id), "{operation} after {polls}");
            }
            assert_eq!(device.disk.session().map(|session| session.user.id), user);
            if user.is_some() {
                engine.refresh_now().await.expect("usable");
            }
            assert_eq!((device.server.already_used(), device.server.users()), (0, 2));
        }
    }
}

async fn call(engine: &carryover_auth::Engine<crate::support::Disk>, operation: usize) {
    // What they answer is not the question here.
    match operation {
        0 => drop(engine.access_token().await),
        1 => drop(engine.refresh_now().await),
        2 => drop(engine.update_user(UserUpdate::default()).await),
        3 => drop(engine.link(ana()).await),
        4 => drop(engine.sign_out(SignOut { lose_guest: true, ..SignOut::default() }).await),
        _ => {
            let password = carryover_auth::Password::new(crate::support::server::PASSWORD.into());
            let taken = crate::support::email("taken@example.com");
            drop(engine.sign_in_with_password(taken, password, None, OverGuest::Park).await);
        }
    }
}

/// Polls a future so many times, a little apart, and drops it.
async fn drop_after(polls: usize, future: impl Future<Output = ()>) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        let once = std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_ready()));
        if once.await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn item_50_after_shutdown_nothing_is_written() {
    for grace in [Duration::ZERO, Duration::from_millis(15), Duration::from_secs(10)] {
        let device = Device::new();
        let (engine, _) = device.guest().await;
        engine.keep_fresh();
        let under_way = tokio::spawn({
            let engine = engine.clone();
            async move { engine.refresh_now().await }
        });
        tokio::time::sleep(Duration::from_millis(5)).await;
        engine.shutdown(grace).await;
        let (writes, bytes) = (device.disk.writes(), device.disk.bytes());
        let finished = under_way.await.expect("ran");
        assert_eq!(finished.is_ok(), grace > Duration::from_millis(15), "{finished:?}");
        assert!(matches!(engine.refresh_now().await, Err(Error::ShutDown)));
        assert!(matches!(engine.sign_out(SignOut::default()).await, Err(Error::ShutDown)));
        tokio::time::sleep(Duration::from_hours(3)).await;
        assert_eq!((device.disk.writes(), device.disk.bytes()), (writes, bytes));
        device.server.plan(|_| Fault::None);
        device.start().await.access_token().await.expect("the next start goes on");
    }
    assert_ne!(GUEST, crate::support::OTHER);
}

#[tokio::test(start_paused = true)]
async fn item_50_the_keeper_ends_with_the_last_clone() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    engine.keep_fresh();
    let (other, status) = (engine.clone(), engine.keeper());
    drop(engine);
    tokio::time::sleep(Duration::from_hours(3)).await;
    assert!(status.borrow().running && device.server.requests("POST token") >= 3);
    drop(other);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let requests = device.server.requests("POST token");
    tokio::time::sleep(Duration::from_hours(30)).await;
    assert!(!status.borrow().running);
    assert_eq!(device.server.requests("POST token"), requests);
}
