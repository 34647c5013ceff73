//! `[auth.captcha]` (wire reference, section 9): is it a person? The providers' public test secrets are decided here, without
//! a network; any other secret asks the provider.

use std::{net::IpAddr, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::{admin::is_admin, error::ApiError, request::Request};
use crate::config::{Captcha, CaptchaProvider};

const TIMEOUT: Duration = Duration::from_secs(10);
/// hCaptcha's test secret, and the tokens that pass with it.
const HCAPTCHA_TEST: &str = "0x0000000000000000000000000000000000000000";
const HCAPTCHA_TOKENS: [&str; 2] = ["10000000-aaaa-bbbb-cccc-000000000001", "20000000-aaaa-bbbb-cccc-000000000002"];
/// Turnstile's test secrets: always passes, always fails, token spent.
const TURNSTILE_PASSES: &str = "1x0000000000000000000000000000000AA";
const TURNSTILE_FAILS: &str = "2x0000000000000000000000000000000AA";
const TURNSTILE_SPENT: &str = "3x0000000000000000000000000000000AA";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    gotrue_meta_security: Security,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Security {
    captcha_token: String,
}

/// What a verifier says: the reasons against, or none.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Person,
    Refused(String),
    /// It can't be asked, or says nothing that makes sense.
    Silent,
}

/// Lets pass whoever solved the captcha, and administrators.
pub(crate) async fn check(request: &Request) -> Result<(), ApiError> {
    let settings = &request.sandbox.config.auth.captcha;
    if !settings.enabled || is_admin(request) {
        return Ok(());
    }
    let body: Body = request.json()?;
    let token = body.gotrue_meta_security.captcha_token.trim().to_owned();
    if token.is_empty() {
        return Err(disallowed("no captcha_token found"));
    }
    let verdict = match decide(settings, &token) {
        Some(verdict) => verdict,
        None => ask(verifier(settings.provider), &settings.secret, &token, request.ip).await,
    };
    match verdict {
        Verdict::Person => Ok(()),
        Verdict::Refused(reasons) => Err(disallowed(&reasons)),
        Verdict::Silent => Err(ApiError::new(500, "unexpected_failure", "captcha verification process failed")),
    }
}

fn disallowed(why: &str) -> ApiError {
    ApiError::new(400, "captcha_failed", format!("captcha protection: request disallowed ({why})"))
}

/// What a test secret decides; `None` for a real one.
fn decide(settings: &Captcha, token: &str) -> Option<Verdict> {
    let refused = |reason: &str| Verdict::Refused(reason.to_owned());
    match (settings.provider, settings.secret.as_str()) {
        (CaptchaProvider::Hcaptcha, HCAPTCHA_TEST) if HCAPTCHA_TOKENS.contains(&token) => Some(Verdict::Person),
        (CaptchaProvider::Hcaptcha, HCAPTCHA_TEST) | (CaptchaProvider::Turnstile, TURNSTILE_FAILS) => {
            Some(refused("invalid-input-response"))
        }
        (CaptchaProvider::Turnstile, TURNSTILE_PASSES) => Some(Verdict::Person),
        (CaptchaProvider::Turnstile, TURNSTILE_SPENT) => Some(refused("timeout-or-duplicate")),
        (_, "") => Some(refused("missing-input-secret")),
        _ => None,
    }
}

fn verifier(provider: CaptchaProvider) -> &'static str {
    match provider {
        CaptchaProvider::Hcaptcha => "https://hcaptcha.com/siteverify",
        CaptchaProvider::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    }
}

async fn ask(url: &str, secret: &str, token: &str, ip: IpAddr) -> Verdict {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("secret", secret), ("response", token), ("remoteip", &ip.to_string())])
        .finish();
    let Ok(client) = reqwest::Client::builder().timeout(TIMEOUT).build() else { return Verdict::Silent };
    let request = client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = match request.send().await {
        Ok(answer) => answer.json::<Value>().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) if answer["success"] == Value::Bool(true) => Verdict::Person,
        Ok(Value::Object(answer)) => {
            let reasons = answer.get("error-codes").and_then(Value::as_array).cloned().unwrap_or_default();
            let reasons: Vec<_> = reasons.iter().filter_map(Value::as_str).collect();
            Verdict::Refused(reasons.join(", "))
        }
        Ok(_) => Verdict::Silent,
        Err(error) => {
            tracing::warn!(error = %error.without_url(), "the captcha's verifier did not answer");
            Verdict::Silent
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn test_secrets_decide_here_and_real_ones_do_not() {
        let decide = |provider, secret: &str, token| {
            super::decide(&Captcha { enabled: true, provider, secret: secret.to_owned() }, token)
        };
        let refused = |reason: &str| Some(Verdict::Refused(reason.to_owned()));
        assert_eq!(decide(CaptchaProvider::Hcaptcha, HCAPTCHA_TEST, HCAPTCHA_TOKENS[0]), Some(Verdict::Person));
        assert_eq!(decide(CaptchaProvider::Hcaptcha, HCAPTCHA_TEST, "x"), refused("invalid-input-response"));
        assert_eq!(decide(CaptchaProvider::Turnstile, TURNSTILE_PASSES, "x"), Some(Verdict::Person));
        assert_eq!(decide(CaptchaProvider::Turnstile, TURNSTILE_SPENT, "x"), refused("timeout-or-duplicate"));
        assert_eq!(decide(CaptchaProvider::Turnstile, HCAPTCHA_TEST, "x"), None);
    }

    #[tokio::test]
    async fn a_verifier_is_asked_and_believed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = post(|form: String| async move {
            match form.as_str() {
                "secret=s&response=good&remoteip=127.0.0.1" => r#"{ "success": true }"#,
                "secret=s&response=bad&remoteip=127.0.0.1" => r#"{ "success": false, "error-codes": ["a", "b"] }"#,
                _ => "<html>",
            }
        });
        let server = tokio::spawn(async { axum::serve(listener, Router::new().route("/", answers)).await });
        let ask = async |token: &str| super::ask(&url, "s", token, [127, 0, 0, 1].into()).await;
        assert_eq!(ask("good").await, Verdict::Person);
        assert_eq!(ask("bad").await, Verdict::Refused("a, b".to_owned()));
        assert_eq!(ask("odd").await, Verdict::Silent);
        server.abort();
        assert_eq!(super::ask("http://127.0.0.1:1", "s", "x", [127, 0, 0, 1].into()).await, Verdict::Silent);
    }
}
