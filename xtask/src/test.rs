//! `cargo xtask test`: sets up, runs the suites in order and ends with one summary line.

mod count;
pub(crate) mod deny;
mod programs;

use std::{cell::OnceCell, fs, path::Path, process::ExitCode, time::Instant};

use anyhow::{Result, anyhow, ensure};
use clap::ValueEnum;
use count::Count;
use programs::Program;

use crate::{needs::Purpose, packages, postgres::Postgres, sh, tidy, ui};

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The suites to run, in the order given [default: all].
    suites: Vec<Suite>,
}

/// One row of the table at the end.
#[derive(Clone, Copy, ValueEnum)]
enum Suite {
    /// rustfmt changes nothing.
    Fmt,
    /// Clippy finds nothing.
    Clippy,
    /// Licences, bans, sources and advisories of the dependencies.
    Deny,
    /// The arrows of the design, lengths, stray notes.
    Tidy,
    /// Unit and integration tests of the crates, the SQL policies among them.
    Rust,
    /// The tests of the sandbox once more, on a PostgreSQL server in place of the embedded one.
    Postgres,
    /// The official JavaScript client: what it sends is what the auth client is compared with, and it can't tell the
    /// sandbox from Supabase, on either engine.
    Interop,
    /// Format, lint, types and tests of the UI.
    Ui,
    /// The real window over WebDriver.
    E2e,
}

/// Runs the suites. Whatever keeps one from running counts as its failure, and the next one runs.
pub(crate) fn test(options: &Options) -> ExitCode {
    let suites = if options.suites.is_empty() { Suite::value_variants() } else { &options.suites };
    let setup = Setup::default();
    let mut total = Count::default();
    let mut rows = Vec::new();
    for suite in suites {
        let name = suite.name();
        println!("\n━━ {name}");
        let started = Instant::now();
        let count = suite.run(&setup).unwrap_or_else(|error| {
            println!("{name} did not run: {error:#}");
            Count::one(false)
        });
        rows.push((name, count, started.elapsed().as_secs_f64()));
        total.add(count);
    }
    println!("\n{:<8}{:>8}{:>8}{:>9}", "suite", "passed", "failed", "seconds");
    for (name, count, seconds) in rows {
        println!("{name:<8}{:>8}{:>8}{seconds:>9.1}", count.passed, count.failed);
    }
    println!("\n{}", total.summary());
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Suite {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self, setup: &Setup) -> Result<Count> {
        match self {
            Self::Fmt => Ok(Count::one(sh::cargo().args(["fmt", "--all", "--check"]).status()?.success())),
            Self::Clippy => {
                setup.embedded_ui()?;
                let mut clippy = sh::cargo();
                clippy.args(["clippy", "--workspace", "--all-targets", "--", "--deny=warnings"]);
                Ok(Count::one(clippy.status()?.success()))
            }
            Self::Deny => deny::check(),
            Self::Tidy => Ok(Count::one(tidy::tidy()? == ExitCode::SUCCESS)),
            Self::Rust => programs::rust(setup.programs()?),
            Self::Postgres => {
                let programs = setup.programs()?;
                programs::sandbox_on(programs, &Postgres::start()?)
            }
            Self::Interop => {
                setup.programs()?;
                println!("Interop packages: {}", ui::packages_of(INTEROP)?);
                interop()
            }
            Self::Ui => {
                setup.ui_packages()?;
                test_ui()
            }
            Self::E2e => programs::e2e(setup.programs()?),
        }
    }
}

fn interop() -> Result<Count> {
    println!("── what the client sends");
    let mut count = Count::one(sh::npm(INTEROP).args(["test", "--silent"]).status()?.success());
    let sandbox = sh::built("debug", "carryover-sandbox");
    let server = Postgres::start()?;
    for (engine, server) in [("embedded engine", None), ("PostgreSQL server", Some(&server))] {
        println!("── the sandbox on the {engine}");
        let mut npm = sh::npm(INTEROP);
        npm.args(["run", "--silent", "sandbox"]).env("CARRYOVER_SANDBOX", &sandbox);
        if let Some(server) = server {
            npm.env("CARRYOVER_TEST_SERVER", &server.address);
        }
        let mut last = String::new();
        let succeeded = sh::each_line(&mut npm, |line| {
            println!("{line}");
            line.clone_into(&mut last);
        })?;
        count.add(count::summary(&last, succeeded));
    }
    Ok(count)
}

/// Where the official client is.
const INTEROP: &str = "tests/interop";

/// The steps that suites share. Each is done when the first suite asks for it, and its failure is every asker's.
#[derive(Default)]
struct Setup {
    system: Step<()>,
    packages: Step<()>,
    built: Step<()>,
    programs: Step<Vec<Program>>,
}

type Step<T> = OnceCell<Result<T, String>>;

impl Setup {
    fn system(&self) -> Result<&()> {
        once(&self.system, || {
            println!("System packages: {}", packages::ensure(Purpose::Test)?);
            Ok(())
        })
    }

    fn ui_packages(&self) -> Result<&()> {
        once(&self.packages, || {
            println!("UI packages: {}", ui::packages()?);
            Ok(())
        })
    }

    /// What the app embeds must be there before anything compiles the app.
    fn embedded_ui(&self) -> Result<&()> {
        once(&self.built, || {
            self.system()?;
            self.ui_packages()?;
            println!("UI: {}", ui::build()?);
            Ok(())
        })
    }

    fn programs(&self) -> Result<&[Program]> {
        let programs = once(&self.programs, || {
            self.embedded_ui()?;
            println!("Building the app and its tests (some fifteen minutes the first time)");
            programs::build()
        })?;
        Ok(programs)
    }
}

fn once<T>(step: &Step<T>, act: impl FnOnce() -> Result<T>) -> Result<&T> {
    step.get_or_init(|| act().map_err(|error| format!("{error:#}"))).as_ref().map_err(|error| anyhow!(error.clone()))
}

fn test_ui() -> Result<Count> {
    let mut count = Count::default();
    for script in ["format:check", "lint", "check"] {
        println!("── {script}");
        count.add(Count::one(sh::npm(ui::UI).args(["run", "--silent", script]).status()?.success()));
    }
    println!("── test");
    let files = test_files(&sh::root().join("ui/src"))?;
    let report = sh::target().join("vitest.json");
    // What an earlier run left must not be taken for this one's.
    let _ = fs::remove_file(&report);
    let mut vitest = sh::npm(ui::UI);
    vitest.args(["run", "--silent", "test", "--", "--reporter=default", "--reporter=json"]);
    vitest.arg(format!("--outputFile.json={}", report.display())).env("CI", "1");
    let succeeded = vitest.status()?.success();
    let tests =
        count::vitest(&fs::read_to_string(&report).map_err(|error| anyhow!("vitest left no report: {error}"))?, files)?;
    ensure!(succeeded || tests.failed > 0, "vitest failed outside its tests");
    count.add(tests);
    Ok(count)
}

/// How many files of tests lie below a folder.
fn test_files(folder: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files += test_files(&entry.path())?;
        } else if entry.file_name().to_string_lossy().contains(".test.") {
            files += 1;
        }
    }
    Ok(files)
}
