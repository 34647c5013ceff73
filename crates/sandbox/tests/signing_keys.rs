//! Tokens signed with the project's private keys, as clients check them.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use carryover_auth::{AccessToken, Api, ClaimsError, SystemClock, TokenVerifier};
use carryover_sandbox::{Config, Options};
use carryover_testkit::Console;
use reqwest::Method;
use serde_json::Value;

const KEYS: &str = include_str!("signing_keys.json");

/// A project that signs with one of the test keys.
fn project(folder: &Path, first: usize) -> Result<Config> {
    let mut keys: Vec<Value> = serde_json::from_str(KEYS)?;
    keys.rotate_left(first);
    std::fs::write(folder.join("keys.json"), serde_json::to_string(&keys)?)?;
    let settings = "[auth]\nenable_anonymous_sign_ins = true\nsigning_keys_path = \"keys.json\"\n";
    std::fs::write(folder.join("config.toml"), settings)?;
    Ok(Config::read(&folder.join("config.toml"))?)
}

#[tokio::test]
async fn a_client_checks_a_guests_token_with_the_key_set_alone() -> Result<()> {
    for (first, kid) in [(0, "test-es256"), (1, "test-rs256")] {
        let folder = tempfile::tempdir()?;
        let config = project(folder.path(), first)?;
        let (sandbox, console) = carryover_testkit::sandbox(Options { config, ..Options::default() }).await?;
        let guest = console.guest().await?;
        let api = Api::new(sandbox.url(), sandbox.publishable_key())?;
        let verifier = TokenVerifier::new(api, Arc::new(SystemClock));
        let claims = verifier.verify(&AccessToken::new(guest.access_token.clone())).await?;
        assert_eq!((claims["sub"].as_str(), &claims["is_anonymous"]), (Some(guest.id.as_str()), &Value::Bool(true)));
        let (_, set) = Console::send(console.request(Method::GET, "/auth/v1/.well-known/jwks.json", None)).await?;
        assert_eq!(set["keys"][0]["kid"], kid);
        // The keys of the API are signed the same way, and everything that takes tokens takes these.
        assert!(
            verifier.verify(&AccessToken::new(console.publishable_key.clone())).await.is_err(),
            "it names no audience"
        );
        let (status, _) =
            Console::send(console.request(Method::GET, "/auth/v1/user", Some(&guest.access_token))).await?;
        assert_eq!(status, 200);
        assert_eq!(console.users().await?.len(), 1);
        let (status, _) =
            Console::send(console.request(Method::GET, "/rest/v1/carts", Some(&guest.access_token))).await?;
        assert_eq!(status, 200);
    }
    Ok(())
}

#[tokio::test]
async fn a_changed_token_is_refused_by_client_and_server() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = project(folder.path(), 0)?;
    let (sandbox, console) = carryover_testkit::sandbox(Options { config, ..Options::default() }).await?;
    let guest = console.guest().await?;
    let (message, signature) = guest.access_token.rsplit_once('.').context("no signature")?;
    let changed = format!("{message}.{}{signature}", if signature.starts_with('A') { "B" } else { "A" });
    let verifier = TokenVerifier::new(Api::new(sandbox.url(), sandbox.publishable_key())?, Arc::new(SystemClock));
    let refused = verifier.verify(&AccessToken::new(changed.clone())).await.err();
    assert!(matches!(refused, Some(ClaimsError::Invalid(_))), "{refused:?}");
    let (status, body) = Console::send(console.request(Method::GET, "/auth/v1/user", Some(&changed))).await?;
    assert_eq!((status, body["error_code"].as_str()), (403, Some("bad_jwt")));
    Ok(())
}
