//! `cargo xtask bench`: measures, each beside a baseline from the same dependencies.

mod memory;
mod startup;

use std::process::{Command, ExitCode};

use anyhow::Result;
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
    /// The window: first paint and memory beside a bare Tauri window, a keystroke in the search of 2,000 products beside a
    /// bare field, two carts of 200 lines beside a bare table, the bundle beside Svelte alone.
    Ui,
    /// The sandbox: requests beside their SQL on both engines; the program's start, memory and rest.
    Sandbox,
}

/// Takes the measures.
pub(crate) fn bench(options: &Options) -> Result<ExitCode> {
    println!("1/3 System packages: {}", packages::ensure(Purpose::Test)?);
    println!("2/3 UI packages: {}", ui::packages()?);
    println!("3/3 UI: {}", ui::build()?);
    let measures = if options.measures.is_empty() { Measure::value_variants() } else { &options.measures };
    for measure in measures {
        match measure {
            Measure::Startup => {
                app::build(false)?;
                startup::measure(&Stage::set()?, options.runs)?;
            }
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
            Measure::Ui => {
                app::build(false)?;
                let stage = Stage::set()?;
                startup::measure(&stage, options.runs)?;
                memory::measure(&stage)?;
                crate_bench("ui", |bench| stage.enter(bench))?;
                println!();
                sh::succeed(sh::npm(ui::UI).args(["run", "--silent", "size"]))?;
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
