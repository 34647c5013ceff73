//! `cargo xtask crash`: the kills of the test command, many more of them.

use std::process::ExitCode;

use anyhow::Result;

use crate::{needs::Purpose, packages, sh, ui};

/// How long to go on.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often the program is killed. Some three a second.
    #[arg(long, default_value_t = 10_000)]
    kills: u32,
}

/// Kills the program and prints the table of what was found afterwards.
pub(crate) fn crash(options: &Options) -> Result<ExitCode> {
    println!("1/3 System packages: {}", packages::ensure(Purpose::Test)?);
    println!("2/3 UI packages: {}", ui::packages()?);
    println!("3/3 UI: {}", ui::build()?);
    let mut test = sh::cargo();
    // In the selection that everything is built in, so that nothing is built twice.
    test.args(["test", "--workspace", "--test=crash", "crossing"]);
    sh::succeed(test.env("CARRYOVER_KILLS", options.kills.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
