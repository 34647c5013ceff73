//! The program as people start it: how long until it serves, how much memory it takes, what it does when nobody asks.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde_json::json;

/// The program in the profile of this run.
const PROGRAM: &str = env!("CARGO_BIN_EXE_carryover-sandbox");
/// How many users the memory is measured with.
const USERS: usize = 10_000;
/// How long it is left alone.
const REST: Duration = Duration::from_secs(10);
/// Ticks per second of `/proc/PID/stat` (`USER_HZ` is 100 on every Linux that Rust runs on).
const TICKS: f64 = 100.0;

/// A running sandbox that ends with this value.
struct Running {
    child: Child,
    url: String,
    key: String,
    started_in: Duration,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn measure(settings: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("config.toml");
    fs::File::create(&config)?.write_all(settings.as_bytes())?;
    println!("\nthe program ({:.0} MB on disk, this profile)", megabytes(fs::metadata(PROGRAM)?.len()));
    let data = folder.path().join("data");
    let in_folder = ["--data".as_ref(), data.as_os_str()];
    println!("  start, in memory           {:>8.2} s", start(&config, &[])?.started_in.as_secs_f64());
    println!("  start, new folder          {:>8.2} s", start(&config, &in_folder)?.started_in.as_secs_f64());
    println!("  start, that folder again   {:>8.2} s", start(&config, &in_folder)?.started_in.as_secs_f64());
    if !cfg!(target_os = "linux") {
        println!("  memory and idle time are read from /proc, which this system has not");
        return Ok(());
    }
    let running = start(&config, &[])?;
    println!("  memory after the start     {:>8.0} MB", resident(&running)?);
    let before = processor_time(&running)?;
    tokio::time::sleep(REST).await;
    let idle = processor_time(&running)? - before;
    println!("  processor, left alone      {:>8.2} % of one core", idle * 100.0 / REST.as_secs_f64());
    let started = Instant::now();
    sign_up(&running).await?;
    #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
    let rate = USERS as f64 / started.elapsed().as_secs_f64();
    println!("  {USERS} guests, 8 at a time {rate:>8.0} per second");
    println!("  memory with them           {:>8.0} MB", resident(&running)?);
    Ok(())
}

/// Starts it and waits for its line "Ready".
fn start(config: &Path, arguments: &[&std::ffi::OsStr]) -> Result<Running> {
    let began = Instant::now();
    let mut command = Command::new(PROGRAM);
    command.args(["--port", "0", "--config"]).arg(config).args(arguments).env_remove("CARRYOVER_DATABASE_URL");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let (mut url, mut key) = (String::new(), String::new());
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        let value = line.split_whitespace().last().unwrap_or_default().to_owned();
        match () {
            () if line.starts_with("URL") => url = value,
            () if line.starts_with("Publishable key") => key = value,
            () if line.starts_with("Ready") => return Ok(Running { child, url, key, started_in: began.elapsed() }),
            () => {}
        }
    }
    bail!("it ended before it was ready")
}

async fn sign_up(running: &Running) -> Result<()> {
    let http = Client::new();
    let address = format!("{}auth/v1/signup", running.url);
    let calls = stream::iter(0..USERS).map(|_| {
        let request = http.post(&address).header("apikey", &running.key).json(&json!({}));
        async { request.send().await?.error_for_status().map(drop) }
    });
    calls.buffer_unordered(8).try_collect::<()>().await?;
    Ok(())
}

/// Resident memory in megabytes.
fn resident(running: &Running) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", running.child.id()))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(megabytes(kilobytes * 1024))
}

/// Processor time so far, in seconds.
fn processor_time(running: &Running) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", running.child.id()))?;
    // After the name in parentheses: user and system time are the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit_once(')').context("no name")?.1.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a program")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
