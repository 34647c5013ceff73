//! How a life is started, how it ends, and what is heard of it.

use std::{
    collections::BTreeMap,
    env,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::flows::Flow;

/// In the environment of a child: its plan.
pub(crate) const LIFE: &str = "CARRYOVER_LIFE";

/// What a child is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub folder: PathBuf,
    pub url: String,
    pub publishable_key: String,
    pub seed: u64,
    pub flow: Flow,
}

/// What a child says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// It is about to make the cart this.
    Try(BTreeMap<String, u32>),
    /// The command returned: it is promised to be kept.
    Ack,
    /// It came to its end.
    Done,
}

/// How a life ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kill {
    /// When a thread is about to make its nth such system call, which then is not made.
    Before { boundary: &'static str, nth: usize },
    /// After so many milliseconds.
    AfterMs(u64),
}

/// What is known of a life that is over.
pub(crate) struct Ended {
    pub killed: bool,
    pub said: Vec<Said>,
}

/// Lives one life.
pub(crate) fn live(plan: &Plan, kill: Kill) -> Result<Ended> {
    let child = env::current_exe()?;
    let mut command = match kill {
        Kill::AfterMs(_) => Command::new(child),
        Kill::Before { boundary, nth } => {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qqq", "-o", "/dev/null", "-e"]).arg(format!("trace={boundary}"));
            strace.arg("-e").arg(format!("inject={boundary}:signal=SIGKILL:when={nth}")).arg(child);
            strace
        }
    };
    command.args(["--exact", "child::one_life", "--nocapture", "--test-threads=1"]);
    command.env(LIFE, serde_json::to_string(plan)?).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().context("strace or the test program does not start")?;
    if let Kill::AfterMs(ms) = kill {
        std::thread::sleep(Duration::from_millis(ms));
        process.kill()?;
    }
    let output = process.wait_with_output()?;
    // strace ends as its child did.
    let killed = output.status.signal() == Some(9);
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(killed || output.status.success(), "the child failed: {stderr}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let said = stdout.lines().filter_map(|line| serde_json::from_str(line.strip_prefix('@')?).ok()).collect();
    Ok(Ended { killed, said })
}
