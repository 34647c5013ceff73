//! Items 21 and 22: several programs on one store, and programs that are killed.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{Api, Engine, FileStore, SystemClock};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::path};

use crate::support::{GUEST, truth::Truth};

/// How a child of this test is told what to do.
const STORE: &str = "CARRYOVER_AUTH_TEST_STORE";
const URL: &str = "CARRYOVER_AUTH_TEST_URL";
const TIMES: &str = "CARRYOVER_AUTH_TEST_TIMES";

/// Hands tokens out, with reuse interval 0. A strict one takes no token twice; the other one takes the parent of the newest, as
/// Supabase Auth does, for clients that did not get the answer.
#[derive(Clone)]
struct Rotation(Arc<Mutex<Tokens>>);

struct Tokens {
    strict: bool,
    newest: u64,
    refreshes: HashMap<u64, usize>,
    already_used: usize,
}

impl Rotation {
    fn new(strict: bool) -> Self {
        Self(Arc::new(Mutex::new(Tokens { strict, newest: 0, refreshes: HashMap::new(), already_used: 0 })))
    }
}

impl Respond for Rotation {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut tokens = self.0.lock().expect("whole");
        let body: Value = request.body_json().unwrap_or_default();
        if let Some(token) = body["refresh_token"].as_str() {
            let number: u64 = token.trim_start_matches("token").parse().expect("one of ours");
            *tokens.refreshes.entry(number).or_default() += 1;
            let parent = !tokens.strict && number + 1 == tokens.newest;
            if number != tokens.newest && !parent {
                tokens.already_used += 1;
                let body = json!({ "code": "refresh_token_already_used", "message": "" });
                return ResponseTemplate::new(400).set_body_json(body);
            }
            tokens.newest += u64::from(!parent);
        }
        let now = jiff::Timestamp::now().as_second();
        let claims = json!({ "sub": GUEST, "iat": now, "exp": now + 3600, "is_anonymous": true, "session_id": GUEST });
        let (refresh, claims) = (format!("token{}", tokens.newest), URL_SAFE_NO_PAD.encode(claims.to_string()));
        ResponseTemplate::new(200).set_body_json(json!({
            "access_token": format!("e30.{claims}.{refresh}"), "refresh_token": refresh, "user": { "id": GUEST, "is_anonymous": true },
        }))
    }
}

async fn serve(rotation: &Rotation) -> MockServer {
    let server = MockServer::start().await;
    for at in ["/auth/v1/signup", "/auth/v1/token"] {
        Mock::given(path(at)).respond_with(rotation.clone()).mount(&server).await;
    }
    server
}

async fn engine(store: &Path, url: &str) -> Engine<FileStore> {
    let api = Api::new(&url.parse().expect("a URL"), "key").expect("a client");
    Engine::load(api, FileStore::new(store), Arc::new(SystemClock)).await
}

/// Another process: this test binary, with nothing but [`child_that_refreshes`] to run.
fn child(store: &Path, url: &str, times: usize) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["processes::child_that_refreshes", "--exact", "--ignored", "--nocapture"])
        .env(STORE, store)
        .env(URL, url)
        .env(TIMES, times.to_string())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a process")
}

/// Not a test of its own: what the other process does.
#[tokio::test]
#[ignore = "the other process of items 21 and 22"]
async fn child_that_refreshes() {
    let var = |name| std::env::var(name).expect("told by the parent");
    let (store, url, times) = (var(STORE), var(URL), var(TIMES));
    let engine = engine(&PathBuf::from(store), &url).await;
    for _ in 0..times.parse::<usize>().expect("a number") {
        engine.refresh_now().await.expect("refreshed");
    }
}

#[tokio::test]
async fn item_21_two_processes_a_thousand_refreshes_each_no_token_used_twice() {
    let (rotation, folder) = (Rotation::new(true), tempfile::tempdir().expect("a folder"));
    let server = serve(&rotation).await;
    let store = folder.path().join("session");
    engine(&store, &server.uri()).await.ensure_anonymous().await.expect("a guest");
    let children = [child(&store, &server.uri(), 1000), child(&store, &server.uri(), 1000)];
    for mut child in children {
        assert!(child.wait().await.expect("it ran").success());
    }
    let tokens = rotation.0.lock().expect("whole");
    assert_eq!((tokens.newest, tokens.already_used), (2000, 0));
    assert!(tokens.refreshes.values().all(|times| *times == 1));
}

#[tokio::test]
async fn item_21_in_truth_two_processes_on_one_store_against_postgresql() {
    let (truth, folder) = (Truth::new().await, tempfile::tempdir().expect("a folder"));
    let (store, url) = (folder.path().join("session"), truth.sandbox.url().as_str());
    let ours = engine(&store, url).await;
    let guest = ours.ensure_anonymous().await.expect("a guest");
    let children = [child(&store, url, 200), child(&store, url, 200)];
    for mut child in children {
        assert!(child.wait().await.expect("it ran").success());
    }
    let rows = truth.console.users().await.expect("users");
    assert_eq!((rows.len(), rows[0]["id"].as_str()), (1, Some(guest.user.id.to_string().as_str())));
    assert_eq!(ours.refresh_now().await.expect("the family lives").user.id, guest.user.id);
}

#[tokio::test]
async fn item_21_the_turn_of_a_process_that_dies_is_free() {
    let (rotation, folder) = (Rotation::new(false), tempfile::tempdir().expect("a folder"));
    let server = serve(&rotation).await;
    let store = folder.path().join("session");
    let ours = engine(&store, &server.uri()).await;
    ours.ensure_anonymous().await.expect("a guest");
    let mut child = child(&store, &server.uri(), usize::MAX);
    while rotation.0.lock().expect("whole").newest < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().await.expect("killed");
    let refreshed = tokio::time::timeout(Duration::from_secs(10), ours.refresh_now()).await;
    refreshed.expect("the turn was free").expect("refreshed");
}

#[tokio::test]
async fn item_22_killed_at_any_instant_the_session_is_usable() {
    let (rotation, folder) = (Rotation::new(false), tempfile::tempdir().expect("a folder"));
    let server = serve(&rotation).await;
    let store = folder.path().join("session");
    engine(&store, &server.uri()).await.ensure_anonymous().await.expect("a guest");
    for kill in 0..60 {
        let before = rotation.0.lock().expect("whole").newest;
        let mut child = child(&store, &server.uri(), usize::MAX);
        while rotation.0.lock().expect("whole").newest < before + 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // A different instant of the cycle each time.
        tokio::time::sleep(Duration::from_micros(fastrand::u64(0..8000))).await;
        child.kill().await.expect("killed");
        let after = engine(&store, &server.uri()).await;
        assert_eq!(after.session().map(|session| session.user.id), Some(GUEST), "kill {kill}");
        after.refresh_now().await.expect("usable");
    }
    assert_eq!(rotation.0.lock().expect("whole").already_used, 0);
}
