//! Resident memory beside a bare Tauri window.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use super::startup;
use crate::{sh, stage::Stage};

/// Until whatever goes on after the first paint is over.
const SETTLE: Duration = Duration::from_secs(8);

/// A server that is not there: the shop alone, without the sandbox in its process.
const NO_SERVER: [&str; 4] =
    ["--supabase-url", "http://127.0.0.1:9", "--publishable-key", "sb_publishable_of_no_project"];

/// Prints what each keeps in memory and the ratios. Wants the app and the bare window built.
pub(super) fn measure(stage: &Stage) -> Result<()> {
    let shop = |name: &str, more: &[&str]| {
        let mut command = Command::new(sh::built("debug", "carryover"));
        command.arg("--data-dir").arg(stage.folder(name)).args(more);
        rests(stage, command)
    };
    let bare = rests(stage, Command::new(sh::built("debug", "examples/bare_window")))?;
    let alone = shop("memory-alone", &NO_SERVER)?;
    let whole = shop("memory", &[])?;
    println!(
        "\nmemory, all processes of a window, shared pages by their share (PSS), {} s after the paint",
        SETTLE.as_secs()
    );
    println!("  bare window                   {bare:>6.0} MB");
    println!("  shop                          {alone:>6.0} MB, ratio {:.2}", alone / bare);
    println!("  shop with the sandbox in it   {whole:>6.0} MB, ratio {:.2}", whole / bare);
    Ok(())
}

/// Megabytes of a program and all that it started, once it has come to rest.
fn rests(stage: &Stage, command: Command) -> Result<f64> {
    let (mut child, _) = startup::start(stage, command)?;
    thread::sleep(SETTLE);
    let memory = tree(&child);
    child.kill()?;
    child.wait()?;
    memory
}

fn tree(root: &Child) -> Result<f64> {
    let parents = parents()?;
    let belongs = |mut pid: u32| {
        while pid != root.id() {
            match parents.get(&pid) {
                Some(parent) if *parent != 0 => pid = *parent,
                _ => return false,
            }
        }
        true
    };
    let kilobytes: u32 = parents.keys().filter(|pid| belongs(**pid)).map(|pid| pss(*pid)).sum();
    Ok(f64::from(kilobytes) / 1024.0)
}

/// Every process and who started it.
fn parents() -> Result<HashMap<u32, u32>> {
    let mut parents = HashMap::new();
    for entry in fs::read_dir("/proc").context("memory is measured on Linux only")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_string_lossy().parse().ok()) else { continue };
        if let Some(parent) = parent(&path) {
            parents.insert(pid, parent);
        }
    }
    Ok(parents)
}

/// The fourth word of `stat`; the second is in brackets and may have blanks. Nothing if the process is gone.
fn parent(process: &Path) -> Option<u32> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Kilobytes in memory; pages that several processes share count for each by its share.
fn pss(pid: u32) -> u32 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
