//! What only the service role may do: for tests and clean-up, never in an app (wire reference, section 12).

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::json as bytes;
use crate::{AccessToken, Api, Contact, Email, Error, Otp, Password, ServiceRoleKey, TokenHash, User};

/// The admin calls. Whoever holds this passes row-level security.
#[derive(Clone)]
pub struct Admin {
    api: Api,
    key: AccessToken,
}

/// A user to make.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// Their address or number.
    pub contact: Option<Contact>,
    /// Whether it counts as confirmed.
    pub confirmed: bool,
    /// Their password.
    pub password: Option<Password>,
    /// Their metadata.
    pub data: Map<String, Value>,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// To sign in with.
    MagicLink,
    /// For a forgotten password.
    Recovery,
    /// For somebody who has no account yet.
    Invite,
}

/// What would have been mailed.
#[derive(Debug, Clone)]
pub struct GeneratedLink {
    /// The code.
    pub otp: Otp,
    /// The hash in the link.
    pub hash: TokenHash,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct LinkBody {
    email_otp: String,
    hashed_token: String,
}

impl Api {
    /// The admin calls with the service role's key.
    pub fn admin(&self, key: &ServiceRoleKey) -> Admin {
        Admin { api: self.clone(), key: AccessToken::new(key.expose().to_owned()) }
    }
}

impl Admin {
    /// One page of all users, newest first; pages count from 1.
    pub async fn list_users(&self, page: u32, per_page: u32) -> Result<Vec<User>, Error> {
        let url = self.api.url(&format!("admin/users?page={page}&per_page={per_page}"))?;
        Ok(self.api.get(url, Some(&self.key)).await?.read::<Users>()?.users)
    }

    /// One user.
    pub async fn user(&self, id: Uuid) -> Result<User, Error> {
        self.api.get(self.api.url(&format!("admin/users/{id}"))?, Some(&self.key)).await?.read()
    }

    /// Makes a user without any mail.
    pub async fn create_user(&self, user: &NewUser) -> Result<User, Error> {
        let mut body = json!({ "user_metadata": user.data });
        if let Value::Object(body) = &mut body {
            if let Some(contact) = &user.contact {
                contact.put_into(body);
            }
            body.insert("email_confirm".into(), user.confirmed.into());
            body.insert("phone_confirm".into(), user.confirmed.into());
            if let Some(password) = &user.password {
                body.insert("password".into(), password.expose().into());
            }
        }
        self.api.post("admin/users", Some(&self.key), &body).await?.read()
    }

    /// Changes a user; `changes` as the wire has them (`email`, `email_confirm`, `ban_duration`, …).
    pub async fn update_user(&self, id: Uuid, changes: &Map<String, Value>) -> Result<User, Error> {
        let url = self.api.url(&format!("admin/users/{id}"))?;
        self.api.call(Method::PUT, url, Some(&self.key), bytes(changes)).await?.read()
    }

    /// Deletes a user and all that is theirs.
    pub async fn delete_user(&self, id: Uuid) -> Result<(), Error> {
        let url = self.api.url(&format!("admin/users/{id}"))?;
        self.api.call(Method::DELETE, url, Some(&self.key), bytes(&json!({}))).await.map(drop)
    }

    /// The code and hash that a mail would carry, without the mail.
    pub async fn generate_link(&self, kind: LinkKind, email: &Email) -> Result<GeneratedLink, Error> {
        let body = json!({ "type": kind, "email": email.as_str() });
        let link: LinkBody = self.api.post("admin/generate_link", Some(&self.key), &body).await?.read()?;
        Ok(GeneratedLink { otp: Otp::new(link.email_otp), hash: TokenHash::new(link.hashed_token) })
    }
}
