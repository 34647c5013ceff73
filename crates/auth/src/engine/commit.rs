//! Changing the record: durable first, then known. Several processes may do so; whoever comes second looks again.

use std::{sync::Arc, time::Duration};

use super::{Inner, Writing, memory::Memory};
use crate::{Cause, Change, Error, Replaced, SessionStore, document::Document, kept::FormatError, pause};

/// How often a change looks again before it gives way to the others.
const TRIES: usize = 20;

/// What becomes of a change that the store does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfStoreFails {
    /// It did not happen: nothing depends on it yet.
    Refuse,
    /// It counts in memory and is written again later: the server's side of it has happened already (item 23).
    Remember,
}

impl<S: SessionStore> Inner<S> {
    /// Applies `edit` to the record. It may be called several times, on what is there each time, and says what its change was;
    /// `None` changes nothing.
    pub(super) async fn commit<T>(
        self: &Arc<Self>,
        if_store_fails: IfStoreFails,
        mut edit: impl FnMut(&mut Document) -> (T, Option<Cause>),
    ) -> Result<T, Error> {
        let writing = self.writing.lock().await;
        if *writing == Writing::Closed {
            return Err(Error::ShutDown);
        }
        for _ in 0..TRIES {
            let (mut document, generation) = {
                let memory = self.memory();
                if let Some(error) = &memory.unreadable {
                    return Err(error.clone());
                }
                (memory.document.clone(), memory.generation)
            };
            let (value, cause) = edit(&mut document);
            let Some(cause) = cause else { return Ok(value) };
            document.written_at = Some(self.clock.now());
            let bytes = document.to_bytes();
            let change = Change {
                expected: generation,
                bytes: &bytes,
                session: document.session.as_ref().map(|kept| &kept.0),
                cause,
            };
            match self.store.replace(&change).await.map_err(Error::store) {
                Ok(Replaced::Done) => {
                    self.know(document, generation + 1, true, cause);
                    return Ok(value);
                }
                Ok(Replaced::Stale) => self.reload_under_lock().await?,
                Err(error) if if_store_fails == IfStoreFails::Refuse => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "the store failed; what it should hold is in memory");
                    self.know(document, generation, false, cause);
                    return Ok(value);
                }
            }
        }
        Err(Error::Contended)
    }

    fn know(self: &Arc<Self>, document: Document, generation: u64, durable: bool, cause: Cause) {
        let mut memory = self.memory();
        let was_durable = memory.durable;
        (memory.document, memory.generation, memory.durable) = (document, generation, durable);
        if matches!(cause, Cause::Refreshed | Cause::Upgraded | Cause::SignedIn | Cause::SignedUpAnonymously) {
            memory.failing = None;
        }
        self.tell(&mut memory, cause);
        match (was_durable, durable) {
            (true, false) => {
                self.tell(&mut memory, Cause::StoreDegraded);
                let inner = self.clone();
                self.spawn(async move { inner.write_again().await });
            }
            (false, true) => self.tell(&mut memory, Cause::StoreRecovered),
            _ => {}
        }
    }

    /// Before tokens are spent that the store does not have: two steps behind, a store that is asked after a kill could only
    /// offer a token that the server takes for stolen. Better no refresh than that.
    pub(super) async fn catch_up(self: &Arc<Self>) -> Result<(), Error> {
        if self.memory().durable {
            return Ok(());
        }
        self.commit(IfStoreFails::Refuse, |_| ((), Some(Cause::Kept))).await
    }

    /// Until the store has what is in memory.
    async fn write_again(self: Arc<Self>) -> Result<(), Error> {
        let mut delays = pause::delays();
        loop {
            tokio::time::sleep(delays.next().unwrap_or(Duration::from_mins(1))).await;
            // An error means: later.
            if self.catch_up().await.is_ok() {
                self.revoke_in_background();
                return Ok(());
            }
        }
    }

    /// Takes over what the store holds now.
    pub(super) async fn reload(&self) -> Result<(), Error> {
        let writing = self.writing.lock().await;
        if *writing == Writing::Closed {
            return Err(Error::ShutDown);
        }
        self.reload_under_lock().await
    }

    async fn reload_under_lock(&self) -> Result<(), Error> {
        let loaded = self.store.load().await;
        let mut memory = self.memory();
        let read = match loaded {
            Ok(Some(record)) => match Document::from_bytes(&record.bytes) {
                Ok(stored) => Ok((stored, record.generation)),
                Err(error) => Err(unreadable(error)),
            },
            Ok(None) => Ok((Document::default(), 0)),
            Err(error) => Err(Error::Unreadable(Arc::new(error))),
        };
        match read {
            Ok((stored, generation)) => {
                self.adopt(&mut memory, stored, generation);
                Ok(())
            }
            Err(error) => {
                // What is known from before is still right; only a start has nothing better to say.
                if memory.generation == 0 && memory.document.session.is_none() {
                    memory.unreadable = Some(error.clone());
                    self.tell(&mut memory, Cause::Elsewhere);
                }
                Err(error)
            }
        }
    }

    fn adopt(&self, memory: &mut Memory, mut stored: Document, generation: u64) {
        if memory.unreadable.is_none() && generation == memory.generation {
            // Nobody else was there. What is not written yet still counts.
            return;
        }
        // Not yet written, and the store went on without it: of one session the newer tokens count. A session that is gone
        // there was ended there.
        if !memory.durable
            && let (Some(ours), Some(theirs)) = (&memory.document.session, &stored.session)
            && ours.continues(theirs)
            && ours.issued_at > theirs.issued_at
        {
            stored.session = Some(ours.clone());
            memory.document = stored;
            memory.generation = generation;
            return;
        }
        memory.adopt(stored, generation, &*self.clock);
        self.tell(memory, Cause::Elsewhere);
    }

    pub(super) async fn start_over(self: &Arc<Self>) -> Result<(), Error> {
        let writing = self.writing.lock().await;
        if *writing == Writing::Closed {
            return Err(Error::ShutDown);
        }
        self.store.set_aside().await.map_err(Error::store)?;
        let mut memory = self.memory();
        memory.adopt(Document::default(), 0, &*self.clock);
        self.tell(&mut memory, Cause::StartedOver);
        Ok(())
    }
}

fn unreadable(error: FormatError) -> Error {
    Error::Unreadable(Arc::new(error))
}
