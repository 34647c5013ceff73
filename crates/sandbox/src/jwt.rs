//! Access tokens and API keys: JWT (RFC 7519), HS256.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind};
use serde_json::{Value, json};

/// Expiry of the demo keys of `supabase start`.
const DEMO_KEYS_EXPIRE: i64 = 1_983_812_996;

/// Signs and reads tokens with one secret.
pub(crate) struct Jwt {
    encoding: EncodingKey,
    decoding: DecodingKey,
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
    pub(crate) fn new(secret: &str) -> Self {
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
        }
    }

    /// Signs claims. `None` only if the cryptographic library refuses, which HS256 with a secret never makes it do.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        encode(&Header::new(Algorithm::HS256), claims, &self.encoding).ok()
    }

    /// Reads and checks a token at the time `now` (seconds since 1970).
    pub(crate) fn read(&self, token: &str, now: i64) -> Result<Value, BadToken> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The sandbox's clock can be moved, so expiry is checked here.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Value>(token, &self.decoding, &validation)
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
        self.sign(&json!({ "iss": "supabase-demo", "role": role, "exp": DEMO_KEYS_EXPIRE })).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_and_refuses_the_rest() {
        let jwt = Jwt::new("a secret");
        let token = jwt.sign(&json!({ "sub": "x", "exp": 100 })).expect("signed");
        assert_eq!(jwt.read(&token, 99).expect("valid")["sub"], "x");
        assert_eq!(jwt.read(&token, 100), Err(BadToken::Expired));
        assert_eq!(Jwt::new("another").read(&token, 99), Err(BadToken::Signature));
        assert_eq!(jwt.read("x.y", 0), Err(BadToken::Malformed));
        // {"alg":"none"} with no signature.
        assert!(jwt.read("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", 0).is_err());
    }
}
