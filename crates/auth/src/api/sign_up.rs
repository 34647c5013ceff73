//! `POST /signup`: guests, and accounts with a password (wire reference, section 1).

use http::Method;
use serde_json::{Map, Value};

use super::{MailLink, object, put_captcha};
use crate::{Api, CaptchaToken, Contact, Error, Password, Session, User, wire::SessionBody};

/// What a sign-up with a password led to.
#[derive(Debug)]
pub enum SignedUp {
    /// Signed in at once: the project confirms nothing.
    Session(Box<Session>),
    /// A code is on its way. If the address had an account already, this is a made-up user without identities, so that
    /// nobody can find out by signing up who has one.
    Confirm(Box<User>),
}

impl Api {
    /// Makes a new anonymous user with `data` as their metadata. Every call makes one, so it is never repeated on its own.
    pub async fn sign_up_anonymously(
        &self,
        data: &Map<String, Value>,
        captcha: Option<&CaptchaToken>,
    ) -> Result<Session, Error> {
        // `data` even when empty: the server answers 400 to an empty body.
        let mut body = object([("data", Some(Value::Object(data.clone())))]);
        put_captcha(&mut body, captcha);
        Self::session(self.post("signup", None, &body).await?)
    }

    /// Makes an account with a password. Never for upgrading a guest: it makes another user.
    pub async fn sign_up(
        &self,
        contact: &Contact,
        password: &Password,
        data: &Map<String, Value>,
        link: Option<&MailLink>,
        captcha: Option<&CaptchaToken>,
    ) -> Result<SignedUp, Error> {
        let mut body =
            object([("password", Some(password.expose().into())), ("data", Some(Value::Object(data.clone())))]);
        contact.put_into(&mut body);
        put_captcha(&mut body, captcha);
        let answer = self.send_mail(Method::POST, "signup", None, body, link).await?;
        if answer.read::<SessionBody>().is_ok() {
            return Ok(SignedUp::Session(Box::new(Self::session(answer)?)));
        }
        Ok(SignedUp::Confirm(Box::new(answer.read()?)))
    }
}
