//! Times of many runs.

use std::{fmt, future::Future, time::Instant};

/// What is worth knowing of them, in milliseconds.
pub(crate) struct Spread {
    per_second: f64,
    pub(crate) p50: f64,
    p99: f64,
}

impl Spread {
    pub(crate) fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let count = times.len() as f64;
        Self { per_second: count * 1000.0 / times.iter().sum::<f64>(), p50: at(50), p99: at(99) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10.0}{:>9.2} ms{:>9.2} ms", self.per_second, self.p50, self.p99)
    }
}

/// How long it took, in milliseconds.
pub(crate) async fn timed<E: Into<anyhow::Error>>(
    work: impl Future<Output = Result<(), E>>,
) -> Result<f64, anyhow::Error> {
    let started = Instant::now();
    work.await.map_err(Into::into)?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}
