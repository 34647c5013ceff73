//! What the benches have in common.

use std::time::Duration;

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which a share of the values lies; not a number if there are none.
pub fn percentile(times: &[f64], p: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Far below 2^52 values.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = ((sorted.len() as f64 - 1.0) * p).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// One line: the middle and the tail, in milliseconds.
pub fn print(what: &str, times: &[f64]) {
    println!("    {what:<26} {:>8.2} {:>8.2} ms (p50, p99)", percentile(times, 0.5), percentile(times, 0.99));
}
