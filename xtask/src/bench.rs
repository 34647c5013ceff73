//! `cargo xtask bench`: measures, each beside a baseline from the same dependencies.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{app, needs::Purpose, packages, postgres::Postgres, sh, stage::Stage, ui};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The measures to take [default: all].
    measures: Vec<Measure>,

    /// How often each program is started.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(10..))]
    runs: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Measure {
    /// From process start to the painted catalog, beside a bare Tauri window.
    Startup,
    /// The auth client: shared refreshes, reading a token, a call over HTTP, loading; beside plain ones.
    Auth,
    /// The cart: a change from the page to the disk and back, with up to 10,000 lines; 1,000 changes to the server.
    Cart,
    /// The merge of two carts: the plan of up to 10,000 lines in each, beside plain maps.
    Merge,
    /// The sandbox: requests beside their SQL on both engines; the program's start, memory and rest.
    Sandbox,
}

/// Longer than any start takes, even the first one.
const PATIENCE: Duration = Duration::from_mins(2);

/// Takes the measures.
pub(crate) fn bench(options: &Options) -> Result<ExitCode> {
    println!("1/3 System packages: {}", packages::ensure(Purpose::Test)?);
    println!("2/3 UI packages: {}", ui::packages()?);
    println!("3/3 UI: {}", ui::build()?);
    let measures = if options.measures.is_empty() { Measure::value_variants() } else { &options.measures };
    for measure in measures {
        match measure {
            Measure::Startup => startup(options.runs)?,
            Measure::Auth => crate_bench("auth", |_| ())?,
            Measure::Cart => {
                app::build(false)?;
                let stage = Stage::set()?;
                crate_bench("cart", |bench| stage.enter(bench))?;
            }
            Measure::Merge => {
                crate_bench("merge", |_| ())?;
                let server = Postgres::start()?;
                crate_bench("claim", |bench| {
                    bench.env("CARRYOVER_TEST_SERVER", &server.address);
                })?;
            }
            Measure::Sandbox => {
                let server = Postgres::start()?;
                crate_bench("sandbox", |bench| {
                    bench.env("CARRYOVER_TEST_SERVER", &server.address);
                })?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// In the profile and selection that everything is built in, so that nothing is built twice.
fn crate_bench(name: &str, prepare: impl FnOnce(&mut Command)) -> Result<()> {
    println!();
    let mut bench = sh::cargo();
    bench.args(["bench", "--profile=dev", "--workspace", &format!("--bench={name}")]);
    prepare(&mut bench);
    sh::succeed(&mut bench)
}

fn startup(runs: u32) -> Result<()> {
    println!("App: building");
    app::build(false)?;
    let stage = Stage::set()?;
    let data = stage.folder("startup");
    let shop = || start(&stage, &sh::built("debug", "carryover"), Some(&data));
    let bare = || start(&stage, &sh::built("debug", "examples/bare_window"), None);
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

/// Starts a program, waits for the line `painted` and ends it: the time from spawn to that line.
fn start(stage: &Stage, program: &Path, data: Option<&Path>) -> Result<Duration> {
    let mut command = Command::new(program);
    stage.enter(&mut command);
    if let Some(data) = data {
        command.arg("--data-dir").arg(data);
    }
    command.arg("--startup-probe").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{} could not be started", program.display()))?;
    let painted = painted(&mut child, started);
    child.kill()?;
    child.wait()?;
    painted.with_context(|| format!("{} did not say `painted`", program.display()))
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
