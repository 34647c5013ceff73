//! The sandbox's time: the system's, moved by as much as a tester likes, or standing still.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// A clock that can be moved and stopped. Clones are one clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    hands: Arc<Mutex<Hands>>,
}

/// All in milliseconds.
#[derive(Debug, Clone, Copy)]
enum Hands {
    /// As far from the system's time.
    Running { offset: i64 },
    /// Since 1970, and not going on.
    Frozen { at: i64 },
}

impl Default for Hands {
    fn default() -> Self {
        Self::Running { offset: 0 }
    }
}

impl Hands {
    fn now(self) -> i64 {
        match self {
            Self::Running { offset } => system() + offset,
            Self::Frozen { at } => at,
        }
    }
}

/// The system's time, in milliseconds since 1970.
fn system() -> i64 {
    Timestamp::now().as_millisecond()
}

impl Clock {
    /// Seconds since 1970, with fractions.
    pub fn now(&self) -> f64 {
        // Exact: milliseconds of this millennium are far below 2^53.
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in 53 bits")]
        let seconds = self.hands().now() as f64 / 1000.0;
        seconds
    }

    /// Whole seconds since 1970.
    pub fn now_seconds(&self) -> i64 {
        self.hands().now().div_euclid(1000)
    }

    /// How far it is from the system's, in seconds.
    pub fn offset(&self) -> i64 {
        let offset = match self.hands() {
            Hands::Running { offset } => offset,
            Hands::Frozen { at } => at - system(),
        };
        offset.div_euclid(1000)
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.hands(), Hands::Frozen { .. })
    }

    /// Sets it so that it says this instant (seconds since 1970) now.
    pub fn set(&self, now: i64) {
        self.turn(|hands| match hands {
            Hands::Running { .. } => Hands::Running { offset: now * 1000 - system() },
            Hands::Frozen { .. } => Hands::Frozen { at: now * 1000 },
        });
    }

    /// Back to the system's time, and running.
    pub fn reset(&self) {
        self.turn(|_| Hands::default());
    }

    /// Moves the clock: seconds are added to what it says.
    pub fn advance(&self, seconds: i64) {
        self.turn(|hands| match hands {
            Hands::Running { offset } => Hands::Running { offset: offset + seconds * 1000 },
            Hands::Frozen { at } => Hands::Frozen { at: at + seconds * 1000 },
        });
    }

    /// Stops it at what it says.
    pub fn freeze(&self) {
        self.turn(|hands| Hands::Frozen { at: hands.now() });
    }

    /// Lets it go on from what it says.
    pub fn run(&self) {
        self.turn(|hands| Hands::Running { offset: hands.now() - system() });
    }

    fn hands(&self) -> Hands {
        *self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, to: impl FnOnce(Hands) -> Hands) {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        *hands = to(*hands);
    }
}

#[cfg(test)]
mod tests {
    use std::{thread::sleep, time::Duration};

    use super::*;

    #[test]
    fn a_frozen_clock_stands_still_until_it_is_moved_or_runs() {
        let clock = Clock::default();
        clock.advance(3600);
        clock.freeze();
        let stands = clock.now();
        sleep(Duration::from_millis(20));
        assert!(clock.is_frozen() && clock.clone().is_frozen());
        assert_eq!(clock.now().to_bits(), stands.to_bits());
        clock.advance(60);
        assert_eq!(clock.now().to_bits(), (stands + 60.0).to_bits());
        clock.set(1_000_000_000);
        assert_eq!((clock.now_seconds(), clock.is_frozen()), (1_000_000_000, true));
        clock.run();
        sleep(Duration::from_millis(20));
        assert!(clock.now() > 1_000_000_000.0 && clock.now() < 1_000_000_010.0);
        assert!(!clock.is_frozen());
        clock.freeze();
        clock.reset();
        assert_eq!((clock.offset(), clock.is_frozen()), (0, false));
    }
}
