//! The browser of the system, behind the shop's port.

use std::io;

use carryover_shop::Browser;

/// Whatever the person has set as their browser.
pub(crate) struct SystemBrowser;

impl Browser for SystemBrowser {
    fn open(&self, url: &str) -> io::Result<()> {
        open::that_detached(url)
    }
}
