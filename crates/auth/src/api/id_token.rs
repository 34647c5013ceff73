//! `POST /token?grant_type=id_token`: signing in or linking with what a provider's own sign-in gave (wire reference,
//! section 6).

use serde_json::{Map, Value};

use super::{object, put_captcha};
use crate::{AccessToken, Api, CaptchaToken, Error, Nonce, ProviderToken, Session};

/// An OpenID Connect ID token and what goes with it.
#[derive(Debug, Clone)]
pub struct IdToken {
    /// `google`, `apple`, …
    pub provider: String,
    /// The ID token.
    pub token: ProviderToken,
    /// The provider's access token, where the ID token names its hash (`at_hash`).
    pub access_token: Option<ProviderToken>,
    /// The nonce whose hex SHA-256 the ID token carries.
    pub nonce: Option<Nonce>,
}

impl IdToken {
    fn body(&self) -> Map<String, Value> {
        object([
            ("provider", Some(self.provider.as_str().into())),
            ("id_token", Some(self.token.expose().into())),
            ("access_token", self.access_token.as_ref().map(|token| token.expose().into())),
            ("nonce", self.nonce.as_ref().map(|nonce| nonce.expose().into())),
        ])
    }
}

impl Api {
    /// Signs in to the account that the identity belongs to; makes one if there is none.
    pub async fn sign_in_with_id_token(
        &self,
        token: &IdToken,
        captcha: Option<&CaptchaToken>,
    ) -> Result<Session, Error> {
        let mut body = token.body();
        put_captcha(&mut body, captcha);
        Self::session(self.post("token?grant_type=id_token", None, &body).await?)
    }

    /// Links the identity to the user of `access`. Answers with a new session of the same user.
    pub async fn link_id_token(&self, access: &AccessToken, token: &IdToken) -> Result<Session, Error> {
        let mut body = token.body();
        body.insert("link_identity".into(), true.into());
        Self::session(self.post("token?grant_type=id_token", Some(access), &body).await?)
    }
}
