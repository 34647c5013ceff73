//! cargo-deny: licences, bans and sources always; advisories where their database can be fetched.

use std::path::PathBuf;

use anyhow::Result;

use super::count::Count;
use crate::sh;

/// The cargo-deny that is there: the one on the path, else the one built into `target/tools`.
pub(crate) fn find() -> Option<PathBuf> {
    if sh::on_path("cargo-deny") {
        return Some("cargo-deny".into());
    }
    let own = tools().join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    own.is_file().then_some(own)
}

fn tools() -> PathBuf {
    sh::target().join("tools")
}

/// Builds it once. Barely optimised, which halves the time and is fast enough for one tree.
pub(crate) fn ensure() -> Result<&'static str> {
    if find().is_some() {
        return Ok("cargo-deny is there");
    }
    println!("    Building cargo-deny into target/tools (some two minutes, once)");
    let mut install = sh::cargo();
    install.args(["install", "--locked", "--quiet", "cargo-deny", "--version", "^0.20", "--root"]).arg(tools());
    install
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env_remove("CARGO_TARGET_DIR");
    sh::succeed(&mut install)?;
    Ok("cargo-deny installed")
}

/// Runs the checks.
pub(crate) fn check() -> Result<Count> {
    ensure()?;
    let program = find().unwrap_or_default();
    let mut count = Count::default();
    for what in ["licenses", "bans", "sources"] {
        let mut check = sh::command(&program);
        check.args(["--locked", "--log-level=error", "check", "--hide-inclusion-graph", what]);
        count.add(Count::one(check.status()?.success()));
    }
    if sh::succeeds(sh::command(&program).args(["--locked", "fetch", "db"])) {
        let mut check = sh::command(&program);
        check.args(["--locked", "check", "--disable-fetch", "advisories"]);
        count.add(Count::one(check.status()?.success()));
    } else {
        println!("advisories skipped: their database could not be fetched");
        count.add(Count::skipped());
    }
    Ok(count)
}
