//! The UI as the app embeds it: its packages and its build, each redone only when it is stale.

use std::{fs, io, path::Path, time::SystemTime};

use anyhow::{Context, Result};

use crate::sh;

/// Folders of `ui/` that are made, not written.
const MADE: [&str; 5] = ["node_modules", "dist", "dist-preview", "paraglide", "cache"];

/// The folder of the UI.
pub(crate) const UI: &str = "ui";

/// Installs the packages.
pub(crate) fn packages() -> Result<&'static str> {
    packages_of(UI)
}

/// Installs the packages of a folder if its lock file is not the one they were installed from.
pub(crate) fn packages_of(folder: &str) -> Result<&'static str> {
    let path = sh::root().join(folder);
    let stamp = path.join("node_modules/.installed-from.json");
    let lock = path.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok("up to date");
    }
    sh::succeed(sh::npm(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    fs::write(&stamp, lock)?;
    Ok("installed")
}

/// Builds `ui/dist` if a source is newer than the last build. Wants [`packages`] first.
pub(crate) fn build() -> Result<&'static str> {
    let ui = sh::root().join("ui");
    let stamp = ui.join("node_modules/.built");
    let built = modified(&stamp).filter(|_| ui.join("dist/index.html").exists());
    // Taken before the build, so that a source saved meanwhile counts as newer.
    let now = SystemTime::now();
    if built.is_some_and(|built| newest(&ui).is_ok_and(|newest| newest <= built)) {
        return Ok("up to date");
    }
    sh::succeed(sh::npm(UI).args(["run", "--silent", "build"]))?;
    fs::File::create(&stamp)?.set_modified(now)?;
    Ok("built")
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}

/// The last change of any source below a folder.
fn newest(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        let changed =
            if entry.file_type()?.is_dir() { self::newest(&entry.path())? } else { entry.metadata()?.modified()? };
        newest = newest.max(changed);
    }
    Ok(newest)
}
