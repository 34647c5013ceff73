//! Items 53 and 54: what must not be seen.

use std::{
    fmt::Write as _,
    io::Write,
    sync::{Arc, Mutex},
};

use carryover_auth::{
    AccessToken, Api, Authorization, Cause, Change, Confirmed, Engine, Otp, OverGuest, Password, RefreshToken, SignOut,
    SystemClock, UserUpdate,
};
use carryover_testkit::SandboxOptions;
use wiremock::ResponseTemplate;

use crate::support::{Disk, GUEST, Scripted, ana, scripted::refusal};

/// Everything that is traced, of every crate, at every level.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<Vec<u8>>>);

impl Write for Traced {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Traced {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let traced = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || traced.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("whole")).into_owned()
    }
}

#[tokio::test]
async fn item_53_a_full_scenario_shows_no_secret_in_any_trace_or_debug() {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await.expect("a sandbox");
    let traced = Traced::default();
    let listening = traced.listen();
    let disk = Disk::default();
    let api = Api::new(sandbox.url(), sandbox.publishable_key()).expect("a client");
    let engine = Engine::load(api, disk.clone(), Arc::new(SystemClock)).await;
    let mut events = engine.events();
    let guest = engine.ensure_anonymous().await.expect("a guest");
    let refreshed = engine.refresh_now().await.expect("refreshed");
    engine.link(ana()).await.expect("asked");
    let code = console.code("ana@example.com").await.expect("mailed");
    let wrong = engine.confirm_link(&Otp::new("000000".into())).await.expect_err("wrong");
    let Confirmed::Complete(member) = engine.confirm_link(&Otp::new(code.clone())).await.expect("right") else {
        panic!("half")
    };
    let redirect = "http://127.0.0.1:1/callback".parse().expect("a URL");
    let flow = engine.begin_sign_in(Authorization::with("google"), redirect, OverGuest::Park).await.expect("begun");
    let password = Password::new("hunter2hunter2".into());
    let failed = engine.sign_in_with_password(ana(), password.clone(), None, OverGuest::Park).await.map(drop).err();
    engine.sign_out(SignOut::default()).await.expect("signed out");
    drop(listening);

    let mut seen = traced.text();
    assert!(seen.contains("hyper") || seen.contains("reqwest"), "the search would find something");
    let verifier = record_verifier(&disk);
    // Everything that can be printed, printed.
    let _ = write!(seen, "{guest:?}{refreshed:?}{member:?}{:?}{wrong:?}{wrong}{failed:?}", engine.watch().borrow());
    let _ =
        write!(seen, "{:?}{:?}{password:?}{:?}{:?}", ana(), flow.flow, engine.pending_link(), engine.ended_sessions());
    while let Ok(Some(event)) = tokio::time::timeout(std::time::Duration::from_millis(1), events.next()).await {
        let _ = write!(seen, "{event:?}");
    }
    let mut secrets = vec![code, "ana@example.com".into(), "hunter2".into(), "000000".into()];
    secrets.extend(verifier);
    for session in [&guest, &refreshed, &member] {
        secrets.push(session.refresh_token.expose().to_owned());
        secrets.extend(session.access_token.expose().split('.').skip(1).map(str::to_owned));
    }
    for secret in &secrets {
        assert!(!seen.contains(secret.as_str()), "a secret of {} letters was shown", secret.len());
    }
}

/// Flows are gone after the sign-out, so this looks at an earlier write.
fn record_verifier(disk: &Disk) -> Option<String> {
    let record: serde_json::Value = serde_json::from_slice(&disk.bytes()?).ok()?;
    record["flows"][0]["verifier"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn item_53_errors_quote_neither_the_server_nor_the_address() {
    let scripted = Scripted::new().await;
    let (engine, guest) = scripted.guest().await;
    let quoting = ResponseTemplate::new(400).set_body_json(serde_json::json!({
        "code": "email_address_invalid", "message": "Email address \"ana@example.com\" is invalid",
    }));
    scripted.answers("PUT", "user", quoting).await;
    let error = engine.link(ana()).await.expect_err("refused");
    let unreachable = Api::new(&"http://127.0.0.1:1".parse().expect("a URL"), "key").expect("a client");
    let offline = unreachable.refresh(&RefreshToken::new("very-secret".into())).await.expect_err("offline");
    scripted.answers("POST", "token", refusal(400, "session_not_found")).await;
    let ended = engine.refresh_now().await.expect_err("over");
    for error in [error, offline, ended] {
        let mut shown = format!("{error} {error:?}");
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(inner) = cause {
            let _ = write!(shown, " {inner} {inner:?}");
            cause = inner.source();
        }
        for secret in ["ana@example.com", "very-secret", "127.0.0.1:1/auth", guest.refresh_token.expose()] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn item_53_a_change_on_its_way_to_the_store_shows_no_secret() {
    let bytes = b"very-secret";
    let change = Change { expected: 0, bytes, session: None, cause: Cause::Refreshed };
    let shown = format!("{change:?}");
    assert!(shown.contains("Refreshed") && !shown.contains("very-secret") && !shown.contains("118, 101"), "{shown}");
}

#[tokio::test]
async fn item_53_a_panic_shows_no_secret() {
    let token = AccessToken::new("very-secret".into());
    let broken = tokio::spawn(async move { panic!("with a token at hand: {token:?}") }).await.expect_err("panicked");
    let said = broken.into_panic().downcast::<String>().expect("words");
    assert_eq!(*said, "with a token at hand: AccessToken(…)");
}

#[tokio::test]
async fn item_54_no_secret_travels_in_an_address() {
    let scripted = Scripted::new().await;
    let (engine, _) = scripted.guest().await;
    let user = serde_json::json!({ "id": GUEST, "new_email": "ana@example.com", "is_anonymous": true });
    scripted.answers("PUT", "user", ResponseTemplate::new(200).set_body_json(user)).await;
    scripted.answers("POST", "logout", ResponseTemplate::new(204)).await;
    scripted.signs_in("token", GUEST, "second", true).await;
    scripted.signs_in("verify", GUEST, "third", false).await;
    engine.refresh_now().await.expect("refreshed");
    engine.link(ana()).await.expect("asked");
    engine.confirm_link(&Otp::new("654321".into())).await.expect("right");
    engine
        .update_user(UserUpdate { password: Some(Password::new("hunter2hunter2".into())), ..UserUpdate::default() })
        .await
        .expect("set");
    for request in scripted.server.received_requests().await.expect("recorded") {
        let address = request.url.as_str();
        for secret in ["first", "second", "third", "654321", "hunter2", "ana@example.com", "ana%40example.com"] {
            assert!(!address.contains(secret), "{address}");
        }
    }
    // That memory is wiped is asserted where the types are: `secret.rs` holds that they are `ZeroizeOnDrop`.
}
