//! The control API as a tester's program meets it: who may ask, the clock, faults as a real client sees them, scenarios, the
//! lists, people, what ends at a word, the probe, and the events.

mod doors;
mod events;
mod expire;
mod faults;
mod page;
mod people;
mod probe;
mod scenarios;
mod users;

use anyhow::{Context, Result, ensure};
use carryover_sandbox::{Clock, Config, ControlOptions, Options, Sandbox};
use carryover_testkit::Console;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A sandbox and its control API.
struct Desk {
    console: Console,
    http: Client,
    url: String,
    token: String,
    _sandbox: Sandbox,
}

impl Desk {
    async fn new() -> Result<Self> {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Result<Self> {
        let control = Some(ControlOptions::default());
        Self::open(Options { config, clock: Clock::default(), control, ..Options::default() }).await
    }

    async fn open(options: Options) -> Result<Self> {
        let (sandbox, console) = carryover_testkit::sandbox(options).await?;
        let control = sandbox.control().context("no control API")?;
        let (url, token) = (control.url().to_string(), control.token().to_owned());
        Ok(Self { console, http: Client::new(), url, token, _sandbox: sandbox })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}control/v1/{path}", self.url)).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Result<Value> {
        let (status, body) = Console::send(self.request(Method::GET, path)).await?;
        ensure!(status == 200, "{path}: {status} {body}");
        Ok(body)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let (status, body) = Console::send(self.request(Method::POST, path).json(body)).await?;
        ensure!(status < 300, "{path}: {status} {body}");
        Ok(body)
    }

    async fn scenario(&self, name: &str) -> Result<Value> {
        self.post(&format!("scenarios/{name}"), &json!({})).await
    }

    async fn fault(&self, rule: Value) -> Result<()> {
        self.post("faults", &rule).await.map(drop)
    }

    /// How many users there are.
    async fn users(&self) -> Result<usize> {
        Ok(self.console.users().await?.len())
    }
}
