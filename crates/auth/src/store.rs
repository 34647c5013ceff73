//! Where the engine keeps what must survive, as the program provides it.

use std::{fmt, future::Future, sync::Arc};

use zeroize::Zeroizing;

use crate::{Cause, Session};

/// Keeps one record: the session and everything that goes with it, as opaque bytes that hold secrets. The program decides how
/// they are sealed and what else commits with them. Several processes may share one store.
pub trait SessionStore: Send + Sync + 'static {
    /// The store's own error.
    type Error: std::error::Error + Send + Sync + 'static;
    /// Held while this process has its turn; dropping it, or dying, gives the turn back.
    type Turn: Send + 'static;

    /// The record that was stored last. One that can't be read is an error, never `None`.
    fn load(&self) -> impl Future<Output = Result<Option<Record>, Self::Error>> + Send;

    /// Puts a record in the place of generation `change.expected`, durably: all of it, or nothing. A store that holds another
    /// generation changes nothing and answers [`Replaced::Stale`].
    fn replace(&self, change: &Change<'_>) -> impl Future<Output = Result<Replaced, Self::Error>> + Send;

    /// Waits until no other process refreshes. Held across the network; [`SessionStore::replace`] never waits for it.
    fn turn(&self) -> impl Future<Output = Result<Self::Turn, Self::Error>> + Send;

    /// Moves a record that can't be read out of the way, for whoever wants to study it. It is not deleted.
    fn set_aside(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A stored record.
#[derive(Clone)]
pub struct Record {
    /// Counts the changes of the record, from 1.
    pub generation: u64,
    /// What [`Change::bytes`] was.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// A change of the record, to be made durable before anybody hears of it.
pub struct Change<'a> {
    /// The generation that this change was made from; 0 when there was no record. It becomes the next one.
    pub expected: u64,
    /// The new record. Holds secrets.
    pub bytes: &'a [u8],
    /// Who is signed in with this change. Who was before is for the store to look up in what it holds: after a failed write it
    /// may be behind by more than one change.
    pub session: Option<&'a Arc<Session>>,
    /// Why.
    pub cause: Cause,
}

/// Without the bytes: they hold secrets.
impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("expected", &self.expected).field("cause", &self.cause).finish_non_exhaustive()
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is durable.
    Done,
    /// Somebody else was first; nothing was changed.
    Stale,
}
