//! The record in one file: for programs that have no other place for it, and for tests.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{Change, Record, Replaced, SessionStore, TurnFile, turn_file::private};

/// Keeps the record in a file that only its owner can read, and replaces it by renaming, so that there is always a whole one.
/// The tokens are in it in the clear: a desktop program should seal them with a key from the key store instead.
///
/// Beside it lie `<file>.turn` and `<file>.lock`, empty files whose locks the system takes back when a process dies.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

/// Why the file did not serve.
#[derive(Debug, thiserror::Error)]
#[error("{} failed", path.display())]
pub struct FileStoreError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// The first line of the file, before the generation.
const HEADER: &str = "carryover-auth record ";
impl FileStore {
    /// In this file. Its folder must be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(extension);
        name.into()
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> FileStoreError + use<> {
        let path = self.path.clone();
        |cause| FileStoreError { path, cause }
    }

    /// File calls block; none of them may hold up a thread of the runtime.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, FileStoreError> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.unwrap_or_else(|broken| Err(io::Error::other(broken))).map_err(self.failed())
    }

    fn read(&self) -> io::Result<Option<Record>> {
        let mut content = Zeroizing::new(Vec::new());
        match File::open(&self.path) {
            Ok(mut file) => file.read_to_end(&mut content)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "no record");
        let end = content.iter().position(|byte| *byte == b'\n').ok_or_else(damaged)?;
        let header = std::str::from_utf8(&content[..end]).map_err(|_| damaged())?;
        let generation = header.strip_prefix(HEADER).and_then(|text| text.parse().ok()).ok_or_else(damaged)?;
        Ok(Some(Record { generation, bytes: Zeroizing::new(content[end + 1..].to_vec()) }))
    }

    fn write(&self, expected: u64, bytes: &[u8]) -> io::Result<Replaced> {
        let lock = private(&self.beside(".lock"))?;
        lock.lock()?;
        if self.read()?.map_or(0, |record| record.generation) != expected {
            return Ok(Replaced::Stale);
        }
        let new = self.beside(".new");
        let mut file = private(&new)?;
        file.set_len(0)?;
        file.write_all(format!("{HEADER}{}\n", expected + 1).as_bytes())?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)?;
        Ok(Replaced::Done)
    }
}

impl SessionStore for FileStore {
    type Error = FileStoreError;
    type Turn = File;

    async fn load(&self) -> Result<Option<Record>, FileStoreError> {
        self.blocking(Self::read).await
    }

    async fn replace(&self, change: &Change<'_>) -> Result<Replaced, FileStoreError> {
        let (expected, bytes) = (change.expected, Zeroizing::new(change.bytes.to_vec()));
        self.blocking(move |store| store.write(expected, &bytes)).await
    }

    async fn turn(&self) -> Result<File, FileStoreError> {
        TurnFile::new(self.beside(".turn")).take().await.map_err(self.failed())
    }

    async fn set_aside(&self) -> Result<(), FileStoreError> {
        self.blocking(|store| {
            let mut number = 1;
            while store.beside(&format!(".unreadable-{number}")).exists() {
                number += 1;
            }
            match fs::rename(&store.path, store.beside(&format!(".unreadable-{number}"))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
        .await
    }
}

/// A rename is durable when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
