//! Token buckets per address (wire reference, section 10): after a burst one more at a steady pace, not a calendar window.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use crate::config::RateLimit;

/// Which bucket a request draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bucket {
    Anonymous,
    SignUp,
    Otp,
    MagicLink,
    Recover,
    Resend,
    UpdateUser,
    Verify,
    Token,
}

/// Burst of all buckets but the anonymous one, whatever their rates.
const BURST: f64 = 30.0;

impl Bucket {
    /// As the project's settings have it: guests per hour, everything else per five minutes.
    pub(crate) fn rate(self, limits: &RateLimit) -> Rate {
        let per_five_minutes = |n: u32| Rate { burst: BURST, per_second: f64::from(n) / 300.0 };
        match self {
            Self::Anonymous => {
                let hourly = f64::from(limits.anonymous_users);
                Rate { burst: hourly, per_second: hourly / 3600.0 }
            }
            Self::SignUp | Self::Otp | Self::MagicLink | Self::Recover | Self::Resend | Self::UpdateUser => {
                per_five_minutes(limits.sign_in_sign_ups)
            }
            Self::Verify => per_five_minutes(limits.token_verifications),
            Self::Token => per_five_minutes(limits.token_refresh),
        }
    }
}

/// How large a bucket is and how fast it fills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub burst: f64,
    pub per_second: f64,
}

/// All buckets. In memory, as upstream: a restart empties the record.
#[derive(Default)]
pub(crate) struct Limits {
    buckets: Mutex<HashMap<(Bucket, IpAddr), Level>>,
    sms: Mutex<Window>,
}

/// How many were sent since when.
#[derive(Default)]
struct Window {
    since: f64,
    sent: u32,
}

/// Length of a window, in seconds.
const WINDOW: f64 = 3600.0;

struct Level {
    left: f64,
    at: f64,
}

impl Limits {
    /// Draws one; false when the bucket is empty at `now` (seconds).
    pub(crate) fn draw(&self, bucket: Bucket, ip: IpAddr, rate: Rate, now: f64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let level = buckets.entry((bucket, ip)).or_insert(Level { left: rate.burst, at: now });
        level.left = (level.left + (now - level.at).max(0.0) * rate.per_second).min(rate.burst);
        level.at = now;
        if level.left < 1.0 {
            return false;
        }
        level.left -= 1.0;
        true
    }

    /// Every bucket that was drawn from: whose, and how much is left at `now`.
    pub(crate) fn levels(&self, limits: &RateLimit, now: f64) -> Vec<(Bucket, IpAddr, f64)> {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |bucket: Bucket, level: &Level| {
            let rate = bucket.rate(limits);
            (level.left + (now - level.at).max(0.0) * rate.per_second).min(rate.burst)
        };
        buckets.iter().map(|((bucket, ip), level)| (*bucket, *ip, left(*bucket, level))).collect()
    }

    /// Takes all that is left in a bucket.
    pub(crate) fn drain(&self, bucket: Bucket, ip: IpAddr, now: f64) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.insert((bucket, ip), Level { left: 0.0, at: now });
    }

    /// Fills a bucket.
    pub(crate) fn forget(&self, bucket: Bucket, ip: IpAddr) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&(bucket, ip));
    }

    /// Forgets everything, as a restart does.
    pub(crate) fn reset(&self) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.sms.lock().unwrap_or_else(PoisonError::into_inner) = Window::default();
    }

    /// Counts a text message, to whomever; false when this hour's are sent. A window and no bucket: it opens all at once.
    pub(crate) fn count_sms(&self, most: u32, now: f64) -> bool {
        let mut window = self.sms.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= window.since + WINDOW || now < window.since {
            *window = Window { since: now, sent: 0 };
        }
        let free = window.sent < most;
        window.sent += u32::from(free);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_an_hour_then_one_every_two_minutes() {
        let (limits, rate) = (Limits::default(), Rate { burst: 30.0, per_second: 30.0 / 3600.0 });
        let draw = |now| limits.draw(Bucket::Anonymous, [127, 0, 0, 1].into(), rate, now);
        assert!((0..30).all(|_| draw(0.0)));
        assert!(!draw(0.0));
        assert!(!draw(119.0));
        assert!(draw(121.0));
        assert!(!draw(121.0));
    }

    #[test]
    fn text_messages_count_by_the_hour() {
        let limits = Limits::default();
        assert!((0..3).all(|_| limits.count_sms(3, 10_000.0)));
        assert!(!limits.count_sms(3, 13_599.0));
        assert!((0..3).all(|_| limits.count_sms(3, 13_600.0)));
    }
}
