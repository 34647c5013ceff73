//! What time it is, as an input: tests move it.

use jiff::Timestamp;

/// Tells the time. Production uses [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// Now, by this clock.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
