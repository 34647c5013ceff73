//! The control API, as a tester uses it: faults on purpose, and the clock.

use anyhow::{Context, Result, ensure};
use carryover_sandbox::Sandbox;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::Console;

/// The control API of a sandbox that was started with one.
pub struct Desk {
    http: Client,
    url: String,
    token: String,
}

impl Desk {
    /// Of this sandbox.
    pub fn of(sandbox: &Sandbox) -> Result<Self> {
        let control = sandbox.control().context("no control API")?;
        Ok(Self { http: Client::new(), url: control.url().to_string(), token: control.token().to_owned() })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.request(method, format!("{}control/v1/{path}", self.url)).bearer_auth(&self.token);
        let (status, answer) = Console::send(request.json(body)).await?;
        ensure!(status < 300, "{path}: {status} {answer}");
        Ok(answer)
    }

    /// Sets a fault.
    pub async fn set_fault(&self, rule: &Value) -> Result<()> {
        self.send(Method::POST, "faults", rule).await.map(drop)
    }

    /// Lifts all faults.
    pub async fn lift_faults(&self) -> Result<()> {
        self.send(Method::DELETE, "faults", &Value::Null).await.map(drop)
    }

    /// How many requests met the fault that was set first.
    pub async fn met(&self) -> Result<u64> {
        let faults = self.send(Method::GET, "faults", &Value::Null).await?;
        faults[0]["met"].as_u64().with_context(|| faults.to_string())
    }

    /// Moves the sandbox's clock on.
    pub async fn advance_clock(&self, seconds: u32) -> Result<()> {
        self.send(Method::POST, "clock", &json!({ "advance": seconds })).await.map(drop)
    }
}
