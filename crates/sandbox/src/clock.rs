//! The sandbox's time: the system's, moved by as much as a tester likes.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// A clock that can be moved. Clones are one clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Seconds since 1970, with fractions.
    pub fn now(&self) -> f64 {
        let ms = Timestamp::now().as_millisecond() + self.offset_ms.load(Ordering::Relaxed);
        // Exact: milliseconds of this millennium are far below 2^53.
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in 53 bits")]
        let seconds = ms as f64 / 1000.0;
        seconds
    }

    /// Whole seconds since 1970.
    pub fn now_seconds(&self) -> i64 {
        (Timestamp::now().as_millisecond() + self.offset_ms.load(Ordering::Relaxed)).div_euclid(1000)
    }

    /// How far it is from the system's, in seconds.
    pub fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed).div_euclid(1000)
    }

    /// Sets it so that it says this instant (seconds since 1970) now.
    pub fn set(&self, now: i64) {
        self.offset_ms.store(now * 1000 - Timestamp::now().as_millisecond(), Ordering::Relaxed);
    }

    /// Back to the system's time.
    pub fn reset(&self) {
        self.offset_ms.store(0, Ordering::Relaxed);
    }

    /// Moves the clock: seconds are added to what it says.
    pub fn advance(&self, seconds: i64) {
        self.offset_ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}
