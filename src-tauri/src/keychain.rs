//! The OS key store, behind the shop's port.

use std::sync::Arc;

use carryover_shop::{Key, KeyStore, KeyStoreError};
use keyring_core::{CredentialStore, Error};

const SERVICE: &str = "org.carryover.desktop";
const ACCOUNT: &str = "sealing key";

/// Secret Service, Keychain or Credential Manager: one key of 32 bytes.
pub(crate) struct Keychain;

impl KeyStore for Keychain {
    fn read(&self) -> Result<Option<Key>, KeyStoreError> {
        match entry()?.get_secret() {
            // An entry of another length is not ours: as if there were none.
            Ok(secret) => Ok(<[u8; 32]>::try_from(secret).ok().map(Key::new)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    fn write(&self, key: &Key) -> Result<(), KeyStoreError> {
        entry()?.set_secret(key.as_slice()).map_err(refused)
    }
}

fn entry() -> Result<keyring_core::Entry, KeyStoreError> {
    // Opened for each use: a Secret Service that was restarted is found again.
    let store = store().map_err(|error| KeyStoreError::Unavailable(Box::new(error)))?;
    store.build(SERVICE, ACCOUNT, None).map_err(refused)
}

fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    #[cfg(target_os = "linux")]
    return Ok(zbus_secret_service_keyring_store::Store::new()?);
    #[cfg(target_os = "macos")]
    return Ok(apple_native_keyring_store::keychain::Store::new()?);
    #[cfg(target_os = "windows")]
    return Ok(windows_native_keyring_store::Store::new()?);
}

fn refused(error: Error) -> KeyStoreError {
    KeyStoreError::Refused(Box::new(error))
}
