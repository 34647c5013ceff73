//! Where the sealing key comes from: the OS key store, or a file only its owner can read where there is none.

use std::{fs, io, path::Path};

use zeroize::Zeroizing;

use crate::{Key, KeyStore, KeyStoreError, ShopError};

/// Where the key is kept, for a person to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptIn {
    /// The OS key store.
    KeyStore,
    /// A file beside the database: this machine has no key store.
    KeyFile,
}

/// The key, made at the first call.
///
/// `sealed_before`: something was sealed earlier, so a missing key is an error. A new one would make a guest unreadable that
/// only waits for the key store to be unlocked.
pub(crate) fn obtain(os: &dyn KeyStore, file: &Path, sealed_before: bool) -> Result<(Key, KeptIn), ShopError> {
    if let Some(key) = read_file(file).map_err(ShopError::KeyFile)? {
        return Ok((key, KeptIn::KeyFile));
    }
    match os.read() {
        Ok(Some(key)) => return Ok((key, KeptIn::KeyStore)),
        Ok(None) if sealed_before => return Err(ShopError::KeyMissing),
        Err(error) if sealed_before => return Err(ShopError::KeyStore(error)),
        Err(KeyStoreError::Unavailable(_)) => return make_file(file),
        Err(error) => return Err(ShopError::KeyStore(error)),
        Ok(None) => {}
    }
    let key = random_key()?;
    match os.write(&key) {
        Ok(()) => Ok((key, KeptIn::KeyStore)),
        Err(KeyStoreError::Unavailable(_)) => make_file(file),
        Err(error) => Err(ShopError::KeyStore(error)),
    }
}

fn make_file(file: &Path) -> Result<(Key, KeptIn), ShopError> {
    let key = random_key()?;
    write_file(file, &key).map_err(ShopError::KeyFile)?;
    Ok((key, KeptIn::KeyFile))
}

fn random_key() -> Result<Key, ShopError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut()).map_err(|_| ShopError::NoRandomness)?;
    Ok(key)
}

fn read_file(file: &Path) -> io::Result<Option<Key>> {
    match fs::read(file).map(Zeroizing::new) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "the key file has not 32 bytes")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Readable by its owner only, from the first instant, and on disk before it is used.
fn write_file(file: &Path, key: &Key) -> io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(file)?;
    handle.write_all(key.as_slice())?;
    handle.sync_all()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Os {
        key: Mutex<Option<Key>>,
        missing: bool,
        locked: bool,
    }

    impl Os {
        fn fail(&self) -> Result<(), KeyStoreError> {
            match (self.missing, self.locked) {
                (true, _) => Err(KeyStoreError::Unavailable("none".into())),
                (_, true) => Err(KeyStoreError::Refused("locked".into())),
                _ => Ok(()),
            }
        }
    }

    impl KeyStore for Os {
        fn read(&self) -> Result<Option<Key>, KeyStoreError> {
            self.fail()?;
            Ok(self.key.lock().expect("not poisoned").clone())
        }

        fn write(&self, key: &Key) -> Result<(), KeyStoreError> {
            self.fail()?;
            *self.key.lock().expect("not poisoned") = Some(key.clone());
            Ok(())
        }
    }

    #[test]
    fn the_os_key_store_is_asked_first_and_keeps_the_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (os, file) = (Os::default(), folder.path().join("key"));
        let (first, kept) = obtain(&os, &file, false).expect("a key");
        assert_eq!(kept, KeptIn::KeyStore);
        assert!(!file.exists());
        assert_eq!(*obtain(&os, &file, true).expect("the key").0, *first);
    }

    #[test]
    fn without_a_key_store_there_is_a_private_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (os, file) = (Os { missing: true, ..Os::default() }, folder.path().join("key"));
        let (first, kept) = obtain(&os, &file, false).expect("a key");
        assert_eq!(kept, KeptIn::KeyFile);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).expect("the file"));
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(*obtain(&os, &file, true).expect("the key").0, *first);
    }

    #[test]
    fn a_locked_key_store_never_makes_a_second_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        for os in [Os { locked: true, ..Os::default() }, Os { missing: true, ..Os::default() }] {
            assert!(matches!(obtain(&os, &file, true), Err(ShopError::KeyStore(_))));
        }
        assert!(matches!(obtain(&Os::default(), &file, true), Err(ShopError::KeyMissing)));
        assert!(!file.exists());
    }
}
