//! The calls that send something: codes, links, nonces (wire reference, section 5).

use http::Method;
use serde_json::{Map, Value};

use super::{MailLink, object, put_captcha};
use crate::{AccessToken, Api, CaptchaToken, Contact, Email, Error};

/// A code to sign in with.
#[derive(Debug, Clone)]
pub struct SendOtp {
    /// Where to.
    pub contact: Contact,
    /// Whether an account is made when there is none. Without it an unknown address is refused with `otp_disabled`.
    pub create_user: bool,
    /// Metadata of an account that is made.
    pub data: Map<String, Value>,
    /// Proof that a person asks, where the project wants one.
    pub captcha: Option<CaptchaToken>,
    /// Where the link in a mail leads.
    pub link: Option<MailLink>,
}

impl SendOtp {
    /// To an account that exists.
    pub fn to_existing(contact: Contact) -> Self {
        Self { contact, create_user: false, data: Map::new(), captcha: None, link: None }
    }
}

/// What is to be sent once more. For a guest who changes their address there is nothing here: ask for the change again.
#[derive(Debug, Clone)]
pub enum Resend {
    /// The confirmation of a sign-up by mail.
    SignUp(Email),
    /// The code for a member's change of address; found by their address up to now.
    EmailChange(Email),
    /// The code of a sign-in by text message.
    Sms(crate::Phone),
    /// The code for a member's change of number; found by their number up to now.
    PhoneChange(crate::Phone),
}

impl Api {
    /// Sends a code to sign in with. Not for upgrading a guest: verifying it signs in as another user.
    pub async fn send_otp(&self, wish: &SendOtp) -> Result<(), Error> {
        let mut body =
            object([("create_user", Some(wish.create_user.into())), ("data", Some(Value::Object(wish.data.clone())))]);
        wish.contact.put_into(&mut body);
        put_captcha(&mut body, wish.captcha.as_ref());
        self.send_mail(Method::POST, "otp", None, body, wish.link.as_ref()).await.map(drop)
    }

    /// Sends it once more. The server answers the same when there is nothing to send.
    pub async fn resend(
        &self,
        what: &Resend,
        link: Option<&MailLink>,
        captcha: Option<&CaptchaToken>,
    ) -> Result<(), Error> {
        let (kind, contact): (&str, Contact) = match what.clone() {
            Resend::SignUp(email) => ("signup", email.into()),
            Resend::EmailChange(email) => ("email_change", email.into()),
            Resend::Sms(phone) => ("sms", phone.into()),
            Resend::PhoneChange(phone) => ("phone_change", phone.into()),
        };
        let mut body = object([("type", Some(kind.into()))]);
        contact.put_into(&mut body);
        put_captcha(&mut body, captcha);
        self.send_mail(Method::POST, "resend", None, body, link).await.map(drop)
    }

    /// Sends a mail that lets the owner of the address in without the password. Answers the same for unknown addresses.
    pub async fn recover(
        &self,
        email: &Email,
        link: Option<&MailLink>,
        captcha: Option<&CaptchaToken>,
    ) -> Result<(), Error> {
        let mut body = object([("email", Some(email.as_str().into()))]);
        put_captcha(&mut body, captcha);
        self.send_mail(Method::POST, "recover", None, body, link).await.map(drop)
    }

    /// Sends a nonce for a change that asks for a fresh proof.
    pub async fn reauthenticate(&self, token: &AccessToken) -> Result<(), Error> {
        self.get(self.url("reauthenticate")?, Some(token)).await.map(drop)
    }
}
