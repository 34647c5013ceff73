//! What can go wrong, sorted by what a caller can do about it.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use crate::{Code, TransportError, transport::Cause};

/// A call that did not succeed. Cheap to clone: callers who share a request share its error.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No connection came about: nothing was sent, a repetition is harmless.
    #[error("Supabase Auth can't be reached")]
    Unreachable(#[source] Cause),
    /// The request may have arrived, but its answer did not.
    #[error("Supabase Auth did not answer")]
    NoAnswer(#[source] Cause),
    /// An anonymous sign-up was sent and not answered: there may be a guest whom nobody holds. No further one is made until
    /// the program says so ([`Engine::accept_lost_guest`](crate::Engine::accept_lost_guest)).
    #[error("it is not known whether a guest was made")]
    AmbiguousSignUp,
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
        /// The name of the request in the server's logs, if it has one.
        request_id: Option<String>,
    },
    /// The call needs a session and there is none. No request was made.
    #[error("there is no session")]
    NoSession,
    /// The server ended the session for good; it was set aside and the state is now `Ended`.
    #[error("the session is over")]
    SessionEnded,
    /// While the request was under way the session was signed out or replaced; its answer was dropped.
    #[error("the session was replaced meanwhile")]
    Superseded,
    /// The answer concerned another user than the one who asked. Their session was not taken over; where it came from a
    /// finished sign-in it is the candidate now.
    #[error("the answer belongs to another user")]
    OtherUser,
    /// The server took the upgrade, but its tokens still say "guest".
    #[error("the tokens still say that the user is anonymous")]
    StillAnonymous,
    /// A guest is signed in and the caller did not say what should become of them. No request was made.
    #[error("a guest is signed in")]
    GuestPresent,
    /// Signing a guest out loses them for good, and the caller did not ask for that. Nothing was changed.
    #[error("signing out would lose the guest")]
    WouldLoseGuest,
    /// There is no candidate.
    #[error("no account waits to be switched to")]
    NoCandidate,
    /// Nothing waits for a code.
    #[error("nothing waits for a code")]
    NothingPending,
    /// No OAuth flow of this program has this callback: an old one, or somebody else's.
    #[error("no sign-in waits for this callback")]
    UnknownFlow,
    /// The OAuth flow was finished before.
    #[error("this sign-in was finished before")]
    FlowAlreadyUsed,
    /// The OAuth redirect brought an error in place of a code.
    #[error("the provider or the server refused: {0}")]
    Redirect(RedirectError),
    /// The stored record can't be read: it was left where it is, and nothing is changed before the program decides.
    #[error("the stored session can't be read")]
    Unreadable(#[source] Cause),
    /// The program's session store failed. Where the server's tokens had changed already, memory has the new ones.
    #[error("the session can't be stored")]
    Store(#[source] Cause),
    /// Other processes changed the stored record so often that this change found no place.
    #[error("the stored session changes too often")]
    Contended,
    /// The engine was shut down.
    #[error("the engine is shut down")]
    ShutDown,
    /// The work panicked; what it had stored is whole.
    #[error("the work broke off")]
    Broken,
    /// The address of the server, or a redirect address, is no URL that can be used.
    #[error("the address is not usable")]
    BadUrl,
    /// The system gave no randomness, without which there is no safe sign-in.
    #[error("the system gave no randomness")]
    NoRandomness,
}

impl Error {
    /// Whether the same call can succeed later without anything else changing.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoAnswer(_) | Self::Foreign { .. } | Self::Contended => true,
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
            Self::Redirect(error) => error.code.as_ref(),
            _ => None,
        }
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::Foreign { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The name of the request in the server's logs, for a report.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            Self::Foreign { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the session is another one than before the call.
    pub fn session_changed(&self) -> bool {
        matches!(self, Self::SessionEnded | Self::StillAnonymous | Self::Superseded)
    }

    pub(crate) fn store(error: impl StdError + Send + Sync + 'static) -> Self {
        Self::Store(Arc::new(error))
    }

    /// Whether this refusal to refresh ends the session: one of four codes, or their form before codes existed, from
    /// Supabase Auth itself (item 2).
    pub(crate) fn ends_session(&self) -> bool {
        let Self::Api(error) = self else { return false };
        let legacy =
            error.code == Code::Other("invalid_grant".into()) && error.message.starts_with("Invalid Refresh Token");
        (400..500).contains(&error.status) && (error.code.ends_session() || legacy)
    }

    /// Whether the server did not accept the access token, for whatever reason.
    pub(crate) fn refuses_token(&self) -> bool {
        matches!(self.code(), Some(Code::BadJwt | Code::NoAuthorization | Code::SessionNotFound | Code::UserNotFound))
            && matches!(self.status(), Some(401 | 403))
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent(cause) => Self::Unreachable(cause),
            TransportError::NoAnswer(cause) => Self::NoAnswer(cause),
        }
    }
}

/// An error in Supabase Auth's own words.
// The message stays out of `Display` and `Debug`: it may quote an address, and logs are not the place for it.
#[derive(Clone, thiserror::Error)]
#[error("{code} (HTTP {status})")]
pub struct ApiError {
    /// HTTP status. Upstream may change it for the same condition: decide on `code`.
    pub status: u16,
    /// What happened.
    pub code: Code,
    /// The server's sentence.
    pub message: String,
    /// From the `Retry-After` header, or the seconds named in the message of a frequency limit.
    pub retry_after: Option<Duration>,
    /// The name of the request in the server's logs, if it has one.
    pub request_id: Option<String>,
    /// With `weak_password`: what is missing (`length`, `characters`, `pwned`).
    pub weak_password: Vec<String>,
}

impl ApiError {
    fn is_retryable(&self) -> bool {
        self.status >= 500 || self.code.passes_with_time()
    }
}

impl std::fmt::Debug for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("retry_after", &self.retry_after)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// What a redirect said in place of a code (wire reference, sections 4 and 8.6).
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", code.as_ref().map_or_else(|| error.clone(), ToString::to_string))]
pub struct RedirectError {
    /// OAuth's word (RFC 6749, section 4.1.2.1), such as `access_denied`; empty where the server sends none.
    pub error: String,
    /// Supabase Auth's code, when the server refused rather than the provider.
    pub code: Option<Code>,
    /// A sentence.
    pub description: String,
}

impl std::fmt::Debug for RedirectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedirectError").field("error", &self.error).field("code", &self.code).finish_non_exhaustive()
    }
}
