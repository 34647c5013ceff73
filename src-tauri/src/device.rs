//! Another device of the same shop: the program once more, on a folder of its own, with this one's sandbox for its backend.

use std::{
    env, io,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use carryover_shop::Backend;
use uuid::Uuid;

/// The first device is the window that the others are opened from.
static NEXT: AtomicU32 = AtomicU32::new(2);

/// Opens its window, below the folder of this one. It ends by itself when that is closed.
pub(crate) fn open(data_dir: &Path, backend: &Backend) -> io::Result<()> {
    let folder = data_dir.join("devices").join(Uuid::new_v4().to_string());
    let mut program = Command::new(env::current_exe()?);
    program.arg("--data-dir").arg(folder).args(["--supabase-url", backend.url.as_str()]);
    // The publishable key is made to be shipped: other users of the computer may read it.
    program.args(["--publishable-key", &backend.publishable_key]);
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
    program.args(["--device", &number]);
    let mut device = program.stdin(Stdio::null()).spawn()?;
    // Whoever starts a process has to hear of its end.
    thread::spawn(move || device.wait());
    Ok(())
}
