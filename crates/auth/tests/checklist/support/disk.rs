//! A disk that can be full, broken or locked.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use carryover_auth::{Change, Record, Replaced, Session, SessionStore, session_in};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Keeps the record's bytes as a file would. Clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Inner>);

#[derive(Default)]
struct Inner {
    record: Mutex<Option<Record>>,
    aside: Mutex<Vec<Record>>,
    turn: Arc<Turn<()>>,
    full: AtomicBool,
    locked: AtomicBool,
    reads: AtomicUsize,
    writes: AtomicUsize,
}

impl Disk {
    /// From now on writes fail, or not.
    pub(crate) fn fill(&self, full: bool) {
        self.0.full.store(full, Ordering::Relaxed);
    }

    /// From now on reads fail, as with a key store that is locked, or not.
    pub(crate) fn lock(&self, locked: bool) {
        self.0.locked.store(locked, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        self.0.record.lock().expect("whole").as_ref().map(|record| record.bytes.to_vec())
    }

    /// The session that a start of the program would find.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.bytes().and_then(|bytes| session_in(&bytes).expect("a record"))
    }

    /// Puts bytes there, as somebody else's program might.
    pub(crate) fn put(&self, bytes: &[u8]) {
        let mut record = self.0.record.lock().expect("whole");
        let generation = record.as_ref().map_or(0, |record| record.generation) + 1;
        *record = Some(Record { generation, bytes: bytes.to_vec().into() });
    }

    /// Puts back what was there before.
    pub(crate) fn restore(&self, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => self.put(&bytes),
            None => *self.0.record.lock().expect("whole") = None,
        }
    }

    pub(crate) fn set_asides(&self) -> usize {
        self.0.aside.lock().expect("whole").len()
    }

    pub(crate) fn reads(&self) -> usize {
        self.0.reads.load(Ordering::Relaxed)
    }

    pub(crate) fn writes(&self) -> usize {
        self.0.writes.load(Ordering::Relaxed)
    }
}

impl SessionStore for Disk {
    type Error = io::Error;
    type Turn = OwnedMutexGuard<()>;

    async fn load(&self) -> io::Result<Option<Record>> {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if self.0.locked.load(Ordering::Relaxed) {
            return Err(io::Error::other("the key store is locked"));
        }
        Ok(self.0.record.lock().expect("whole").clone())
    }

    async fn replace(&self, change: &Change<'_>) -> io::Result<Replaced> {
        self.0.writes.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if self.0.full.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        {
            let mut record = self.0.record.lock().expect("whole");
            if record.as_ref().map_or(0, |record| record.generation) != change.expected {
                return Ok(Replaced::Stale);
            }
            *record = Some(Record { generation: change.expected + 1, bytes: change.bytes.to_vec().into() });
        }
        tokio::task::yield_now().await;
        Ok(Replaced::Done)
    }

    async fn turn(&self) -> io::Result<OwnedMutexGuard<()>> {
        Ok(self.0.turn.clone().lock_owned().await)
    }

    async fn set_aside(&self) -> io::Result<()> {
        let record = self.0.record.lock().expect("whole").take();
        self.0.aside.lock().expect("whole").extend(record);
        Ok(())
    }
}
