//! The data API against what PostgREST answers, over HTTP, on tables made for it.

mod errors;
mod filters;
mod functions;
mod hostile;
mod reads;
mod writes;

use anyhow::{Context, Result, ensure};
use carryover_sandbox::{Options, Sandbox};
use carryover_testkit::Console;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// Tables and functions of the tests.
const SCHEMA: &str = include_str!("schema.sql");

/// A sandbox with the tests' tables.
struct Desk {
    console: Console,
    _sandbox: Sandbox,
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: u16,
    range: String,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Desk {
    async fn new() -> Result<Self> {
        let (sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
        sandbox.execute(SCHEMA).await?;
        Ok(Self { console, _sandbox: sandbox })
    }

    /// As nobody: the publishable key alone.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.console.request(method, &format!("/rest/v1/{path}"), None)
    }

    async fn send(request: RequestBuilder) -> Result<Answer> {
        let response: Response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let range = headers.get("content-range").and_then(|range| range.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Answer { status, range, headers, text: response.text().await? })
    }

    async fn get(&self, path: &str) -> Result<Answer> {
        Self::send(self.request(Method::GET, path)).await
    }

    /// The rows of a read that succeeds.
    async fn rows(&self, path: &str) -> Result<Value> {
        let answer = self.get(path).await.with_context(|| path.to_owned())?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        Ok(answer.json())
    }

    /// The ids of the rows of a read that succeeds.
    async fn ids(&self, path: &str) -> Result<Vec<i64>> {
        let rows = self.rows(path).await?;
        Ok(rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect())
    }

    async fn write(&self, method: Method, path: &str, prefer: &str, body: &Value) -> Result<Answer> {
        Self::send(self.request(method, path).header("prefer", prefer).json(body)).await
    }
}
