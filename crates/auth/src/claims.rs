//! What an access token says of its bearer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use uuid::Uuid;

use crate::AccessToken;

/// The claims that this program decides on, as the token carries them.
///
/// Read without checking the signature: the token came from the server over our own connection, and the server checks it
/// again on every use. Never make a security decision for others from them; [`TokenVerifier`](crate::TokenVerifier) is for
/// that.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The user id.
    pub sub: Uuid,
    /// Expiry, seconds since 1970 by the server's clock.
    pub exp: i64,
    /// When it was issued, likewise.
    #[serde(default)]
    pub iat: Option<i64>,
    /// Whether row-level security still sees a guest, whatever the users table says by now.
    #[serde(default)]
    pub is_anonymous: bool,
    /// The session at the server, if it keeps one.
    #[serde(default)]
    pub session_id: Option<Uuid>,
}

impl Claims {
    /// Reads the payload of a JWT (RFC 7519). `None` if it is not one, or lacks what Supabase Auth always puts in.
    pub fn read(token: &AccessToken) -> Option<Self> {
        let payload = token.expose().split('.').nth(1)?;
        let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&json).ok()
    }
}
