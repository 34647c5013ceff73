//! What the program keeps on this computer, read from beside it.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, Result};
use carryover_auth::{Session, SessionStore, TurnFile, session_in};
use carryover_shop::{BackendKind, Key, SystemClock, Vault};
use carryover_store::{Sealer, Store};

/// A data folder.
pub struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    /// A new, empty one.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The session in use, unsealed with the key from the real key store.
    pub async fn session(&self) -> Result<Arc<Session>> {
        // The key store blocks, and must not do so on a thread of the runtime.
        let bytes = tokio::task::spawn_blocking(sealing_key).await??;
        let key: Key = Key::new(<[u8; 32]>::try_from(bytes).ok().context("a key of 32 bytes")?);
        let turn = TurnFile::new(self.path().join("session.turn"));
        let scope = BackendKind::Sandbox.scope();
        let vault = Vault::new(self.store().await?, scope, Sealer::new(&key), turn, Arc::new(SystemClock));
        let record = vault.load().await?.context("there is no record")?;
        session_in(&record.bytes)?.context("nobody is signed in")
    }

    /// The lines of the cart in SQLite.
    pub async fn cart_lines(&self) -> Result<Vec<(String, u32)>> {
        let store = self.store().await?;
        let cart = store.cart().await?.cart;
        store.close().await;
        Ok(cart.quantities().map(|(product, quantity)| (product.to_string(), quantity)).collect())
    }

    async fn store(&self) -> Result<Store> {
        Ok(Store::open(&self.path().join("carryover.db"), BackendKind::Sandbox.scope(), 0).await?)
    }

    /// Every file of the program but the sandbox's database, which plays the server and its mail.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        collect(self.path(), &mut files)?;
        Ok(files)
    }
}

/// What the program keeps in the real key store.
fn sealing_key() -> keyring_core::Result<Vec<u8>> {
    let store: Arc<keyring_core::CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    store.build("org.carryover.desktop", "sealing key", None)?.get_secret()
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == "sandbox" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push((entry.path().display().to_string(), fs::read(entry.path())?));
        }
    }
    Ok(())
}
