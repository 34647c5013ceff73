//! Building the app.

use std::process::Command;

use anyhow::Result;

use crate::sh;

/// Builds the app, and the bare window it is measured beside.
///
/// Cargo unites the features of all that a call selects. The whole workspace and one target that sees the
/// dev-dependencies (the example) give the same features as building the tests does, so that `run`, `test` and
/// `bench` share every dependency; with `--package carryover` Tauri and others would be built again.
pub(crate) fn build(release: bool) -> Result<()> {
    let mut build = command();
    build.args(["--bin=carryover", "--example=bare_window"]);
    if release {
        build.arg("--release");
    }
    sh::succeed(&mut build)
}

/// `cargo build` with the selection that all builds here share.
pub(crate) fn command() -> Command {
    let mut build = sh::cargo();
    build.args(["build", "--workspace"]);
    build
}
