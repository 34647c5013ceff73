//! A session: who is signed in, and the tokens that prove it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{AccessToken, Claims, RefreshToken, User};

/// Tokens of one user. Compare tokens by what they buy, not by text: there is no `PartialEq`.
#[derive(Debug, Clone)]
pub struct Session {
    /// For requests, until `expires_at`.
    pub access_token: AccessToken,
    /// For the next session, once.
    pub refresh_token: RefreshToken,
    /// When the access token runs out, by our clock.
    pub expires_at: Timestamp,
    /// Whose session it is, as of its issue.
    pub user: User,
}

/// Stored bytes that are no session of a version we know.
#[derive(Debug, thiserror::Error)]
#[error("the stored session can't be read")]
pub struct SessionFormatError(#[source] Option<serde_json::Error>);

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    version: u32,
    access_token: &'a str,
    refresh_token: &'a str,
    expires_at: i64,
    user_id: Uuid,
    email: Option<String>,
    new_email: Option<String>,
    is_anonymous: bool,
}

impl Session {
    /// Whether the access token in use still says "guest". Row-level security goes by this, not by the users table.
    pub fn is_anonymous(&self) -> bool {
        Claims::read(&self.access_token).map_or(self.user.is_anonymous, |claims| claims.is_anonymous)
    }

    /// Plain bytes for the program's store to seal; wiped from memory on drop.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let stored = Stored {
            version: VERSION,
            access_token: self.access_token.expose(),
            refresh_token: self.refresh_token.expose(),
            expires_at: self.expires_at.as_second(),
            user_id: self.user.id,
            email: self.user.email.clone(),
            new_email: self.user.new_email.clone(),
            is_anonymous: self.user.is_anonymous,
        };
        // Strings, numbers and a bool: none of them can fail to serialise.
        Zeroizing::new(serde_json::to_vec(&stored).unwrap_or_default())
    }

    /// Reads what [`Session::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SessionFormatError> {
        let stored: Stored<'_> = serde_json::from_slice(bytes).map_err(|e| SessionFormatError(Some(e)))?;
        if stored.version != VERSION {
            return Err(SessionFormatError(None));
        }
        Ok(Self {
            access_token: AccessToken::new(stored.access_token.to_owned()),
            refresh_token: RefreshToken::new(stored.refresh_token.to_owned()),
            expires_at: Timestamp::from_second(stored.expires_at).map_err(|_| SessionFormatError(None))?,
            user: User {
                id: stored.user_id,
                email: stored.email,
                new_email: stored.new_email,
                is_anonymous: stored.is_anonymous,
            },
        })
    }
}
