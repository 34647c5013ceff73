//! `GET /user` and `PUT /user` (wire reference, sections 3 and 7).

use http::Method;
use serde_json::{Map, Value};

use super::{MailLink, object};
use crate::{AccessToken, Api, Contact, Email, Error, Nonce, Password, Phone, User};

/// What a user may change about themselves. Fields left out stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UserUpdate {
    /// A new address: a code goes there, unless the server confirms at once.
    pub email: Option<Email>,
    /// A new number, likewise.
    pub phone: Option<Phone>,
    /// A new password. A guest can set one only together with an address or number.
    pub password: Option<Password>,
    /// The password up to now, where the project asks for it.
    pub current_password: Option<Password>,
    /// The proof from `GET /reauthenticate`, where the project asks for it.
    pub nonce: Option<Nonce>,
    /// Metadata to merge in; `null` deletes a key.
    pub data: Option<Map<String, Value>>,
    /// Where the link in a mail leads, with a new address.
    pub link: Option<MailLink>,
}

impl UserUpdate {
    /// Only a new address or number.
    pub fn contact(contact: &Contact) -> Self {
        match contact.clone() {
            Contact::Email(email) => Self { email: Some(email), ..Self::default() },
            Contact::Phone(phone) => Self { phone: Some(phone), ..Self::default() },
        }
    }

    fn body(&self) -> Map<String, Value> {
        object([
            ("email", self.email.as_ref().map(|email| email.as_str().into())),
            ("phone", self.phone.as_ref().map(|phone| phone.as_str().into())),
            ("password", self.password.as_ref().map(|password| password.expose().into())),
            ("current_password", self.current_password.as_ref().map(|password| password.expose().into())),
            ("nonce", self.nonce.as_ref().map(|nonce| nonce.expose().into())),
            ("data", self.data.clone().map(Value::Object)),
        ])
    }
}

impl Api {
    /// The user as the row has it now, which may be ahead of the token.
    pub async fn user(&self, token: &AccessToken) -> Result<User, Error> {
        self.get(self.url("user")?, Some(token)).await?.read()
    }

    /// Changes the user. What must be confirmed first shows as [`User::new_email`] or [`User::new_phone`].
    pub async fn update_user(&self, token: &AccessToken, update: &UserUpdate) -> Result<User, Error> {
        self.send_mail(Method::PUT, "user", Some(token), update.body(), update.link.as_ref()).await?.read()
    }
}
