//! How long to wait before trying again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

const FIRST: Duration = Duration::from_secs(1);
/// The cap: a network that is back is noticed within this, even if nobody says so.
const LONGEST: Duration = Duration::from_mins(5);

/// Doubling from one second to five minutes, each with up to as much again by chance, so that many programs that lost the
/// same server do not come back as one.
pub(crate) fn delays() -> impl Iterator<Item = Duration> + Send + use<> {
    ExponentialBuilder::new().with_min_delay(FIRST).with_max_delay(LONGEST).with_jitter().without_max_times().build()
}
