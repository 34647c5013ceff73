//! Checking access tokens with the project's public keys (RFC 7515, RFC 7517, RFC 8725).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde_json::{Map, Value};

use crate::{AccessToken, Api, Clock, Error, Jwks};

/// How long keys are taken as current; what the server itself says (wire reference, section 7).
const KEYS_LIVE: Duration = Duration::from_mins(10);
/// How long a key id that the server does not know is not asked for again: an attacker can make up any number of them.
const UNKNOWN_LIVE: Duration = Duration::from_mins(1);
/// How far clocks may be apart.
const LEEWAY: Duration = Duration::from_mins(1);

/// Why a token is not to be trusted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClaimsError {
    /// It is no JWT, or its header names no key.
    #[error("not a token")]
    NotAToken,
    /// It is signed by an algorithm that public keys can't check: `none`, or a shared secret. Ask the server
    /// ([`Api::user`]) instead.
    #[error("not signed with a public key")]
    NotAsymmetric,
    /// The project has no such key.
    #[error("signed with a key that is not the project's")]
    UnknownKey,
    /// Signature, time, issuer or audience are wrong.
    #[error("the token does not hold")]
    Invalid(#[source] Arc<jsonwebtoken::errors::Error>),
    /// The keys could not be fetched, and none are known from before.
    #[error("the project's keys can't be fetched")]
    NoKeys(#[source] Error),
}

/// Checks tokens of one project.
pub struct TokenVerifier {
    api: Api,
    clock: Arc<dyn Clock>,
    audience: String,
    keys: RwLock<Keys>,
}

#[derive(Default)]
struct Keys {
    set: Option<Jwks>,
    fetched_at: Duration,
    /// Key ids the server did not know, and when that was.
    unknown: HashMap<String, Duration>,
}

impl TokenVerifier {
    /// For tokens of signed-in users of this project, guests included.
    pub fn new(api: Api, clock: Arc<dyn Clock>) -> Self {
        Self { api, clock, audience: "authenticated".to_owned(), keys: RwLock::default() }
    }

    /// The claims of a token whose signature, time, issuer and audience are right.
    pub async fn verify(&self, token: &AccessToken) -> Result<Map<String, Value>, ClaimsError> {
        let header = decode_header(token.expose()).map_err(|_| ClaimsError::NotAToken)?;
        if matches!(header.alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return Err(ClaimsError::NotAsymmetric);
        }
        let key = self.key(&header.kid.ok_or(ClaimsError::NotAToken)?).await?;
        // What the key is for decides, never what the token claims (RFC 8725, section 3.1).
        let algorithm = algorithm(&key).filter(|alg| *alg == header.alg).ok_or(ClaimsError::UnknownKey)?;
        let mut rules = Validation::new(algorithm);
        rules.set_issuer(&[self.api.issuer()]);
        rules.set_audience(&[&self.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.leeway = LEEWAY.as_secs();
        // Time is checked by our clock, below.
        rules.validate_exp = false;
        let invalid = |error| ClaimsError::Invalid(Arc::new(error));
        let key = DecodingKey::from_jwk(&key).map_err(invalid)?;
        let claims = decode::<Map<String, Value>>(token.expose(), &key, &rules).map_err(invalid)?.claims;
        self.check_time(&claims)?;
        Ok(claims)
    }

    fn check_time(&self, claims: &Map<String, Value>) -> Result<(), ClaimsError> {
        use jsonwebtoken::errors::ErrorKind;
        let (now, leeway) = (self.clock.now().as_second(), i64::try_from(LEEWAY.as_secs()).unwrap_or_default());
        let at = |name: &str| claims.get(name).and_then(Value::as_i64);
        let wrong = |kind: ErrorKind| Err(ClaimsError::Invalid(Arc::new(kind.into())));
        if at("exp").is_none_or(|exp| now >= exp + leeway) {
            return wrong(ErrorKind::ExpiredSignature);
        }
        if at("nbf").is_some_and(|nbf| now < nbf - leeway) {
            return wrong(ErrorKind::ImmatureSignature);
        }
        Ok(())
    }

    /// A key by its id: from memory while it is current, from the server when it is not, and from memory again when the server
    /// is not there.
    async fn key(&self, id: &str) -> Result<Jwk, ClaimsError> {
        let now = self.clock.elapsed();
        let known = {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            let known = keys.set.as_ref().and_then(|set| set.find(id)).cloned();
            let current = keys.set.is_some() && now.saturating_sub(keys.fetched_at) < KEYS_LIVE;
            if let Some(key) = &known
                && current
            {
                return Ok(key.clone());
            }
            let asked = keys.unknown.get(id).is_some_and(|at| now.saturating_sub(*at) < UNKNOWN_LIVE);
            if asked && known.is_none() {
                return Err(ClaimsError::UnknownKey);
            }
            known
        };
        match (self.api.jwks().await, known) {
            (Ok(set), _) => self.learn(id, set, now),
            (Err(error), Some(key)) => {
                tracing::warn!(%error, "the project's keys could not be fetched; using those from before");
                Ok(key)
            }
            (Err(error), None) => Err(ClaimsError::NoKeys(error)),
        }
    }

    fn learn(&self, id: &str, set: Jwks, now: Duration) -> Result<Jwk, ClaimsError> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let found = set.find(id).cloned();
        (keys.set, keys.fetched_at) = (Some(set), now);
        keys.unknown.retain(|_, at| now.saturating_sub(*at) < UNKNOWN_LIVE);
        found.ok_or_else(|| {
            keys.unknown.insert(id.to_owned(), now);
            ClaimsError::UnknownKey
        })
    }
}

/// The one algorithm a key is for.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    let named = key.common.key_algorithm.and_then(|named| named.to_string().parse().ok());
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => Some(Algorithm::ES256),
            EllipticCurve::P384 => Some(Algorithm::ES384),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(_) => Some(Algorithm::EdDSA),
        AlgorithmParameters::RSA(_) => {
            let allowed = |alg: &Algorithm| matches!(alg, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512);
            Some(named.filter(allowed).unwrap_or(Algorithm::RS256))
        }
        // A shared secret is for none: it is not public.
        _ => None,
    }
}
