//! Tells every request as an event.

mod query;

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;

use crate::{auth::bearer_token, events::What, faults::Met, state::Sandbox};

/// The outermost layer but for the check of the host: what it tells is what the client saw.
pub(crate) async fn layer(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // Pages and the inbox's own looking are no news.
    if !path.starts_with("/auth/v1") && !path.starts_with("/rest/v1") || method == Method::OPTIONS {
        return next.run(request).await;
    }
    let asked = request.uri().query().unwrap_or_default().to_owned();
    let token = bearer_token(request.headers());
    // Only of tokens that count, so that nobody writes into the console what they like.
    if let Some(claims) = token.and_then(|token| sandbox.read_token(token).ok()) {
        sandbox.events.claims.remember(claims);
    }
    let bearer = token.and_then(subject);
    let started = Instant::now();
    let response = next.run(request).await;
    let met = response.extensions().get::<Met>().copied();
    let succeeded = response.status().is_success() || response.status() == StatusCode::SEE_OTHER;
    let what = What::Request {
        status: Some(response.status().as_u16()).filter(|_| !met.is_some_and(|met| met.dropped)),
        ms: (started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0,
        error_code: text(response.headers(), "x-sb-error-code"),
        user_id: text(response.headers(), "sb-auth-user-id").and_then(|id| id.parse().ok()).or(bearer),
        action: if succeeded && met.is_none_or(|met| met.reached) { action(&method, &path, &asked) } else { None },
        fault: met.map(|met| met.name),
        query: query::harmless(&path, &asked),
        method: method.to_string(),
        path,
    };
    sandbox.events.tell(sandbox.clock.now(), what);
    response
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whom a token names. It is not checked: this tells what was asked, not what was granted.
fn subject(token: &str) -> Option<Uuid> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?["sub"].as_str()?.parse().ok()
}

/// What a request that succeeded did to somebody, in the words of Supabase Auth's audit log.
fn action(method: &Method, path: &str, query: &str) -> Option<&'static str> {
    let path = path.strip_prefix("/auth/v1")?;
    Some(match (method.as_str(), path) {
        ("POST", "/signup" | "/admin/users") => "user_signedup",
        ("POST", "/token") if query.contains("grant_type=refresh_token") => "token_refreshed",
        ("POST", "/token" | "/verify") | ("GET", "/verify") | ("GET" | "POST", "/callback") => "login",
        ("PUT", "/user") => "user_modified",
        ("POST", "/logout") => "logout",
        ("POST", "/recover") => "user_recovery_requested",
        ("POST", "/otp" | "/magiclink" | "/resend") => "user_confirmation_requested",
        ("GET", "/reauthenticate") => "user_reauthenticate_requested",
        ("DELETE", path) if path.starts_with("/user/identities/") => "identity_unlinked",
        ("POST", "/invite") => "user_invited",
        ("PUT", path) if path.starts_with("/admin/users/") => "user_modified",
        ("DELETE", path) if path.starts_with("/admin/users/") => "user_deleted",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_audit_logs_names() {
        let named = |method: &str, path: &str, query: &str| {
            action(&method.parse().expect("a method"), &format!("/auth/v1{path}"), query)
        };
        assert_eq!(named("POST", "/signup", ""), Some("user_signedup"));
        assert_eq!(named("POST", "/token", "grant_type=refresh_token"), Some("token_refreshed"));
        assert_eq!(named("POST", "/token", "grant_type=password"), Some("login"));
        assert_eq!(named("DELETE", "/user/identities/1", ""), Some("identity_unlinked"));
        assert_eq!(named("GET", "/user", ""), None);
        assert_eq!(action(&Method::POST, "/rest/v1/rpc/get_cart", ""), None);
    }

    #[test]
    fn whoever_a_token_names_is_told_and_no_token_breaks_it() {
        let id = Uuid::new_v4();
        let claims = URL_SAFE_NO_PAD.encode(format!("{{\"sub\":\"{id}\"}}"));
        assert_eq!(subject(&format!("x.{claims}.y")), Some(id));
        for odd in ["", "x", "x..y", "x.%%.y", "x.e30.y"] {
            assert_eq!(subject(odd), None, "{odd}");
        }
    }
}
