//! From process start to the painted catalog, beside a bare Tauri window.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{sh, stage::Stage};

/// Longer than any start takes, even the first one.
const PATIENCE: Duration = Duration::from_mins(2);

/// Prints both times and their ratio. Wants the app and the bare window built.
pub(super) fn measure(stage: &Stage, runs: u32) -> Result<()> {
    let data = stage.folder("startup");
    let shop = || time(stage, &sh::built("debug", "carryover"), Some(&data));
    let bare = || time(stage, &sh::built("debug", "examples/bare_window"), None);
    println!("\nstartup: process start to painted, {runs} runs each, alternating");
    println!("  first start, new data folder  {:>6.0} ms", milliseconds(shop()?));
    // One start that does not count, so that the bare window's libraries are as warm as the shop's.
    bare()?;
    let (mut shops, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        shops.push(milliseconds(shop()?));
        bares.push(milliseconds(bare()?));
    }
    let (shop, bare) = (Spread::of(shops), Spread::of(bares));
    println!("  shop, catalog painted         {shop}");
    println!("  bare window                   {bare}");
    println!("  ratio of the medians          {:>6.2}", shop.median / bare.median);
    Ok(())
}

/// From the start of a program to its line `painted`.
fn time(stage: &Stage, program: &Path, data: Option<&Path>) -> Result<Duration> {
    let mut command = Command::new(program);
    if let Some(data) = data {
        command.arg("--data-dir").arg(data);
    }
    let (mut child, painted) = start(stage, command)?;
    child.kill()?;
    child.wait()?;
    Ok(painted)
}

/// Starts a program and waits for the line `painted`: the program, running, and the time from spawn to that line.
pub(super) fn start(stage: &Stage, mut command: Command) -> Result<(Child, Duration)> {
    stage.enter(&mut command);
    command.arg("--startup-probe").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let program = command.get_program().display().to_string();
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{program} could not be started"))?;
    match painted(&mut child, started) {
        Ok(painted) => Ok((child, painted)),
        Err(error) => {
            // It may be gone already.
            let _ = child.kill();
            let _ = child.wait();
            Err(error.context(format!("{program} did not say `painted`")))
        }
    }
}

/// Reads in a thread of its own, so that waiting has an end.
fn painted(child: &mut Child, started: Instant) -> Result<Duration> {
    let Some(stdout) = child.stdout.take() else { bail!("no standard output") };
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let painted = BufReader::new(stdout).lines().map_while(Result::ok).any(|line| line == "painted");
        if painted {
            // The receiver is gone only if it stopped waiting.
            let _ = send.send(started.elapsed());
        }
    });
    receive.recv_timeout(PATIENCE).context("it ended, or too much time passed")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Median, least and greatest of several measurements.
struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |index: usize| times.get(index).copied().unwrap_or(f64::NAN);
        let last = times.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(times.len() / 2)), least: at(0), greatest: at(last) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { median, least, greatest } = self;
        write!(f, "{median:>6.0} ms median, {least:.0} to {greatest:.0} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two_middle_ones() {
        assert!((Spread::of(vec![9.0, 1.0, 5.0]).median - 5.0).abs() < f64::EPSILON);
        assert!((Spread::of(vec![4.0, 1.0, 2.0, 9.0]).median - 3.0).abs() < f64::EPSILON);
    }
}
