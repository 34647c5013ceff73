//! Where a person looks for files that a program gave them.

use std::path::PathBuf;

/// The folder for downloads, or else the person's own.
pub(crate) fn folder() -> PathBuf {
    dirs::download_dir().filter(|folder| folder.is_dir()).or_else(dirs::home_dir).unwrap_or_else(std::env::temp_dir)
}
