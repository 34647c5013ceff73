//! JSON as Supabase Auth sends it. Private: everything is turned into our own types before it leaves this crate.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use crate::{AccessToken, Claims, RefreshToken, Session, User};

#[derive(Deserialize)]
pub(crate) struct UserBody {
    pub id: Uuid,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub new_email: Option<String>,
    #[serde(default)]
    pub is_anonymous: bool,
}

impl From<UserBody> for User {
    fn from(body: UserBody) -> Self {
        let present = |text: Option<String>| text.filter(|t| !t.is_empty());
        Self {
            id: body.id,
            email: present(body.email),
            new_email: present(body.new_email),
            is_anonymous: body.is_anonymous,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct SessionBody {
    access_token: String,
    refresh_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
    user: UserBody,
}

impl SessionBody {
    /// Expiry is counted on our own clock from the moment of the answer, so a clock that is wrong by hours but steady
    /// does not make every token look expired.
    pub(crate) fn into_session(self, now: Timestamp) -> Option<Session> {
        let access_token = AccessToken::new(self.access_token);
        let claims = Claims::read(&access_token)?;
        let lifetime = self.expires_in.unwrap_or_else(|| claims.exp - now.as_second()).clamp(1, 7 * 24 * 3600);
        Some(Session {
            access_token,
            refresh_token: RefreshToken::new(self.refresh_token),
            expires_at: now.checked_add(SignedDuration::from_secs(lifetime)).ok()?,
            user: self.user.into(),
        })
    }
}

/// Both generations of error body: `{"code":422,"error_code":"…","msg":"…"}` and, from 2024-01-01,
/// `{"code":"…","message":"…"}`; the OAuth form `{"error":"…","error_description":"…"}` for the rest.
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(default)]
    code: serde_json::Value,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default, alias = "msg", alias = "error_description")]
    message: Option<String>,
}

impl ErrorBody {
    /// The error code and message, if the body has the shape of an error of Supabase Auth.
    pub(crate) fn parts(self) -> Option<(String, String)> {
        let code = self.error_code.or_else(|| self.code.as_str().map(str::to_owned)).or(self.error)?;
        Some((code, self.message.unwrap_or_default()))
    }
}
