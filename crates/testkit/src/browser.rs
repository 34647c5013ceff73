//! A browser without a window.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use carryover_shop::Browser;

/// Remembers what it was asked to open; what a person would do there is the test's to do.
#[derive(Default)]
pub struct PaperBrowser(Mutex<Vec<String>>);

impl PaperBrowser {
    /// The address it was last asked to open.
    pub fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Browser for PaperBrowser {
    fn open(&self, url: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_owned());
        Ok(())
    }
}
