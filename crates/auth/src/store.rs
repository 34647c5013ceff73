//! Where a session is kept, and what is said when it changes.

use std::{future::Future, sync::Arc};

use uuid::Uuid;

use crate::Session;

/// Keeps one session. The program decides how it is sealed and what else commits with it.
pub trait SessionStore: Send + Sync + 'static {
    /// The store's own error.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The session that was committed last. An unreadable one is an error, never `None`.
    fn load(&self) -> impl Future<Output = Result<Option<Session>, Self::Error>> + Send;

    /// Makes a change durable before anybody hears of it: all of it or nothing.
    fn commit(&self, change: &Change<'_>) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A change of the session, to be made durable.
#[derive(Debug)]
pub enum Change<'a> {
    /// This session takes the place of whatever was there.
    Replace {
        /// The new session.
        session: &'a Session,
        /// Why.
        cause: Cause,
    },
    /// The session is over; the store keeps a record of who it was.
    End {
        /// Whose it was.
        user_id: Uuid,
        /// Why.
        reason: EndReason,
    },
}

/// Why a session was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A guest was made.
    SignedUpAnonymously,
    /// The same session, new tokens.
    Refreshed,
    /// The guest became a member: the same user, no longer anonymous.
    Upgraded,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The server says that it is over: signed out elsewhere, expired, or its user deleted.
    ByServer,
}

/// What the engine publishes.
#[derive(Debug, Clone)]
pub enum State {
    /// Nobody is signed in.
    Absent,
    /// Somebody is, with tokens that may want a refresh.
    Present(Arc<Session>),
    /// Somebody was.
    Ended {
        /// Who.
        user_id: Uuid,
        /// Why not any more.
        reason: EndReason,
    },
}

impl State {
    /// The session, if there is one.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Present(session) => Some(session),
            Self::Absent | Self::Ended { .. } => None,
        }
    }
}
