//! What the engine tells: a state, and events between states.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Session};

/// Who is signed in, as the engine publishes it.
#[derive(Debug, Clone)]
pub enum State {
    /// Nobody.
    Absent,
    /// Somebody, with tokens of any age.
    Present {
        /// Their session.
        session: Arc<Session>,
        /// What can be done with it now.
        standing: Standing,
    },
    /// Somebody was.
    Ended(EndedSession),
    /// Something is stored that can't be read: a locked key store, a damaged file. Somebody might be signed in.
    Unreadable(Error),
}

/// What can be done with a session now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its access token is valid.
    Valid,
    /// Its access token ran out and no refresh has succeeded yet. It is as good as any once there is a network.
    Stale,
    /// The server refuses to refresh it for now: the user is banned, which can be undone.
    Blocked,
}

/// A session that is over, kept so that it can be told whose it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSession {
    /// Whose.
    pub user_id: Uuid,
    /// Whether they were a guest.
    pub is_anonymous: bool,
    /// When the user was made, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// When it ended, by this computer's clock.
    pub ended_at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The server says that it is over, with this code: signed out elsewhere, expired, or its user deleted.
    ByServer(String),
    /// The person signed out.
    SignedOut,
    /// The person went over to another account.
    SwitchedAway,
}

/// A change, in the order in which it happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Counts events; a gap means that a listener was too slow to hear some.
    pub seq: u64,
    /// Before.
    pub previous: State,
    /// After.
    pub next: State,
    /// Why.
    pub cause: Cause,
}

/// Why something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The first event of every listener: how things stand.
    Initial,
    /// A guest was made.
    SignedUpAnonymously,
    /// Somebody signed in.
    SignedIn,
    /// The same session, new tokens.
    Refreshed,
    /// A refresh did not succeed, or the user was banned: the session stays.
    RefreshFailed,
    /// The guest became a member: the same user, no longer anonymous, and the token says so.
    Upgraded,
    /// The same user with another profile or another identity.
    UserUpdated,
    /// The account that waited as the candidate took the guest's place.
    Switched,
    /// The person signed out.
    SignedOut,
    /// The server ended the session.
    EndedByServer,
    /// Another process changed the store.
    Elsewhere,
    /// What is kept beside the session changed: a flow, a candidate, a pending change. No event tells of it.
    Kept,
    /// The store failed; what should be in it is in memory and tried again.
    StoreDegraded,
    /// The store has it all again.
    StoreRecovered,
    /// What could not be read was set aside.
    StartedOver,
}

impl State {
    /// The session, if somebody is signed in.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Present { session, .. } => Some(session),
            _ => None,
        }
    }

    /// Whether a listener would see no difference.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) | (Self::Unreadable(_), Self::Unreadable(_)) => true,
            (Self::Present { session: a, standing: x }, Self::Present { session: b, standing: y }) => {
                Arc::ptr_eq(a, b) && x == y
            }
            (Self::Ended(a), Self::Ended(b)) => a == b,
            _ => false,
        }
    }
}
