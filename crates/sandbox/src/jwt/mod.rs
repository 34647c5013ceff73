//! Access tokens and API keys: JWT (RFC 7519). HS256 with the project's secret; or ES256 or RS256 with its private keys, and then
//! the secret still checks what it signed.

mod private;
#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto, decode, decode_header, errors::ErrorKind};
use serde_json::{Value, json};

pub(crate) use private::SigningKey;

use crate::Config;

/// Expiry of the demo keys of `supabase start`.
const DEMO_KEYS_EXPIRE: i64 = 1_983_812_996;

/// Signs and reads a project's tokens.
pub(crate) struct Jwt {
    secret: EncodingKey,
    shared: DecodingKey,
    /// The first one signs; without any the secret does.
    keys: Vec<SigningKey>,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadToken {
    Expired,
    Malformed,
    Signature,
}

impl BadToken {
    /// What Supabase Auth says behind "unable to parse or verify signature,".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Expired => "token has invalid claims: token is expired",
            Self::Malformed => "token is malformed: token contains an invalid number of segments",
            Self::Signature => "token signature is invalid: signature is invalid",
        }
    }
}

impl Jwt {
    /// With a secret alone.
    pub(crate) fn new(secret: &str) -> Self {
        Self {
            secret: EncodingKey::from_secret(secret.as_bytes()),
            shared: DecodingKey::from_secret(secret.as_bytes()),
            keys: Vec::new(),
        }
    }

    /// As a project's settings say.
    pub(crate) fn of(config: &Config) -> Self {
        Self { keys: config.signing_keys.clone(), ..Self::new(&config.auth.jwt_secret) }
    }

    /// The key set (RFC 7517, section 5): public halves only; a secret is never listed.
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| &key.public).collect::<Vec<_>>() })
    }

    /// Signs claims. `None` only if the cryptographic library refuses, which keys that were read never make it do.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        self.sign_text(&claims.to_string())
    }

    /// Signs claims as they are written (RFC 7515, section 5.1).
    fn sign_text(&self, claims: &str) -> Option<String> {
        let key = self.keys.first();
        // Letter by letter as the Supabase CLI writes it, so that its demo keys are ours too.
        let header = key.map_or_else(
            || r#"{"alg":"HS256","typ":"JWT"}"#.to_owned(),
            |key| json!({ "alg": format!("{:?}", key.algorithm()), "kid": key.kid, "typ": "JWT" }).to_string(),
        );
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = match key {
            Some(key) => URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?),
            None => crypto::sign(message.as_bytes(), &self.secret, Algorithm::HS256).ok()?,
        };
        Some(format!("{message}.{signature}"))
    }

    /// Reads and checks a token at the time `now` (seconds since 1970).
    pub(crate) fn read(&self, token: &str, now: i64) -> Result<Value, BadToken> {
        let header = decode_header(token).map_err(|_| BadToken::Malformed)?;
        // The token names a key; what algorithm that key is for, only we say. So a public key is never taken for a secret.
        let (algorithm, key) = if header.alg == Algorithm::HS256 {
            (Algorithm::HS256, &self.shared)
        } else {
            let named = self.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref());
            named.map(|key| (key.algorithm(), &key.decoding)).ok_or(BadToken::Signature)?
        };
        let mut validation = Validation::new(algorithm);
        // The sandbox's clock can be moved, so expiry is checked here.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Value>(token, key, &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => BadToken::Signature,
                _ => BadToken::Malformed,
            })?
            .claims;
        match claims.get("exp").and_then(Value::as_i64) {
            Some(exp) if exp <= now => Err(BadToken::Expired),
            _ => Ok(claims),
        }
    }

    pub(crate) fn publishable_key(&self) -> String {
        self.demo_key("anon")
    }

    pub(crate) fn service_role_key(&self) -> String {
        self.demo_key("service_role")
    }

    fn demo_key(&self, role: &str) -> String {
        let claims = format!(r#"{{"iss":"supabase-demo","role":"{role}","exp":{DEMO_KEYS_EXPIRE}}}"#);
        self.sign_text(&claims).unwrap_or_default()
    }
}
