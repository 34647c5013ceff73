//! A second factor, after the upgrade: guests may not enrol one (wire reference, section 1a).

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::object;
use crate::{AccessToken, Api, Error, Otp, Phone, Session};

/// What a factor is.
#[derive(Debug, Clone)]
pub enum FactorKind {
    /// An authenticator app (RFC 6238).
    Totp {
        /// Whom the app shows as the issuer.
        issuer: Option<String>,
    },
    /// Codes by text message.
    Phone(Phone),
}

/// A factor that waits for its first code.
#[derive(Clone, Deserialize)]
pub struct Enrolled {
    /// The factor's id.
    pub id: Uuid,
    /// What an authenticator app scans. A secret: show it, never keep it.
    #[serde(default)]
    pub totp: Option<Value>,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolled").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A question that a code answers.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Challenge {
    /// The challenge's id.
    pub id: Uuid,
}

impl Api {
    /// Begins a factor. It counts after its first code was verified.
    pub async fn enroll_factor(
        &self,
        token: &AccessToken,
        kind: &FactorKind,
        friendly_name: &str,
    ) -> Result<Enrolled, Error> {
        let (name, issuer, phone) = match kind {
            FactorKind::Totp { issuer } => ("totp", issuer.clone(), None),
            FactorKind::Phone(phone) => ("phone", None, Some(phone.as_str())),
        };
        let body = object([
            ("friendly_name", Some(friendly_name.into())),
            ("factor_type", Some(name.into())),
            ("issuer", issuer.map(Value::String)),
            ("phone", phone.map(Value::from)),
        ]);
        self.post("factors", Some(token), &body).await?.read()
    }

    /// Asks for a code of a factor.
    pub async fn challenge_factor(&self, token: &AccessToken, factor: Uuid) -> Result<Challenge, Error> {
        self.post(&format!("factors/{factor}/challenge"), Some(token), &json!({})).await?.read()
    }

    /// Answers with a session of the second assurance level.
    pub async fn verify_factor(
        &self,
        token: &AccessToken,
        factor: Uuid,
        challenge: Challenge,
        otp: &Otp,
    ) -> Result<Session, Error> {
        let body = json!({ "challenge_id": challenge.id, "code": otp.expose() });
        Self::session(self.post(&format!("factors/{factor}/verify"), Some(token), &body).await?)
    }

    /// Takes a factor away.
    pub async fn unenroll_factor(&self, token: &AccessToken, factor: Uuid) -> Result<(), Error> {
        let url = self.url(&format!("factors/{factor}"))?;
        self.call(Method::DELETE, url, Some(token), Vec::new()).await.map(drop)
    }
}
