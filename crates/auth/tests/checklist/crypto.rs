//! Items 51 and 52: clocks that are wrong, and tokens that are.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{AccessToken, ClaimsError, Clock, TokenVerifier};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{Device, GUEST, Scripted, TestClock};

const DAY: i64 = 86_400;

#[tokio::test(start_paused = true)]
async fn item_51_a_wrong_clock_costs_at_most_one_refresh_per_life_of_a_token() {
    for wrong in [0, 7200, -7200, DAY, -DAY, 365 * DAY] {
        let device = Device::new();
        device.clock.set_wrong(wrong);
        let (engine, _) = device.guest().await;
        valid_for_a_day(&device, &engine).await;
        assert!(device.server.requests("POST token") <= 25, "{wrong}: {}", device.server.requests("POST token"));
        // The next start knows by how much the clock is wrong.
        engine.shutdown(Duration::ZERO).await;
        let (engine, before) = (device.start().await, device.server.requests("POST token"));
        engine.access_token().await.expect("a token");
        assert_eq!(device.server.requests("POST token"), before, "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn item_51_a_clock_that_jumps_while_the_program_runs_is_not_noticed_at_all() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    for wrong in [DAY, -DAY, 7200, -7200, 0] {
        device.clock.set_wrong(wrong);
        engine.access_token().await.expect("valid");
    }
    assert_eq!(device.server.requests("POST token"), 0);
    valid_for_a_day(&device, &engine).await;
    assert!(device.server.requests("POST token") <= 25);
}

#[tokio::test(start_paused = true)]
async fn item_51_a_clock_set_back_between_two_starts_is_not_believed() {
    let device = Device::new();
    let (engine, _) = device.guest().await;
    engine.shutdown(Duration::ZERO).await;
    device.clock.sleep(7200);
    device.clock.set_wrong(-DAY);
    let engine = device.start().await;
    let token = engine.access_token().await.expect("refreshed");
    assert!(exp(&token) > device.clock.truth().as_second(), "the old one only looked young");
    assert_eq!(device.server.requests("POST token"), 1);
}

/// Asks for a token every minute; every one of them must be valid at the server.
async fn valid_for_a_day(device: &Device, engine: &carryover_auth::Engine<crate::support::Disk>) {
    for _ in 0..24 * 60 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let token = engine.access_token().await.expect("a token");
        assert!(exp(&token) > device.clock.truth().as_second());
    }
}

fn exp(token: &AccessToken) -> i64 {
    carryover_auth::Claims::read(token).expect("claims").exp
}

/// A key pair of the project.
struct Pair {
    signing: EncodingKey,
    public: Value,
    algorithm: Algorithm,
    id: &'static str,
}

impl Pair {
    fn new(algorithm: Algorithm, id: &'static str) -> Self {
        let signing = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
                EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("a key").as_ref())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().expect("a key");
                EncodingKey::from_ed_der(pair.to_pkcs8v1().expect("a key").as_ref())
            }
            _ => {
                let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
                let der: Pkcs8V1Der<'_> = pair.as_der().expect("a key");
                EncodingKey::from_rsa_der(rsa_in(der.as_ref()))
            }
        };
        let jwk = Jwk::from_encoding_key(&signing, algorithm).expect("a public key");
        let mut public = serde_json::to_value(jwk).expect("JSON");
        public["kid"] = id.into();
        Self { signing, public, algorithm, id }
    }

    fn sign(&self, claims: &Value) -> AccessToken {
        let header = Header { kid: Some(self.id.into()), ..Header::new(self.algorithm) };
        AccessToken::new(encode(&header, claims, &self.signing).expect("signed"))
    }
}

/// The PKCS #1 key inside a PKCS #8 one of RSA: the last octet string, after a header of fixed length (RFC 5208).
fn rsa_in(pkcs8: &[u8]) -> &[u8] {
    &pkcs8[26..]
}

struct Project {
    scripted: Scripted,
    verifier: TokenVerifier,
}

impl Project {
    async fn with(keys: &[&Pair]) -> Self {
        let scripted = Scripted::new().await;
        let verifier = TokenVerifier::new(scripted.api(), Arc::new(scripted.clock.clone()));
        let project = Self { scripted, verifier };
        project.publishes(keys).await;
        project
    }

    async fn publishes(&self, keys: &[&Pair]) {
        self.scripted.server.reset().await;
        let keys: Vec<_> = keys.iter().map(|key| key.public.clone()).collect();
        let set = ResponseTemplate::new(200).set_body_json(json!({ "keys": keys }));
        self.scripted.answers("GET", ".well-known/jwks.json", set).await;
    }

    fn claims(&self) -> Value {
        let now = self.scripted.clock.now().as_second();
        let iss = format!("{}/auth/v1", self.scripted.server.uri());
        json!({ "iss": iss, "sub": GUEST, "aud": "authenticated", "exp": now + 3600, "iat": now, "is_anonymous": true })
    }

    async fn fetched(&self) -> usize {
        self.scripted.requests(".well-known/jwks.json").await
    }
}

#[tokio::test]
async fn item_52_tokens_of_all_three_kinds_of_keys_hold() {
    let pairs =
        [Pair::new(Algorithm::ES256, "ec"), Pair::new(Algorithm::RS256, "rsa"), Pair::new(Algorithm::EdDSA, "ed")];
    let project = Project::with(&pairs.each_ref()).await;
    for pair in &pairs {
        let claims = project.verifier.verify(&pair.sign(&project.claims())).await.expect("it holds");
        assert_eq!(claims["sub"], json!(GUEST));
    }
    assert_eq!(project.fetched().await, 1, "the keys are kept");
}

#[tokio::test]
async fn item_52_time_issuer_audience_and_signature_are_checked() {
    let pair = Pair::new(Algorithm::ES256, "ec");
    let project = Project::with(&[&pair]).await;
    let now = project.scripted.clock.now().as_second();
    let with = |key: &str, value: Value| {
        let mut claims = project.claims();
        claims[key] = value;
        pair.sign(&claims)
    };
    let refused = async |token: AccessToken| project.verifier.verify(&token).await.expect_err("refused");
    assert!(project.verifier.verify(&with("exp", json!(now - 30))).await.is_ok(), "clocks may be a minute apart");
    assert!(matches!(refused(with("exp", json!(now - 90))).await, ClaimsError::Invalid(_)));
    assert!(matches!(refused(with("exp", Value::Null)).await, ClaimsError::Invalid(_)));
    assert!(project.verifier.verify(&with("nbf", json!(now + 30))).await.is_ok());
    assert!(matches!(refused(with("nbf", json!(now + 90))).await, ClaimsError::Invalid(_)));
    assert!(matches!(refused(with("iss", json!("https://evil.test/auth/v1"))).await, ClaimsError::Invalid(_)));
    assert!(matches!(refused(with("aud", json!("somebody else"))).await, ClaimsError::Invalid(_)));
    let good = pair.sign(&project.claims());
    let (signed, _) = good.expose().rsplit_once('.').expect("a token");
    let forged = AccessToken::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode([7; 64])));
    assert!(matches!(refused(forged).await, ClaimsError::Invalid(_)));
}

#[tokio::test]
async fn item_52_none_and_confused_algorithms_are_refused() {
    let (ec, rsa) = (Pair::new(Algorithm::ES256, "ec"), Pair::new(Algorithm::RS256, "rsa"));
    let project = Project::with(&[&ec, &rsa]).await;
    let claims = project.claims();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", part(&json!({ "alg": "none", "kid": "ec" })), part(&claims));
    assert!(matches!(project.verifier.verify(&AccessToken::new(none)).await, Err(ClaimsError::NotAToken)));
    // The public key as if it were a shared secret.
    let header = Header { kid: Some("rsa".into()), ..Header::new(Algorithm::HS256) };
    let secret = EncodingKey::from_secret(rsa.public.to_string().as_bytes());
    let confused = AccessToken::new(encode(&header, &claims, &secret).expect("signed"));
    assert!(matches!(project.verifier.verify(&confused).await, Err(ClaimsError::NotAsymmetric)));
    // A right signature under the name of a key of another kind.
    let misnamed = Pair { id: "rsa", ..Pair::new(Algorithm::ES256, "ec") };
    assert!(matches!(project.verifier.verify(&misnamed.sign(&claims)).await, Err(ClaimsError::UnknownKey)));
    for nothing in ["", "a.b.c", "not a token"] {
        assert!(matches!(
            project.verifier.verify(&AccessToken::new(nothing.into())).await,
            Err(ClaimsError::NotAToken)
        ));
    }
}

#[tokio::test]
async fn item_52_unknown_keys_are_remembered_and_known_ones_outlive_an_outage() {
    let (known, new) = (Pair::new(Algorithm::ES256, "known"), Pair::new(Algorithm::ES256, "new"));
    let project = Project::with(&[&known]).await;
    let (old_token, new_token) = (known.sign(&project.claims()), new.sign(&project.claims()));
    for _ in 0..50 {
        assert!(matches!(project.verifier.verify(&new_token).await, Err(ClaimsError::UnknownKey)));
    }
    assert_eq!(project.fetched().await, 1, "an attacker can't make us ask");
    // Rotated: after a minute the new key is found.
    project.publishes(&[&known, &new]).await;
    project.scripted.clock.sleep(61);
    project.verifier.verify(&new_token).await.expect("found");
    // An outage, long after the keys were fetched.
    project.scripted.server.reset().await;
    project.scripted.clock.sleep(1200);
    project.verifier.verify(&old_token).await.expect("the keys from before serve");
    let stranger = Pair::new(Algorithm::ES256, "stranger").sign(&project.claims());
    assert!(matches!(project.verifier.verify(&stranger).await, Err(ClaimsError::NoKeys(_))));
    drop::<Option<TestClock>>(None);
}
