//! The sandbox's own requests to its APIs, so that what the console makes is what a shopper or an administrator could have made.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Refusal;
use crate::{http, limits::Bucket, line::Peer, state::Sandbox};

/// Far more than any answer has.
const MAX_ANSWER: usize = 1 << 20;

/// A guest of its own: the answer to the sign-up, tokens and all.
pub(super) async fn guest(sandbox: &Arc<Sandbox>) -> Result<Value, Refusal> {
    sandbox.limits.forget(Bucket::Anonymous, Ipv4Addr::UNSPECIFIED.into());
    // The service role needs to solve no captcha.
    as_administrator(sandbox, Method::POST, "/auth/v1/signup", &json!({})).await
}

/// A request with the service role's key.
pub(super) async fn as_administrator(
    sandbox: &Arc<Sandbox>,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<Value, Refusal> {
    let key = sandbox.jwt.service_role_key();
    call(sandbox, method, path, Some(&key), body).await
}

/// A request that takes no network, meets no fault and draws from nobody's bucket but its own. A refusal has the API's words.
pub(super) async fn call(
    sandbox: &Arc<Sandbox>,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Value, Refusal> {
    let key = sandbox.jwt.publishable_key();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("apikey", &key)
        .header(header::AUTHORIZATION, format!("Bearer {}", token.unwrap_or(&key)))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "console")
        .extension(ConnectInfo(Peer::inside()))
        .body(Body::from(body.to_string()))
        .map_err(|error| Refusal::failed(error.to_string()))?;
    let answer = http::routes().with_state(sandbox.clone()).oneshot(request).await;
    let (head, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
    let body = to_bytes(body, MAX_ANSWER).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if head.status.is_success() {
        return Ok(body);
    }
    let words = body["msg"].as_str().or(body["message"].as_str()).unwrap_or("the API gave no reason");
    // A 401 of the API is none of the control API: its token was right.
    let status = match head.status {
        known @ (StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY) => known,
        _ => StatusCode::CONFLICT,
    };
    Err(Refusal::new(status, words))
}
