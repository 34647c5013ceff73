//! The session engine: the one place that replaces a session.
//!
//! Everything that changes something runs as a task of its own, so that a caller who goes away leaves nothing half done
//! (`reference/auth-client.md`, item 49). No lock of this process is held across the network, and none while a listener runs.

mod access;
mod candidate;
mod commit;
mod events;
mod guest;
mod keeper;
mod link;
mod memory;
mod oauth;
mod refresh;
mod sign_in;
mod sign_out;

use std::{
    collections::HashSet,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, broadcast, watch};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{Api, Clock, EndedSession, Error, Event, PendingLink, Session, SessionStore, State, flow::FlowId};
use memory::Memory;
use refresh::Flights;

pub use events::Events;
pub use guest::NewGuest;
pub use keeper::KeeperStatus;
pub use link::{Confirmed, Link};
pub use oauth::{Callback, OAuthStart};
pub use sign_in::{OverGuest, SignedIn, SignedUpAs};
pub use sign_out::SignOut;

/// Holds one session and keeps it alive. Cheap to clone: all clones are one engine.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use carryover_auth::{Api, Engine, FileStore, SystemClock};
///
/// let api = Api::new(&"http://127.0.0.1:54321".parse()?, "publishable key")?;
/// let store = FileStore::new("session.json");
/// let engine = Engine::load(api, store, Arc::new(SystemClock)).await;
/// engine.keep_fresh();
/// let guest = engine.ensure_anonymous().await?;
/// let token = engine.access_token().await?;
/// # Ok(()) }
/// ```
// The guard ends the keeper when the last clone is dropped.
pub struct Engine<S>(Arc<Inner<S>>, Arc<DropGuard>);

impl<S> Clone for Engine<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), self.1.clone())
    }
}

struct Inner<S> {
    api: Api,
    store: S,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
    state: watch::Sender<State>,
    events: broadcast::Sender<Event>,
    /// Held while a record is written, never longer.
    writing: tokio::sync::Mutex<Writing>,
    flights: Flights,
    /// Flows whose code is being exchanged.
    exchanging: Mutex<HashSet<FlowId>>,
    keeper: watch::Sender<KeeperStatus>,
    /// Something happened that the keeper should look at.
    poke: Notify,
    tasks: TaskTracker,
    /// Ends the keeper.
    quit: CancellationToken,
    /// Ends everything.
    stop: CancellationToken,
}

/// Whether records may still be written.
#[derive(PartialEq, Eq)]
enum Writing {
    Open,
    /// The engine was shut down: nothing is written any more.
    Closed,
}

/// Events that a listener may lag behind before it misses some.
const EVENTS_KEPT: usize = 256;

impl<S: SessionStore> Engine<S> {
    /// Reads the stored record. Disk only: works offline, with a session of any age. What can't be read is no error here but
    /// [`State::Unreadable`], and nobody is signed up in its place.
    pub async fn load(api: Api, store: S, clock: Arc<dyn Clock>) -> Self {
        let quit = CancellationToken::new();
        let inner = Arc::new(Inner {
            api,
            store,
            clock,
            memory: Mutex::new(Memory::new()),
            state: watch::Sender::new(State::Absent),
            events: broadcast::Sender::new(EVENTS_KEPT),
            writing: tokio::sync::Mutex::new(Writing::Open),
            flights: Flights::default(),
            exchanging: Mutex::default(),
            keeper: watch::Sender::new(KeeperStatus::default()),
            poke: Notify::new(),
            tasks: TaskTracker::new(),
            quit: quit.clone(),
            stop: CancellationToken::new(),
        });
        // Whatever it finds is the state to begin with.
        let _ = inner.reload().await;
        Self(inner, Arc::new(quit.drop_guard()))
    }

    /// Reads the store again: after the key store was unlocked, or when another process may have changed it.
    pub async fn reload(&self) -> Result<(), Error> {
        self.detached(|inner| async move { inner.reload().await }).await
    }

    /// Moves a record that can't be read aside and begins anew, signed out. For when the person has decided so.
    pub async fn start_over(&self) -> Result<(), Error> {
        self.detached(|inner| async move { inner.start_over().await }).await
    }

    /// The calls themselves, for what needs no session.
    pub fn api(&self) -> &Api {
        &self.0.api
    }

    /// The session now, whatever its age.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.0.memory().session().ok()
    }

    /// A change of address or number that waits for its code, also after a restart.
    pub fn pending_link(&self) -> Option<PendingLink> {
        self.0.memory().document.pending.clone()
    }

    /// Sessions that ended here, oldest first: whose they were and why.
    pub fn ended_sessions(&self) -> Vec<EndedSession> {
        self.0.memory().document.ended.clone()
    }

    /// How long ago the user was made, by the server's clock. Servers that clean up delete guests 30 days old (item 11).
    pub fn age(&self) -> Option<Duration> {
        let memory = self.0.memory();
        let created = memory.session().ok()?.user.created_at?;
        Duration::try_from(memory.server_now(&*self.0.clock).duration_since(created)).ok()
    }

    /// Waits for what is under way, at most for `grace`, and breaks off the rest. Nothing is written after this returns.
    pub async fn shutdown(&self, grace: Duration) {
        let inner = &self.0;
        inner.tasks.close();
        inner.quit.cancel();
        // Over time is over: what has not arrived by then is dropped, and asked for again at the next start.
        let _ = tokio::time::timeout(grace, inner.tasks.wait()).await;
        // The last chance for what the store has not taken yet.
        let _ = inner.catch_up().await;
        *inner.writing.lock().await = Writing::Closed;
        inner.stop.cancel();
        inner.tasks.wait().await;
    }

    /// Runs work to its end even if the caller goes away.
    async fn detached<T, F>(&self, work: impl FnOnce(Arc<Inner<S>>) -> F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let work = self.0.spawn(work(self.0.clone()));
        work.await.unwrap_or(Err(Error::Broken))
    }
}

impl<S: SessionStore> Inner<S> {
    /// A task that ends with the engine.
    fn spawn<T, F>(&self, work: F) -> tokio::task::JoinHandle<Result<T, Error>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let (closed, stop) = (self.tasks.is_closed(), self.stop.clone());
        self.tasks.spawn(async move {
            if closed {
                return Err(Error::ShutDown);
            }
            tokio::select! {
                done = work => done,
                () = stop.cancelled() => Err(Error::ShutDown),
            }
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Every change of the memory is whole: after a panic elsewhere it is still right.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
