//! How the record is written down. Private: no public type that holds a token can be serialised.

use std::{ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{AccessToken, RefreshToken, Session, User, document::Document};

/// The version that is written. Every earlier one can be read.
const VERSION: u32 = 2;

/// Bytes that are no record of a version we know.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Not JSON, or without what makes a session.
    #[error("the record is damaged")]
    Damaged(#[source] serde_json::Error),
    /// Written by a later version of the program.
    #[error("the record has version {0}, which this program does not know")]
    Newer(u32),
}

/// A session that is written down with the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Form", try_from = "Form")]
pub(crate) struct Kept(pub Arc<Session>);

/// Only what can't be read from the access token itself.
#[derive(Serialize, Deserialize)]
struct Form {
    access_token: Zeroizing<String>,
    refresh_token: Zeroizing<String>,
    user: User,
}

impl Deref for Kept {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl From<Kept> for Form {
    fn from(Kept(session): Kept) -> Self {
        Self {
            access_token: Zeroizing::new(session.access_token.expose().to_owned()),
            refresh_token: Zeroizing::new(session.refresh_token.expose().to_owned()),
            user: session.user.clone(),
        }
    }
}

impl TryFrom<Form> for Kept {
    type Error = &'static str;

    fn try_from(mut form: Form) -> Result<Self, &'static str> {
        let access = AccessToken::new(std::mem::take(&mut *form.access_token));
        let refresh = RefreshToken::new(std::mem::take(&mut *form.refresh_token));
        let session = Session::from_tokens(access, refresh, Some(form.user)).ok_or("no session")?;
        Ok(Self(Arc::new(session)))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    #[serde(flatten)]
    document: &'a Document,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Version 1: nothing but the session.
#[derive(Deserialize)]
struct First {
    access_token: Zeroizing<String>,
    refresh_token: Zeroizing<String>,
    user_id: Uuid,
    email: Option<String>,
    new_email: Option<String>,
    is_anonymous: bool,
}

impl Document {
    /// Plain bytes for the program's store to seal; wiped from memory on drop.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Strings, numbers, lists and maps with string keys: none of them can fail to serialise.
        Zeroizing::new(serde_json::to_vec(&Written { version: VERSION, document: self }).unwrap_or_default())
    }

    /// Reads a record of any version. Nothing is written: the next change writes the current version in its place.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let Version { version } = serde_json::from_slice(bytes).map_err(FormatError::Damaged)?;
        match version {
            1 => {
                let first: First = serde_json::from_slice(bytes).map_err(FormatError::Damaged)?;
                Ok(Self { session: Some(first.kept()?), ..Self::default() })
            }
            VERSION => serde_json::from_slice(bytes).map_err(FormatError::Damaged),
            newer => Err(FormatError::Newer(newer)),
        }
    }
}

impl First {
    fn kept(self) -> Result<Kept, FormatError> {
        let user = User {
            id: self.user_id,
            email: self.email,
            new_email: self.new_email,
            phone: None,
            new_phone: None,
            is_anonymous: self.is_anonymous,
            created_at: None,
            identities: Vec::new(),
            user_metadata: serde_json::Map::new(),
            app_metadata: serde_json::Map::new(),
        };
        let form = Form { access_token: self.access_token, refresh_token: self.refresh_token, user };
        Kept::try_from(form).map_err(|why| FormatError::Damaged(serde::de::Error::custom(why)))
    }
}

/// The session in a record, for programs that look at a store from outside. `None` when nobody is signed in.
pub fn session_in(record: &[u8]) -> Result<Option<Arc<Session>>, FormatError> {
    Ok(Document::from_bytes(record)?.session.map(|kept| kept.0))
}
