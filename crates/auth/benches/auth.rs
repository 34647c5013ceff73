//! What the client costs, each beside a baseline in the same run: `cargo xtask bench auth`.

use std::{
    hint::black_box,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{Api, Engine, FileStore, OverGuest, Session, SystemClock};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

const CALLERS: usize = 1000;
const READS: u32 = 200_000;
const CALLS: usize = 300;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bench = Bench::new().await;
        bench.shared_refresh().await;
        bench.reads().await;
        bench.calls().await;
        bench.load().await;
    });
}

struct Bench {
    server: MockServer,
    folder: tempfile::TempDir,
}

/// Tokens that live for `seconds` from now.
fn body(seconds: i64) -> Value {
    let now = jiff::Timestamp::now().as_second();
    let user = "6f1c8b1e-2d0a-4a43-8f43-0f6f3f6a9b11";
    let claims = json!({
        "iss": "http://127.0.0.1/auth/v1", "sub": user, "aud": "authenticated", "role": "authenticated", "iat": now + seconds - 3600,
        "exp": now + seconds, "is_anonymous": true, "session_id": user, "email": "", "phone": "", "aal": "aal1",
    });
    // As long as the real ones.
    let token = format!("{}.{}.{}", "h".repeat(48), URL_SAFE_NO_PAD.encode(claims.to_string()), "s".repeat(86));
    json!({ "access_token": token, "refresh_token": "abcdefgh2345", "user": { "id": user, "is_anonymous": true } })
}

impl Bench {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let answer =
            |at: &str, body: &Value| Mock::given(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(body));
        answer("/auth/v1/token", &body(3600)).mount(&server).await;
        answer("/auth/v1/user", &body(3600)["user"]).mount(&server).await;
        Self { server, folder: tempfile::tempdir().expect("a folder") }
    }

    fn store(&self, name: &str) -> FileStore {
        FileStore::new(self.folder.path().join(name))
    }

    fn api(&self) -> Api {
        Api::new(&self.server.uri().parse().expect("a URL"), "publishable").expect("a client")
    }

    /// Somebody signed in, whose token runs out in so many seconds.
    async fn engine(&self, name: &str, seconds: i64) -> Engine<FileStore> {
        let engine = Engine::load(self.api(), self.store(name), Arc::new(SystemClock)).await;
        let session = Session::import(&body(seconds).to_string()).expect("a session");
        engine.adopt(session, OverGuest::Discard).await.expect("stored");
        engine
    }

    async fn requests(&self) -> usize {
        let seen = self.server.received_requests().await.unwrap_or_default();
        seen.iter().filter(|request| request.url.path().ends_with("token")).count()
    }

    async fn shared_refresh(&self) {
        let raw = reqwest::Client::new();
        let url = format!("{}/auth/v1/token", self.server.uri());
        let one = || raw.post(&url).json(&json!({ "refresh_token": "x" })).send();
        one().await.expect("warm");
        let began = Instant::now();
        one().await.expect("an answer").bytes().await.expect("a body");
        let alone = began.elapsed();

        let (engine, before) = (self.engine("shared", -10).await, self.requests().await);
        let began = Instant::now();
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let engine = engine.clone();
                tokio::spawn(async move { engine.access_token().await.map(drop) })
            })
            .collect();
        for caller in callers {
            caller.await.expect("ran").expect("a token");
        }
        let together = began.elapsed();
        println!("refresh under {CALLERS} concurrent callers");
        println!("  requests                      {:>10}", self.requests().await - before);
        print("all callers have the token", together, "one plain request", alone);
    }

    async fn reads(&self) {
        let engine = self.engine("reads", 3600).await;
        let token = engine.access_token().await.expect("valid");
        let plain = Mutex::new(token.clone());
        let began = Instant::now();
        for _ in 0..READS {
            black_box(engine.access_token().await.expect("valid"));
        }
        let ours = began.elapsed() / READS;
        let began = Instant::now();
        for _ in 0..READS {
            black_box(plain.lock().expect("whole").clone());
        }
        println!("\naccess_token() while it is valid, {READS} times");
        print("access_token()", ours, "clone from a Mutex", began.elapsed() / READS);
    }

    async fn calls(&self) {
        let (api, raw) = (self.api(), reqwest::Client::new());
        let token = self.engine("calls", 3600).await.access_token().await.expect("valid");
        let url = format!("{}/auth/v1/user", self.server.uri());
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..CALLS {
            let began = Instant::now();
            black_box(api.user(&token).await.expect("a user"));
            ours.push(began.elapsed());
            let began = Instant::now();
            let request = raw.get(&url).header("apikey", "publishable").bearer_auth(token.expose());
            let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
            black_box(serde_json::from_slice::<Value>(&bytes).expect("JSON"));
            theirs.push(began.elapsed());
        }
        println!("\na call over HTTP, {CALLS} times each, alternating, median");
        print("GET /user, typed", median(ours), "reqwest and serde_json", median(theirs));
    }

    async fn load(&self) {
        self.engine("load", 3600).await;
        let (path, store) = (self.folder.path().join("load"), self.store("load"));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..CALLS {
            let (api, store) = (self.api(), store.clone());
            let began = Instant::now();
            black_box(Engine::load(api, store, Arc::new(SystemClock)).await);
            ours.push(began.elapsed());
            let began = Instant::now();
            black_box(tokio::fs::read(&path).await.expect("a file"));
            theirs.push(began.elapsed());
        }
        println!("\nEngine::load from a file, {CALLS} times each, alternating, median");
        print("Engine::load", median(ours), "reading the file", median(theirs));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn print(what: &str, ours: Duration, baseline: &str, theirs: Duration) {
    println!("  {what:<28}  {ours:>10.2?}");
    println!("  {baseline:<28}  {theirs:>10.2?}");
    println!("  {:<28}  {:>10.2}", "ratio", ours.as_secs_f64() / theirs.as_secs_f64());
}
