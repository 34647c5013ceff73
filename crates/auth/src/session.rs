//! A session: who is signed in, and the tokens that prove it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{AccessToken, Claims, ProviderToken, RefreshToken, User};

/// Tokens of one user. Compare tokens by what they buy, not by text: there is no `PartialEq`.
#[derive(Debug, Clone)]
pub struct Session {
    /// For requests, until `expires_at`.
    pub access_token: AccessToken,
    /// For the next session, once.
    pub refresh_token: RefreshToken,
    /// When the access token was issued, by the server's clock.
    pub issued_at: Timestamp,
    /// When it runs out, by the server's clock.
    pub expires_at: Timestamp,
    /// The session's name at the server. It stays the same when tokens are refreshed.
    pub session_id: Option<Uuid>,
    /// Whether the access token says "guest". Row-level security goes by this, not by the users table.
    pub is_anonymous: bool,
    /// The provider's own access token, right after a sign-in by OAuth. Not kept.
    pub provider_token: Option<ProviderToken>,
    /// Whose session it is, as of its issue.
    pub user: User,
}

impl Session {
    /// From two tokens, with everything else read from the access token (item 26). `None` if it is no token of Supabase Auth.
    pub fn from_tokens(access_token: AccessToken, refresh_token: RefreshToken, user: Option<User>) -> Option<Self> {
        let claims = Claims::read(&access_token)?;
        let user = user.unwrap_or_else(|| User {
            id: claims.sub,
            email: None,
            new_email: None,
            phone: None,
            new_phone: None,
            is_anonymous: claims.is_anonymous,
            created_at: None,
            identities: Vec::new(),
            user_metadata: serde_json::Map::new(),
            app_metadata: serde_json::Map::new(),
        });
        // Tokens of one user around the profile of another are no session of anybody.
        if user.id != claims.sub || refresh_token.expose().is_empty() {
            return None;
        }
        Some(Self {
            access_token,
            refresh_token,
            issued_at: Timestamp::from_second(claims.iat.unwrap_or(claims.exp - 3600)).ok()?,
            expires_at: Timestamp::from_second(claims.exp).ok()?,
            session_id: claims.session_id,
            is_anonymous: claims.is_anonymous,
            provider_token: None,
            user,
        })
    }

    /// How long the access token was made to live.
    pub fn lifetime(&self) -> SignedDuration {
        self.expires_at.duration_since(self.issued_at)
    }

    /// Whether both are the same session at the server, though perhaps with other tokens.
    pub(crate) fn continues(&self, other: &Self) -> bool {
        self.user.id == other.user.id && self.session_id == other.session_id
    }
}
