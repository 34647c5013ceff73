//! Items 43 and 44: leaving.

use std::time::Duration;

use carryover_auth::{Cause, Confirmed, EndReason, Error, Otp, Scope, SignOut, State};
use wiremock::ResponseTemplate;

use crate::support::{Device, Fault, Scripted, ana, server::CODE, until};

async fn member(
    device: &Device,
) -> (carryover_auth::Engine<crate::support::Disk>, std::sync::Arc<carryover_auth::Session>) {
    let (engine, _) = device.guest().await;
    engine.link(ana()).await.expect("asked");
    let Confirmed::Complete(member) = engine.confirm_link(&Otp::new(CODE.into())).await.expect("right") else {
        panic!("half")
    };
    until("the guest's session is revoked", || engine.revocations_waiting() == 0).await;
    (engine, member)
}

#[tokio::test(start_paused = true)]
async fn item_43_signing_out_needs_no_network_and_the_server_is_told_later() {
    for fault in [Fault::Refuse, Fault::Hang, Fault::Instead(503, "")] {
        let device = Device::new();
        let (engine, member) = member(&device).await;
        device.clock.sleep(7200);
        device.server.plan(move |_| fault.clone());
        let mut events = engine.events();
        let began = tokio::time::Instant::now();
        engine.sign_out(SignOut::default()).await.expect("signed out");
        assert_eq!(began.elapsed(), Duration::ZERO, "nothing was waited for");
        assert!(device.disk.session().is_none());
        assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::Initial));
        let event = events.next().await.expect("an event");
        assert_eq!(event.cause, Cause::SignedOut);
        assert!(matches!(event.next, State::Ended(ended) if ended.reason == EndReason::SignedOut));
        assert!(matches!(engine.access_token().await, Err(Error::NoSession)));
        engine.shutdown(Duration::ZERO).await;

        // Another start, with a network: its token has run out, so it is renewed to end its own session.
        device.server.plan(|_| Fault::None);
        let engine = device.start().await;
        assert_eq!((engine.session().is_none(), engine.revocations_waiting()), (true, 1));
        engine.keep_fresh();
        until("the server is told", || !device.server.lives(member.session_id)).await;
        until("and forgotten", || engine.revocations_waiting() == 0).await;
        assert_eq!(device.server.requests("POST logout"), 2, "the guest's session, and this one");
    }
}

#[tokio::test]
async fn item_43_the_default_is_this_session_and_no_other() {
    assert_eq!(SignOut::default(), SignOut { scope: Scope::Local, lose_guest: false });
    let scripted = Scripted::new().await;
    scripted.signs_in("token", crate::support::OTHER, "account", false).await;
    scripted.answers("POST", "logout", ResponseTemplate::new(204)).await;
    let password = || carryover_auth::Password::new("correct horse".into());
    let engine = scripted.engine().await;
    for (scope, word) in [(Scope::Local, "local"), (Scope::Global, "global"), (Scope::Others, "others")] {
        let policy = carryover_auth::OverGuest::Refuse;
        engine.sign_in_with_password(ana(), password(), None, policy).await.expect("signed in");
        engine.sign_out(SignOut { scope, lose_guest: false }).await.expect("done");
        assert_eq!(engine.session().is_some(), scope == Scope::Others);
        for _ in 0..400 {
            if engine.revocations_waiting() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let requests = scripted.server.received_requests().await.expect("recorded");
        let last = requests.iter().rfind(|request| request.url.path().ends_with("logout")).expect("told");
        assert_eq!(last.url.query(), Some(format!("scope={word}").as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn item_44_a_guest_is_not_lost_by_accident() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    for scope in [Scope::Local, Scope::Global] {
        let refused = engine.sign_out(SignOut { scope, lose_guest: false }).await;
        assert!(matches!(refused, Err(Error::WouldLoseGuest)));
    }
    assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id));
    assert!(device.disk.session().is_some());
    engine.sign_out(SignOut { lose_guest: true, ..SignOut::default() }).await.expect("as asked");
    assert!(engine.session().is_none());
    engine.sign_out(SignOut::default()).await.expect("nobody is signed in: nothing to do");
    until("the server is told", || !device.server.lives(guest.session_id)).await;
}
