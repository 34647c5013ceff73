//! `cargo xtask run | test | tour | bench | crash | tidy | doctor`: everything one does with this repository, one file per command.

mod app;
mod bench;
mod crash;
mod doctor;
mod needs;
mod packages;
mod postgres;
mod run;
mod sh;
mod stage;
mod test;
mod tidy;
mod tour;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, starts, tests and measures Carryover. Each command does its own set-up.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Say what this machine has and lacks; change nothing.
    Doctor,
    /// Set up, build and open the shop.
    Run(run::Options),
    /// Set up and run the test suites.
    Test(test::Options),
    /// Tell the shop's story in its window: to people, or to a camera.
    Tour(tour::Options),
    /// Measure.
    Bench(bench::Options),
    /// Kill the program thousands of times in the middle of an upgrade or a switch, and see what is left.
    Crash(crash::Options),
    /// Check what the compiler does not: dependency arrows, lengths, stray notes.
    Tidy,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Doctor => Ok(doctor::doctor()),
        Task::Run(options) => run::run(&options),
        Task::Test(options) => Ok(test::test(&options)),
        Task::Tour(options) => tour::tour(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Crash(options) => crash::crash(&options),
        Task::Tidy => tidy::tidy(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}
