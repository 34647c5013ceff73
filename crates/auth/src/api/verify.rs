//! `POST /verify`: codes and the hashes that links carry (wire reference, section 4).

use serde::Deserialize;

use super::object;
use crate::{Api, Contact, Email, Error, Otp, Phone, Session, TokenHash, wire::SessionBody};

/// What a code or link was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtpKind {
    /// Confirming a sign-up.
    SignUp,
    /// An invitation by an admin.
    Invite,
    /// A forgotten password.
    Recovery,
    /// A link to sign in with.
    MagicLink,
    /// A code to sign in with, whether or not the account was new.
    Email,
    /// A change of address; how a guest becomes a member.
    EmailChange,
    /// A code to sign in with, by text message.
    Sms,
    /// A change of number; how a guest becomes a member.
    PhoneChange,
}

impl OtpKind {
    /// As the wire has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "signup",
            Self::Invite => "invite",
            Self::Recovery => "recovery",
            Self::MagicLink => "magiclink",
            Self::Email => "email",
            Self::EmailChange => "email_change",
            Self::Sms => "sms",
            Self::PhoneChange => "phone_change",
        }
    }
}

/// The proof that a message arrived. Which kinds go with an address, a number or a hash is in the type.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A code from a mail, typed in beside the address it went to.
    Email(OtpKind, Email, Otp),
    /// A code from a text message.
    Phone(OtpKind, Phone, Otp),
    /// The hash that a link carries.
    Link(OtpKind, TokenHash),
}

impl Proof {
    /// Of a change of address or number that was asked for with `PUT /user`.
    pub fn of_change(contact: &Contact, otp: &Otp) -> Self {
        match contact.clone() {
            Contact::Email(email) => Self::Email(OtpKind::EmailChange, email, otp.clone()),
            Contact::Phone(phone) => Self::Phone(OtpKind::PhoneChange, phone, otp.clone()),
        }
    }

    /// Of a sign-in that was asked for with [`Api::send_otp`].
    pub fn of_sign_in(contact: &Contact, otp: &Otp) -> Self {
        match contact.clone() {
            Contact::Email(email) => Self::Email(OtpKind::Email, email, otp.clone()),
            Contact::Phone(phone) => Self::Phone(OtpKind::Sms, phone, otp.clone()),
        }
    }
}

/// What a proof led to.
#[derive(Debug)]
pub enum Verified {
    /// A new session.
    Session(Box<Session>),
    /// The first half of a change that both addresses must confirm: there is no session yet (item 34).
    OtherCodeNeeded,
}

/// The answer to the first half (wire reference, section 4): `code` is a string there.
#[derive(Deserialize)]
struct FirstHalf {
    #[serde(rename = "msg")]
    _message: String,
    #[serde(rename = "code")]
    _code: String,
}

impl Api {
    /// Verifies. A proof counts once; a wrong code may be tried again until it expires.
    pub async fn verify(&self, proof: &Proof) -> Result<Verified, Error> {
        let body = match proof {
            Proof::Email(kind, email, otp) => object([
                ("type", Some(kind.as_str().into())),
                ("email", Some(email.as_str().into())),
                ("token", Some(otp.expose().into())),
            ]),
            Proof::Phone(kind, phone, otp) => object([
                ("type", Some(kind.as_str().into())),
                ("phone", Some(phone.as_str().into())),
                ("token", Some(otp.expose().into())),
            ]),
            Proof::Link(kind, hash) => {
                object([("type", Some(kind.as_str().into())), ("token_hash", Some(hash.expose().into()))])
            }
        };
        let answer = self.post("verify", None, &body).await?;
        if answer.read::<SessionBody>().is_err() && answer.read::<FirstHalf>().is_ok() {
            return Ok(Verified::OtherCodeNeeded);
        }
        Ok(Verified::Session(Box::new(Self::session(answer)?)))
    }
}
