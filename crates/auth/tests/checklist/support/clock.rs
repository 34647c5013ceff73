//! A clock to turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use carryover_auth::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The instant at which every test begins, by the server's clock.
const START: i64 = 1_800_000_000;

/// Goes with Tokio's timers, which tests may pause.
#[derive(Clone)]
pub(crate) struct TestClock {
    began: Instant,
    /// Seconds that passed without the timers: the computer slept.
    slept: Arc<AtomicI64>,
    /// Seconds by which the computer's clock is wrong.
    wrong: Arc<AtomicI64>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), slept: Arc::default(), wrong: Arc::default() }
    }

    /// Time passes for everybody, but no timer notices.
    pub(crate) fn sleep(&self, seconds: i64) {
        self.slept.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Somebody sets the computer's clock.
    pub(crate) fn set_wrong(&self, seconds: i64) {
        self.wrong.store(seconds, Ordering::Relaxed);
    }

    /// The server's time.
    pub(crate) fn truth(&self) -> Timestamp {
        let start = Timestamp::from_second(START).expect("a time");
        start.checked_add(self.elapsed()).expect("a time")
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let wrong = SignedDuration::from_secs(self.wrong.load(Ordering::Relaxed));
        self.truth().checked_add(wrong).expect("a time")
    }

    fn elapsed(&self) -> Duration {
        // Never zero: a process is never the first thing on a computer.
        let slept = u64::try_from(self.slept.load(Ordering::Relaxed)).expect("time passes forwards");
        self.began.elapsed() + Duration::from_secs(slept + 1)
    }
}
