//! JSON as Supabase Auth sends it. Private: everything is turned into our own types before it leaves this crate.

use serde::Deserialize;
use serde_json::Value;

use crate::{AccessToken, ProviderToken, RefreshToken, Session, User};

/// The answer that signs in.
#[derive(Deserialize)]
pub(crate) struct SessionBody {
    access_token: String,
    refresh_token: String,
    #[serde(default)]
    provider_token: Option<String>,
    user: User,
}

impl SessionBody {
    /// `None` when the tokens are not Supabase Auth's.
    pub(crate) fn into_session(self) -> Option<Session> {
        let (access, refresh) = (AccessToken::new(self.access_token), RefreshToken::new(self.refresh_token));
        let mut session = Session::from_tokens(access, refresh, Some(self.user))?;
        session.provider_token = self.provider_token.map(ProviderToken::new);
        Some(session)
    }
}

/// Both generations of error body: `{"code":422,"error_code":"…","msg":"…"}` and, from 2024-01-01,
/// `{"code":"…","message":"…"}`; the OAuth form `{"error":"…","error_description":"…"}` for the rest.
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,
    // No aliases: a server that says it in two forms at once is understood too.
    #[serde(default)]
    msg: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    error_id: Option<String>,
    #[serde(default)]
    weak_password: Option<WeakPassword>,
}

#[derive(Deserialize)]
struct WeakPassword {
    #[serde(default)]
    reasons: Vec<String>,
}

/// What an error's body says.
pub(crate) struct Refusal {
    pub code: String,
    pub message: String,
    pub error_id: Option<String>,
    pub weak_password: Vec<String>,
}

impl ErrorBody {
    /// What it says, if it has the shape of an error of Supabase Auth.
    pub(crate) fn refusal(self) -> Option<Refusal> {
        let code = self.error_code.or_else(|| self.code.as_str().map(str::to_owned)).or(self.error)?;
        Some(Refusal {
            code,
            message: self.message.or(self.msg).or(self.error_description).unwrap_or_default(),
            error_id: self.error_id,
            weak_password: self.weak_password.map(|weak| weak.reasons).unwrap_or_default(),
        })
    }
}
