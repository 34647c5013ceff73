//! A project's private keys: JSON Web Keys (RFC 7517, RFC 7518) in a file, as the Supabase CLI has them.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde::Deserialize;
use serde_json::{Value, json};

/// A key that signs and checks tokens by one algorithm, and by no other.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(super) kid: String,
    pair: Pair,
    /// What everybody may know (the entry of the key set).
    pub(super) public: Value,
    pub(super) decoding: DecodingKey,
}

#[derive(Clone)]
enum Pair {
    Es256(Arc<EcdsaKeyPair>),
    Rs256(Arc<RsaKeyPair>),
}

/// An entry of the file.
#[derive(Deserialize)]
#[serde(tag = "kty")]
enum Entry {
    #[serde(rename = "EC")]
    Ec { kid: String, crv: String, alg: Option<String>, x: String, y: String, d: String },
    #[serde(rename = "RSA")]
    Rsa {
        kid: String,
        alg: Option<String>,
        n: String,
        e: String,
        d: String,
        p: String,
        q: String,
        dp: String,
        dq: String,
        qi: String,
    },
}

impl SigningKey {
    /// Reads a file's text: one key or more, the one that signs first. The error is a sentence without any of the keys.
    pub(crate) fn read_set(text: &str) -> Result<Vec<Self>, String> {
        let entries: Vec<Value> = serde_json::from_str(text).map_err(|_| "this is no JSON list of keys".to_owned())?;
        if entries.is_empty() {
            return Err("there is no key in it".to_owned());
        }
        let read = |(index, entry)| Self::read(entry).map_err(|what| format!("key {}: {what}", index + 1));
        entries.into_iter().enumerate().map(read).collect()
    }

    fn read(entry: Value) -> Result<Self, String> {
        let entry: Entry = serde_json::from_value(entry).map_err(|_| {
            "an EC key needs kid, crv, x, y and d; an RSA key kid, n, e, d, p, q, dp, dq and qi".to_owned()
        })?;
        let wrong = |_| "the numbers do not make a key".to_owned();
        let (kid, pair, public) = match &entry {
            Entry::Ec { kid, crv, alg, x, y, d } => {
                if crv != "P-256" || alg.as_deref().is_some_and(|alg| alg != "ES256") {
                    return Err("of EC keys, P-256 with ES256 is known".to_owned());
                }
                let point = [&[4_u8][..], &bytes(x)?, &bytes(y)?].concat();
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pair =
                    EcdsaKeyPair::from_private_key_and_public_key(algorithm, &bytes(d)?, &point).map_err(wrong)?;
                let public = json!({ "kty": "EC", "kid": kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"], "crv": crv, "x": x, "y": y });
                (kid, Pair::Es256(Arc::new(pair)), public)
            }
            Entry::Rsa { kid, alg, n, e, d, p, q, dp, dq, qi } => {
                if alg.as_deref().is_some_and(|alg| alg != "RS256") {
                    return Err("of RSA keys, RS256 is known".to_owned());
                }
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents { n: bytes(n)?, e: bytes(e)? },
                    d: bytes(d)?,
                    p: bytes(p)?,
                    q: bytes(q)?,
                    dP: bytes(dp)?,
                    dQ: bytes(dq)?,
                    qInv: bytes(qi)?,
                };
                let pair = RsaKeyPair::from_components(&components).map_err(wrong)?;
                let public = json!({ "kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "key_ops": ["verify"], "n": n, "e": e });
                (kid, Pair::Rs256(Arc::new(pair)), public)
            }
        };
        let jwk: Jwk =
            serde_json::from_value(public.clone()).map_err(|_| "the numbers do not make a key".to_owned())?;
        let decoding = DecodingKey::from_jwk(&jwk).map_err(|_| "the numbers do not make a key".to_owned())?;
        Ok(Self { kid: kid.clone(), pair, public, decoding })
    }

    /// The one algorithm that it is for.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::ES256,
            Pair::Rs256(_) => Algorithm::RS256,
        }
    }

    /// Signs (RFC 7515). `None` only if the cryptographic library refuses.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok().map(|()| signature)
            }
        }
    }
}

fn bytes(number: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(number).map_err(|_| "its numbers must be base64url without padding".to_owned())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
