//! What time it is, as an input: tests move it.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time in two ways. Production uses [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// Now, by a clock that people and network time can set, forwards and backwards.
    fn now(&self) -> Timestamp;

    /// Time since some fixed instant, by a clock that nobody sets. It goes on while the computer sleeps.
    fn elapsed(&self) -> Duration;
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        since_boot()
    }
}

/// `Instant` stands still while Linux and macOS sleep; a token's life does not.
#[cfg(unix)]
fn since_boot() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    // On macOS `CLOCK_MONOTONIC` counts sleep.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(CLOCK);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

/// On Windows `Instant` counts sleep.
#[cfg(not(unix))]
fn since_boot() -> Duration {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_nobody_sets_goes_forward() {
        let before = SystemClock.elapsed();
        assert!(SystemClock.elapsed() >= before);
        assert!(before > Duration::ZERO);
    }
}
