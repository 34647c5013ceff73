//! Taking turns among processes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Between two looks whether the turn is free.
const LOOK: Duration = Duration::from_millis(2);
const LOOK_AT_MOST: Duration = Duration::from_millis(50);

/// An empty file whose lock is the turn. The system takes the lock back when its holder dies.
#[derive(Debug, Clone)]
pub struct TurnFile {
    path: PathBuf,
}

impl TurnFile {
    /// By this file; it is made when it is first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Waits for the turn. Dropping the file gives it back.
    ///
    /// Asks again and again instead of waiting in the system, so that a caller who gives up leaves no thread behind.
    pub async fn take(&self) -> io::Result<File> {
        let path = self.path.clone();
        let opened = tokio::task::spawn_blocking(move || private(&path)).await;
        let file = opened.unwrap_or_else(|broken| Err(io::Error::other(broken)))?;
        let mut look = LOOK;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(look).await,
                Err(TryLockError::Error(error)) => return Err(error),
            }
            look = (look * 2).min(LOOK_AT_MOST);
        }
    }
}

/// Opens or makes a file that nobody but its owner can read.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
