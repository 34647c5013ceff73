//! A key store in memory that can be locked.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use carryover_shop::{Key, KeyStore, KeyStoreError};

/// Keeps the key as long as the test runs.
#[derive(Default)]
pub struct MemoryKeyStore {
    key: Mutex<Option<Key>>,
    locked: AtomicBool,
}

impl MemoryKeyStore {
    /// One that holds a key already.
    pub fn with_key(key: [u8; 32]) -> Self {
        Self { key: Mutex::new(Some(Key::new(key))), locked: AtomicBool::new(false) }
    }

    /// From now on every call fails, or none.
    pub fn lock(&self, locked: bool) {
        self.locked.store(locked, Ordering::Relaxed);
    }

    fn ask(&self) -> Result<std::sync::MutexGuard<'_, Option<Key>>, KeyStoreError> {
        if self.locked.load(Ordering::Relaxed) {
            return Err(KeyStoreError::Refused("locked by the test".into()));
        }
        Ok(self.key.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl KeyStore for MemoryKeyStore {
    fn read(&self) -> Result<Option<Key>, KeyStoreError> {
        Ok(self.ask()?.clone())
    }

    fn write(&self, key: &Key) -> Result<(), KeyStoreError> {
        *self.ask()? = Some(key.clone());
        Ok(())
    }
}
