//! What can go wrong, sorted by what a caller can do about it.

use std::{fmt, time::Duration};

/// A failed call. None of them has changed the session, except [`Error::SessionEnded`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection came about: nothing was sent, a repetition is harmless.
    #[error("Supabase Auth can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The request may have arrived, but its answer did not: a call that creates something may have created it.
    #[error("Supabase Auth did not answer in time")]
    NoAnswer(#[source] reqwest::Error),
    /// Supabase Auth refused.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Something answered, but not in the words of Supabase Auth: a proxy's page, a captive portal.
    #[error("an answer with status {status} that is not Supabase Auth's")]
    Foreign {
        /// HTTP status.
        status: u16,
        /// How long the server asks to wait, if it does.
        retry_after: Option<Duration>,
    },
    /// The call needs a session and there is none. No request was made.
    #[error("there is no session")]
    NoSession,
    /// The server ended the session for good; it was set aside and the state is now `Ended`.
    #[error("the session is over")]
    SessionEnded,
    /// The answer concerned another user than the one who asked, and was not taken over.
    #[error("the answer belongs to another user")]
    OtherUser,
    /// The server took the upgrade, but its tokens still say "guest".
    #[error("the tokens still say that the user is anonymous")]
    StillAnonymous,
    /// The program's session store failed; the session in memory is right.
    #[error("the session can't be stored")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server's address is no URL that can be called.
    #[error("the address of the server is not usable")]
    BadUrl,
}

impl Error {
    /// Whether the same call can succeed later without anything else changing.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoAnswer(_) | Self::Foreign { .. } => true,
            Self::Api(error) => error.is_retryable(),
            _ => false,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::Foreign { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The code, when Supabase Auth gave one.
    pub fn code(&self) -> Option<&Code> {
        match self {
            Self::Api(error) => Some(&error.code),
            _ => None,
        }
    }
}

/// An error in Supabase Auth's own words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message} (HTTP {status})")]
pub struct ApiError {
    /// HTTP status. Upstream may change it for the same condition: decide on `code`.
    pub status: u16,
    /// What happened.
    pub code: Code,
    /// The server's sentence, for logs.
    pub message: String,
    /// From the `Retry-After` header, or the seconds named in the message of a frequency limit.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    fn is_retryable(&self) -> bool {
        self.status >= 500
            || matches!(self.code, Code::OverRequestRateLimit | Code::OverEmailSendRateLimit | Code::Conflict)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// An error code of Supabase Auth. Codes that this version does not know are kept.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
            /// Any other, as sent.
            Other(String),
        }

        impl Code {
            pub(crate) fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl fmt::Display for Code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($text),)*
                    Self::Other(text) => f.write_str(text),
                }
            }
        }
    };
}

codes! {
    /// Anonymous sign-ins are switched off.
    AnonymousProviderDisabled = "anonymous_provider_disabled",
    /// The access token is no (longer a) valid JWT.
    BadJwt = "bad_jwt",
    /// The captcha was missing or refused.
    CaptchaFailed = "captcha_failed",
    /// Two refreshes met at the server.
    Conflict = "conflict",
    /// The address is refused by the server's rules.
    EmailAddressInvalid = "email_address_invalid",
    /// Another user has this address.
    EmailExists = "email_exists",
    /// The code is wrong or too old: the server does not tell which.
    OtpExpired = "otp_expired",
    /// Mail was asked for too often.
    OverEmailSendRateLimit = "over_email_send_rate_limit",
    /// Too many requests of this kind.
    OverRequestRateLimit = "over_request_rate_limit",
    /// A refresh token was used a second time: the family is revoked.
    RefreshTokenAlreadyUsed = "refresh_token_already_used",
    /// No such refresh token: the session was signed out or the user deleted.
    RefreshTokenNotFound = "refresh_token_not_found",
    /// The session passed its time limit.
    SessionExpired = "session_expired",
    /// The session was signed out.
    SessionNotFound = "session_not_found",
    /// The user may not sign in for now; reversible.
    UserBanned = "user_banned",
    /// The user was deleted.
    UserNotFound = "user_not_found",
    /// A field is missing or malformed.
    ValidationFailed = "validation_failed",
}

impl Code {
    /// Whether a refusal to refresh with this code means that the session can never come back.
    pub fn ends_session(&self) -> bool {
        matches!(
            self,
            Self::RefreshTokenAlreadyUsed | Self::RefreshTokenNotFound | Self::SessionExpired | Self::SessionNotFound
        )
    }
}
