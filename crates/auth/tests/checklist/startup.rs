//! Items 24–30: starting, and what is stored.

use std::{sync::Arc, time::Duration};

use carryover_auth::{
    Api, Cause, Change, Error, FileStore, Replaced, Session, SessionStore, SignOut, Standing, State, SystemClock,
    session_in,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Device, Fault, GUEST, TestClock, scripted::token};

#[tokio::test(start_paused = true)]
async fn item_24_starting_is_reading_the_disk_and_nothing_else() {
    let device = Device::new();
    let (_, guest) = device.guest().await;
    device.clock.sleep(7200);
    device.server.plan(|_| Fault::Hang);
    let began = tokio::time::Instant::now();
    let engine = device.start().await;
    assert_eq!(began.elapsed(), Duration::ZERO, "nothing was waited for");
    let State::Present { session, standing } = engine.watch().borrow().clone() else { panic!("nobody") };
    assert_eq!((session.user.id, session.is_anonymous, standing), (guest.user.id, true, Standing::Stale));
    assert_eq!(device.server.requests("POST token"), 0);
}

#[tokio::test(start_paused = true)]
async fn item_25_four_states_are_told_apart() {
    let device = Device::new();
    assert!(matches!(*device.start().await.watch().borrow(), State::Absent));
    let (engine, guest) = device.guest().await;
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Valid, .. }));
    device.clock.sleep(7200);
    assert!(matches!(*device.start().await.watch().borrow(), State::Present { standing: Standing::Stale, .. }));

    // A locked key store is no absence: nobody is signed up in its place, and once unlocked all is there.
    device.disk.lock(true);
    let engine = device.start().await;
    assert!(matches!(*engine.watch().borrow(), State::Unreadable(_)));
    assert!(matches!(engine.ensure_anonymous().await, Err(Error::Unreadable(_))));
    assert!(matches!(engine.access_token().await, Err(Error::Unreadable(_))));
    assert!(matches!(engine.sign_out(SignOut::default()).await, Err(Error::Unreadable(_))));
    engine.reload().await.expect_err("still locked");
    device.disk.lock(false);
    engine.reload().await.expect("unlocked");
    assert_eq!(engine.ensure_anonymous().await.expect("the guest").user.id, guest.user.id);
    assert_eq!(device.server.users(), 1);
}

#[tokio::test(start_paused = true)]
async fn item_25_a_damaged_record_is_set_aside_when_the_person_says_so() {
    for damage in [&b"{\"version\":2,\"session\":{"[..], b"", b"null", b"{\"version\":99}", b"\xff\xfe"] {
        let device = Device::new();
        device.disk.put(damage);
        let engine = device.start().await;
        assert!(matches!(*engine.watch().borrow(), State::Unreadable(_)), "{damage:?}");
        assert!(matches!(engine.ensure_anonymous().await, Err(Error::Unreadable(_))));
        assert_eq!(device.disk.bytes().as_deref(), Some(damage), "left where it is");
        let mut events = engine.events();
        engine.start_over().await.expect("set aside");
        assert_eq!(device.disk.set_asides(), 1);
        assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::Initial));
        assert_eq!(events.next().await.map(|event| event.cause), Some(Cause::StartedOver));
        engine.ensure_anonymous().await.expect("a guest");
    }
}

#[test]
fn item_26_expiry_is_read_from_the_token() {
    let clock = paused_clock();
    let stored = json!({ "access_token": token(&clock, GUEST, true, "x"), "refresh_token": "abcdefgh2345" });
    let session = Session::import(&stored.to_string()).expect("a session");
    assert_eq!(session.expires_at.duration_since(session.issued_at).as_secs(), 3600);
    assert_eq!((session.user.id, session.is_anonymous), (GUEST, true));
}

fn paused_clock() -> TestClock {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { TestClock::new() })
}

#[tokio::test(start_paused = true)]
async fn item_27_records_of_the_first_version_are_read_and_rewritten_in_place() {
    let device = Device::new();
    let (engine, guest) = device.guest().await;
    engine.shutdown(Duration::ZERO).await;
    let first = json!({
        "version": 1, "access_token": guest.access_token.expose(), "refresh_token": guest.refresh_token.expose(),
        "expires_at": 0, "user_id": guest.user.id, "email": null, "new_email": "ana@example.com", "is_anonymous": true,
    });
    device.disk.put(first.to_string().as_bytes());
    let engine = device.start().await;
    let session = engine.session().expect("signed in");
    assert_eq!((session.user.id, session.user.new_email.as_deref()), (guest.user.id, Some("ana@example.com")));
    // Reading changes nothing; the next write replaces all of it at once.
    assert_eq!(device.disk.bytes().expect("a record"), first.to_string().as_bytes());
    engine.refresh_now().await.expect("refreshed");
    let record: serde_json::Value = serde_json::from_slice(&device.disk.bytes().expect("a record")).expect("JSON");
    assert_eq!(record["version"], 2);
    assert_eq!(device.start().await.session().map(|session| session.user.id), Some(guest.user.id));
}

#[test]
fn item_27_sessions_of_other_clients_are_imported() {
    let clock = paused_clock();
    let access = token(&clock, GUEST, true, "x");
    let user = json!({
        "id": GUEST, "aud": "authenticated", "role": "authenticated", "email": "", "phone": "", "app_metadata": {},
        "user_metadata": { "from": "web" }, "identities": [], "created_at": "2026-01-01T00:00:00.12Z", "is_anonymous": true,
    });
    let auth_js = json!({
        "access_token": access, "token_type": "bearer", "expires_in": 3600, "expires_at": 1_800_003_600,
        "refresh_token": "abcdefgh2345", "user": user,
    });
    let first_versions = json!({ "currentSession": auth_js, "expiresAt": 1_800_003_600 });
    let swift = json!({ "session": auth_js, "expiration_date": 8.2e8 });
    let camel = json!({ "accessToken": access, "refreshToken": "abcdefgh2345", "user": { "id": "unreadable" } });
    for stored in [&auth_js, &first_versions, &swift, &camel] {
        let session = Session::import(&stored.to_string()).expect("a session");
        assert_eq!((session.user.id, session.refresh_token.expose()), (GUEST, "abcdefgh2345"));
    }
    assert_eq!(Session::import(&auth_js.to_string()).expect("a session").user.user_metadata["from"], "web");
    for nothing in ["", "null", "{}", r#"{"access_token":"x","refresh_token":"y"}"#, r#"{"access_token":3}"#] {
        assert!(Session::import(nothing).is_err(), "{nothing:?}");
    }
    // Tokens of one user around the profile of another.
    let mut swapped = auth_js;
    swapped["user"]["id"] = json!(Uuid::from_u128(9));
    assert!(Session::import(&swapped.to_string()).is_err());
}

#[tokio::test(start_paused = true)]
async fn item_27_an_imported_session_goes_on() {
    let device = Device::new();
    let (old, guest) = device.guest().await;
    old.shutdown(Duration::ZERO).await;
    let stored = json!({ "access_token": guest.access_token.expose(), "refresh_token": guest.refresh_token.expose() })
        .to_string();
    device.disk.restore(None);
    device.clock.sleep(7200);
    let engine = device.start().await;
    let session = Session::import(&stored).expect("a session");
    engine.adopt(session, carryover_auth::OverGuest::Refuse).await.expect("adopted");
    engine.access_token().await.expect("refreshed when it is needed");
    assert_eq!(device.server.users(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn item_28_nobody_else_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path().join("session"));
    let change = Change { expected: 0, bytes: b"secret", session: None, cause: Cause::Kept };
    assert_eq!(store.replace(&change).await.expect("written"), Replaced::Done);
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn item_28_the_file_store_keeps_its_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session");
    let store = FileStore::new(&path);
    assert!(store.load().await.expect("readable").is_none());
    let write = |expected, bytes: &'static [u8]| {
        let store = store.clone();
        async move {
            let change = Change { expected, bytes, session: None, cause: Cause::Kept };
            store.replace(&change).await
        }
    };
    assert_eq!(write(0, b"one").await.expect("written"), Replaced::Done);
    assert_eq!(write(0, b"two").await.expect("looked"), Replaced::Stale, "not the first any more");
    assert_eq!(write(1, b"two").await.expect("written"), Replaced::Done);
    let record = store.load().await.expect("readable").expect("a record");
    assert_eq!((record.generation, record.bytes.as_slice()), (2, &b"two"[..]));
    // Damage is an error, and set aside under a new name each time.
    for _ in 0..2 {
        std::fs::write(&path, "garbage").expect("written");
        store.load().await.map(drop).expect_err("no record");
        store.set_aside().await.expect("moved");
    }
    assert!(folder.path().join("session.unreadable-1").exists() && folder.path().join("session.unreadable-2").exists());
    assert!(store.load().await.expect("readable").is_none());
}

#[test]
fn item_29_two_projects_never_share_a_name() {
    let project = |url: &str| Api::new(&url.parse().expect("a URL"), "key").expect("a client").project();
    let names =
        ["https://abc.supabase.co", "https://abd.supabase.co", "http://127.0.0.1:54321", "http://127.0.0.1:54322"];
    let mut projects: Vec<_> = names.map(project).into();
    assert_eq!(projects[0], "abc.supabase.co");
    projects.dedup();
    assert_eq!(projects.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn item_30_ten_thousand_reads_of_a_valid_token_touch_no_disk() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    let (reads, writes) = (device.disk.reads(), device.disk.writes());
    for _ in 0..10_000 {
        engine.access_token().await.expect("valid");
    }
    assert_eq!((device.disk.reads(), device.disk.writes()), (reads, writes));
}

#[tokio::test]
async fn item_24_a_local_file_is_read_at_once() {
    // What "at once" means is the bench's affair (`cargo xtask bench auth`); here: with real files, and no network at all.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session");
    let clock = TestClock::new();
    let api = || Api::new(&"http://127.0.0.1:1".parse().expect("a URL"), "key").expect("a client");
    let engine = carryover_auth::Engine::load(api(), FileStore::new(&path), Arc::new(SystemClock)).await;
    let stored = json!({ "access_token": token(&clock, GUEST, true, "x"), "refresh_token": "abcdefgh2345" });
    let session = Session::import(&stored.to_string()).expect("a session");
    engine.adopt(session, carryover_auth::OverGuest::Refuse).await.expect("stored");
    let again = carryover_auth::Engine::load(api(), FileStore::new(&path), Arc::new(SystemClock)).await;
    assert_eq!(again.session().map(|session| session.user.id), Some(GUEST));
    let record = FileStore::new(&path).load().await.expect("readable").expect("a record");
    assert_eq!(session_in(&record.bytes).expect("a record").map(|session| session.user.id), Some(GUEST));
}
