//! `POST /token`: the grants that a desktop program uses (wire reference, section 6).

use serde_json::json;

use super::{object, put_captcha};
use crate::{Api, AuthCode, CaptchaToken, CodeVerifier, Contact, Error, Password, RefreshToken, Session};

impl Api {
    /// Buys the next session (RFC 6749, section 6). Safe to repeat with the same token: the server hands the same successor
    /// out again.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Session, Error> {
        let body = json!({ "refresh_token": token.expose() });
        Self::session(self.post("token?grant_type=refresh_token", None, &body).await?)
    }

    /// Signs in to an account with its password.
    pub async fn sign_in_with_password(
        &self,
        contact: &Contact,
        password: &Password,
        captcha: Option<&CaptchaToken>,
    ) -> Result<Session, Error> {
        let mut body = object([("password", Some(password.expose().into()))]);
        contact.put_into(&mut body);
        put_captcha(&mut body, captcha);
        Self::session(self.post("token?grant_type=password", None, &body).await?)
    }

    /// Turns the code of a redirect into a session (RFC 7636, section 4.5). The code counts once; the server forgets it after
    /// five minutes.
    pub async fn exchange_code(&self, code: &AuthCode, verifier: &CodeVerifier) -> Result<Session, Error> {
        let body = json!({ "auth_code": code.expose(), "code_verifier": verifier.expose() });
        Self::session(self.post("token?grant_type=pkce", None, &body).await?)
    }
}
