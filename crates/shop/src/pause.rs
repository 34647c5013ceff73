//! Pauses between tries, and what ends them early.

use std::{future, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::watch;

/// The longest pause.
const LONGEST: Duration = Duration::from_mins(1);

/// Delays between tries: half a second, doubling to a minute, with jitter so that many devices do not come at once.
pub(crate) fn delays() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(LONGEST)
        .without_max_times()
        .with_jitter()
        .build()
}

/// Hears when a person, a focused window or a new network asks to try now. What is asked while the listener is busy is
/// heard afterwards.
pub(crate) struct Retry(watch::Receiver<()>);

impl Retry {
    pub(crate) fn new(asks: &watch::Sender<()>) -> Self {
        Self(asks.subscribe())
    }

    /// Waits until somebody asks.
    pub(crate) async fn asked(&mut self) {
        if self.0.changed().await.is_err() {
            // The shop is gone, and this task goes with the runtime.
            future::pending::<()>().await;
        }
    }

    /// What was asked until now is about to be done.
    pub(crate) fn heard(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits, unless somebody asks to try now.
    pub(crate) async fn pause(&mut self, delay: Option<Duration>) {
        tokio::select! {
            () = tokio::time::sleep(delay.unwrap_or(LONGEST)) => {}
            () = self.asked() => {}
        }
    }
}
