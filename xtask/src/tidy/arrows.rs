//! The arrows of the design: which crate may know which, from `cargo metadata`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use crate::sh;

/// Who may depend on whom in what is shipped.
const ARROWS: &[(&str, &[&str])] = &[
    ("carryover", &["carryover-shop", "carryover-sandbox"]),
    ("carryover-shop", &["carryover-auth", "carryover-cart", "carryover-store"]),
    ("carryover-store", &["carryover-cart"]),
    // Neither is shipped: helpers for tests, and the tests of the whole.
    ("carryover-testkit", &["carryover-auth", "carryover-sandbox", "carryover-shop"]),
    ("carryover-e2e", EVERY),
];

/// What the tests of the whole may look into.
const EVERY: &[&str] = &[
    "carryover-auth",
    "carryover-cart",
    "carryover-sandbox",
    "carryover-shop",
    "carryover-store",
    "carryover-testkit",
];

/// Who may depend on whom in tests, beyond the arrows above.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("carryover", &["carryover-testkit"]),
    ("carryover-auth", &["carryover-sandbox", "carryover-testkit"]),
    ("carryover-sandbox", &["carryover-auth", "carryover-testkit"]),
    ("carryover-shop", &["carryover-testkit"]),
    ("carryover-store", &["carryover-testkit"]),
];

/// Libraries with one home: what begins with the name, the only package that may use it, and why.
const HOMES: &[(&str, &str, &str)] = &[
    ("tauri", "carryover", "only the shell knows the window"),
    ("sqlx", "carryover-store", "only the store writes SQL for SQLite"),
];

/// Crates that must not be in the tree at all.
const BANNED: &[&str] = &["openssl-sys", "openssl", "native-tls"];

/// Holds the workspace to the tables above.
pub(crate) fn check() -> Result<Vec<Finding>> {
    let mut metadata = sh::cargo();
    metadata.args(["metadata", "--format-version=1", "--locked"]);
    let metadata: Value = serde_json::from_str(&sh::output(&mut metadata)?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut findings: Vec<Finding> = packages.iter().filter_map(banned).collect();
    let members = packages.iter().filter(|package| package["source"].is_null());
    findings.extend(members.flat_map(|package| edges(package).into_iter().filter_map(|edge| edge.finding())));
    Ok(findings)
}

fn banned(package: &Value) -> Option<Finding> {
    let name = package["name"].as_str().filter(|name| BANNED.contains(name))?;
    let lock = fs::read_to_string(sh::root().join("Cargo.lock")).unwrap_or_default();
    let line = line_of(&lock, &format!("name = \"{name}\""));
    let say = format!("{name} is in the tree: TLS is rustls. `cargo tree -i {name}` tells who brings it");
    Some(Finding { file: "Cargo.lock".into(), line, say })
}

/// One dependency as a manifest declares it.
struct Edge<'a> {
    manifest: &'a str,
    from: &'a str,
    to: &'a str,
    for_tests: bool,
}

fn edges(package: &Value) -> Vec<Edge<'_>> {
    let text = |value: &'static str| package[value].as_str().unwrap_or_default();
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    dependencies
        .iter()
        .filter_map(|dependency| {
            Some(Edge {
                manifest: text("manifest_path"),
                from: text("name"),
                to: dependency["name"].as_str()?,
                for_tests: dependency["kind"].as_str() == Some("dev"),
            })
        })
        .collect()
}

impl Edge<'_> {
    fn finding(&self) -> Option<Finding> {
        let say = self.wrong()?;
        let manifest = Path::new(self.manifest);
        let line = line_of(&fs::read_to_string(manifest).unwrap_or_default(), self.to);
        let file = manifest.strip_prefix(sh::root()).map_or_else(|_| PathBuf::from(manifest), Path::to_path_buf);
        Some(Finding { file, line, say })
    }

    /// What is wrong with it and what to do; `None` for an arrow that may be.
    fn wrong(&self) -> Option<String> {
        let Self { from, to, for_tests, .. } = *self;
        if to.starts_with("carryover") && !allows(ARROWS, from, to) && !(for_tests && allows(TEST_ARROWS, from, to)) {
            return Some(format!(
                "{from} must not know {to}: move what it needs, or argue for the arrow in xtask/src/tidy/arrows.rs"
            ));
        }
        // Tests may look at what other crates wrote.
        let (_, home, why) = HOMES.iter().find(|(name, ..)| to.starts_with(name))?;
        (from != *home && !for_tests).then(|| format!("{from} must not use {to}: {why}. Move the code to {home}"))
    }
}

fn allows(table: &[(&str, &[&str])], from: &str, to: &str) -> bool {
    table.iter().any(|(name, targets)| *name == from && targets.contains(&to))
}

/// The line, counted from 1, that first holds a text; 1 if none does.
fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.starts_with(part)).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(from: &str, to: &str, for_tests: bool) -> bool {
        Edge { manifest: "", from, to, for_tests }.wrong().is_some()
    }

    #[test]
    fn arrows_point_one_way() {
        assert!(!wrong("carryover-shop", "carryover-auth", false));
        assert!(wrong("carryover-auth", "carryover-shop", false));
        assert!(wrong("carryover-shop", "carryover-sandbox", false));
        assert!(wrong("carryover-sandbox", "carryover-auth", false));
        assert!(!wrong("carryover-sandbox", "carryover-auth", true));
        assert!(wrong("carryover-sandbox", "carryover-shop", true));
    }

    #[test]
    fn the_testkit_serves_tests_only() {
        assert!(!wrong("carryover-shop", "carryover-testkit", true));
        assert!(wrong("carryover-shop", "carryover-testkit", false));
    }

    #[test]
    fn libraries_stay_in_their_home() {
        assert!(!wrong("carryover", "tauri-plugin-log", false));
        assert!(wrong("carryover-shop", "tauri", false));
        assert!(wrong("carryover-shop", "sqlx", false));
        assert!(!wrong("carryover-store", "sqlx", false));
    }
}
