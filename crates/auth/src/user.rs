//! The user object, parsed.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A user as Supabase Auth describes them (`GET /user`).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// `sub` in the access token; never changes, not by an upgrade either.
    pub id: Uuid,
    /// The confirmed address; `None` for guests (the wire says `""`).
    #[serde(default, deserialize_with = "present")]
    pub email: Option<String>,
    /// The address that waits for its code, if any.
    #[serde(default, deserialize_with = "present")]
    pub new_email: Option<String>,
    /// The confirmed phone number, digits alone.
    #[serde(default, deserialize_with = "present")]
    pub phone: Option<String>,
    /// The phone number that waits for its code, if any.
    #[serde(default, deserialize_with = "present")]
    pub new_phone: Option<String>,
    /// True until an identity is linked and confirmed. From the row, so ahead of a token issued earlier.
    #[serde(default)]
    pub is_anonymous: bool,
    /// When the user was made, by the server's clock. Servers that clean up remove guests by this.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// By what the user can sign in. Empty for guests.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub identities: Vec<Identity>,
    /// What the user may write about themselves.
    #[serde(default)]
    pub user_metadata: Map<String, Value>,
    /// What only the server may write about them.
    #[serde(default)]
    pub app_metadata: Map<String, Value>,
}

/// One way for a user to sign in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The identity's own id, by which it is unlinked.
    pub identity_id: Uuid,
    /// The user's id at the provider; for `email` and `phone` the user id here.
    pub id: String,
    /// `email`, `phone`, `google`, …
    pub provider: String,
    /// The address at the provider, if it gave one.
    #[serde(default, deserialize_with = "present")]
    pub email: Option<String>,
    /// When it was linked.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// The wire says `""` where it means nothing.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

/// Lists of users carry `null` for identities that were not loaded.
fn null_is_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Identity>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Personal data stays out of logs: an id tells support enough.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("is_anonymous", &self.is_anonymous).finish_non_exhaustive()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("provider", &self.provider).finish_non_exhaustive()
    }
}
