//! What the shop needs of the machine, as traits: tests make them fail.

use std::io;

use zeroize::Zeroizing;

/// A key of 256 bits, wiped from memory on drop.
pub type Key = Zeroizing<[u8; 32]>;

/// The operating system's key store. Calls may block, for a person may be asked to unlock it.
pub trait KeyStore: Send + Sync + 'static {
    /// The key that was written, if any.
    fn read(&self) -> Result<Option<Key>, KeyStoreError>;

    /// Keeps the key.
    fn write(&self, key: &Key) -> Result<(), KeyStoreError>;
}

/// The browser of the system: the only place where people tell providers who they are (RFC 8252, section 8.12).
pub trait Browser: Send + Sync + 'static {
    /// Opens an address. Returns when the browser was asked to, not when the page is there.
    fn open(&self, url: &str) -> io::Result<()>;
}

/// Why the key store did not serve.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// There is none on this machine.
    #[error("this machine has no key store")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is one, but it is locked or refuses.
    #[error("the key store is locked or refuses")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}
