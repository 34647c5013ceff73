//! The Rust tests as programs: built once for all suites, then run one by one, each counted.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::count::{self, Count};
use crate::{app, postgres::Postgres, sh, stage::Stage};

/// The folder of the tests that drive the real window.
const WINDOW_TESTS: &str = "tests";

/// One built test program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Program {
    /// Of its package, from the workspace's folder.
    folder: PathBuf,
    target: String,
    path: PathBuf,
}

impl Program {
    /// Whether it asks a sandbox over HTTP: the unit tests beside it never do.
    fn is_of_sandbox(&self) -> bool {
        self.folder == Path::new("crates/sandbox")
            && self.target != "carryover_sandbox"
            && self.target != "carryover-sandbox"
    }

    /// Whether its tests sit out time-outs and back-off most of the time: the shop's do, and many of them fit on two cores.
    fn waits(&self) -> bool {
        self.folder == Path::new("crates/shop")
    }
}

/// Builds everything that the suites run, in one call: one set of features, so that nothing is built twice.
/// The app is built in the same call, since the window tests start it.
pub(crate) fn build() -> Result<Vec<Program>> {
    let mut build = app::command();
    build
        .args(["--lib", "--tests", "--examples", "--bin=carryover", "--bin=carryover-sandbox"])
        .arg("--message-format=json-render-diagnostics");
    let root = sh::root();
    let mut programs = Vec::new();
    let built = sh::each_line(&mut build, |line| programs.extend(program(line, &root)))?;
    ensure!(built, "the workspace does not build");
    programs.sort_by(|a, b| (&a.folder, &a.target).cmp(&(&b.folder, &b.target)));
    Ok(programs)
}

/// Reads one of cargo's messages; `None` if it does not tell of a test program.
fn program(message: &str, root: &Path) -> Option<Program> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    Some(Program {
        folder: manifest.parent()?.strip_prefix(root).ok()?.to_path_buf(),
        target: message["target"]["name"].as_str()?.to_owned(),
        path: message["executable"].as_str()?.into(),
    })
}

/// Every program but the window tests, then the examples in the documentation.
pub(crate) fn rust(programs: &[Program]) -> Result<Count> {
    let mut count = Count::default();
    for program in programs.iter().filter(|program| program.folder != Path::new(WINDOW_TESTS)) {
        count.add(run(program, |command| {
            if program.waits() {
                command.arg("--test-threads=8");
            }
        })?);
    }
    println!("── examples in the documentation");
    count.add(documentation()?);
    Ok(count)
}

/// Cargo alone can build these. Most crates have none, so only a failure is worth the screen.
fn documentation() -> Result<Count> {
    let mut lines = Vec::new();
    let mut doc = sh::cargo();
    doc.args(["test", "--quiet", "--workspace", "--doc"]);
    let succeeded = sh::each_line(&mut doc, |line| lines.push(line.to_owned()))?;
    if !succeeded {
        println!("{}", lines.join("\n"));
    }
    let results: Vec<Count> = lines.iter().filter_map(|line| count::libtest(line)).collect();
    // No crate with a library, or none with examples, is no test that passed.
    if succeeded && results.is_empty() {
        return Ok(Count::default());
    }
    Ok(count::program(results, succeeded))
}

/// The sandbox's tests over HTTP, each sandbox with a database of its own on this server.
pub(crate) fn sandbox_on(programs: &[Program], server: &Postgres) -> Result<Count> {
    let mut count = Count::default();
    for program in programs.iter().filter(|program| program.is_of_sandbox()) {
        count.add(run(program, |command| {
            command.env("CARRYOVER_TEST_SERVER", &server.address);
        })?);
    }
    ensure!(count != Count::default(), "the sandbox has no tests");
    Ok(count)
}

/// The window tests, each program on a stage of its own, one test at a time.
pub(crate) fn e2e(programs: &[Program]) -> Result<Count> {
    let mut count = Count::default();
    for program in programs.iter().filter(|program| program.folder == Path::new(WINDOW_TESTS)) {
        let stage = Stage::set()?;
        count.add(run(program, |command| {
            stage.enter(command);
            command.arg("--test-threads=1");
        })?);
    }
    ensure!(count != Count::default(), "there is no window test");
    Ok(count)
}

fn run(program: &Program, prepare: impl FnOnce(&mut Command)) -> Result<Count> {
    let folder = sh::root().join(&program.folder);
    println!("── {} {}", program.folder.display(), program.target);
    let mut command = sh::command(&program.path);
    // As `cargo test` has it.
    command.current_dir(&folder).env("CARGO_MANIFEST_DIR", &folder);
    prepare(&mut command);
    let mut lines = Vec::new();
    let succeeded = sh::each_line(&mut command, |line| {
        println!("{line}");
        lines.extend(count::libtest(line));
    })?;
    Ok(count::program(lines, succeeded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_test_programs_in_cargos_messages() {
        let message = r#"{"reason":"compiler-artifact","manifest_path":"/w/crates/cart/Cargo.toml",
            "target":{"name":"laws"},"profile":{"test":true},"executable":"/w/target/debug/deps/laws-1"}"#;
        let expected =
            Program { folder: "crates/cart".into(), target: "laws".into(), path: "/w/target/debug/deps/laws-1".into() };
        assert_eq!(program(message, Path::new("/w")), Some(expected));
        let library = message.replace("\"test\":true", "\"test\":false");
        assert_eq!(program(&library, Path::new("/w")), None);
        assert_eq!(program("Compiling", Path::new("/w")), None);
    }
}
