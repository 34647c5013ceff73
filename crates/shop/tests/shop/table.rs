//! The table in `docs/upgrade.md`: every way in has every outcome, each with tests that exist or a reason why there are none.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};

const WAYS: [&str; 12] = [
    "Upgrade by a code in a mail",
    "Upgrade by the link in a mail",
    "Upgrade by a code in a text message",
    "Upgrade by a provider",
    "Sign-in by a code",
    "Sign-in by a password",
    "Sign-in by a provider",
    "Hand-off: merge",
    "Hand-off: keep the account's",
    "Hand-off: keep the guest's",
    "Hand-off: nothing to decide",
    "Check-out",
];
const OUTCOMES: [&str; 8] =
    ["success", "wrong code", "expired", "already taken", "denied", "offline", "cancel", "crash"];

/// A row of the page: an outcome, what comes of it, and the tests that show it.
struct Row<'a> {
    outcome: &'a str,
    comes: &'a str,
    tests: Vec<&'a str>,
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> Result<String> {
    fs::read_to_string(crates().join("../docs/upgrade.md")).context("docs/upgrade.md")
}

/// The rows below the heading of a way.
fn rows<'a>(page: &'a str, way: &str) -> Result<Vec<Row<'a>>> {
    let (_, below) = page.split_once(&format!("\n### {way}\n")).with_context(|| format!("no table for {way}"))?;
    let table = below.lines().take_while(|line| line.starts_with('|')).skip(2);
    table
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let &["", outcome, comes, tests, ""] = cells.as_slice() else { bail!("three columns: {line}") };
            Ok(Row { outcome, comes, tests: names(tests).collect() })
        })
        .collect()
}

/// What stands in backticks and names a test.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|code| code.contains("::"))
}

#[test]
fn every_way_in_has_every_outcome_with_a_test_or_a_reason() -> Result<()> {
    let page = page()?;
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(headings, WAYS);
    for way in WAYS {
        let rows = rows(&page, way)?;
        let outcomes: Vec<_> = rows.iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes, OUTCOMES, "{way}");
        for Row { outcome, comes, tests } in rows {
            let reason = comes.strip_prefix("— ").is_some_and(|reason| reason.len() > 10);
            ensure!(
                reason || (!tests.is_empty() && !comes.is_empty()),
                "{way}, {outcome}: neither a test nor a reason"
            );
        }
    }
    Ok(())
}

#[test]
fn every_test_that_the_page_names_exists() -> Result<()> {
    let (page, written) = (page()?, written()?);
    let missing: BTreeSet<_> = names(&page).filter(|name| !written.contains(*name)).collect();
    assert!(missing.is_empty(), "not found: {missing:?}");
    let unnamed: Vec<_> =
        written.iter().filter(|name| name.starts_with("ways::") && !page.contains(&format!("`{name}`"))).collect();
    assert!(unnamed.is_empty(), "in no cell: {unnamed:?}");
    Ok(())
}

#[test]
fn the_page_counts_what_is_there() -> Result<()> {
    let page = page()?;
    let tests = crates().join("cart/tests");
    let read = |file: &str| fs::read_to_string(tests.join(file)).with_context(|| file.to_owned());
    // The first row names the columns.
    let cases = read("conformance/table.md")?.lines().filter(|line| line.starts_with("| ")).count() - 1;
    let bugs = read("known_bugs.rs")?.lines().filter(|line| *line == "#[test]").count();
    ensure!(page.contains(&format!(": {cases} cases with their sources")), "{cases} cases");
    ensure!(page.contains(&format!("| {bugs} bugs of other shops")), "{bugs} bugs");
    Ok(())
}

/// All tests below the folders that the page speaks of, as it names them.
fn written() -> Result<BTreeSet<String>> {
    let mut written = BTreeSet::new();
    for (folder, prefix) in [
        ("shop/tests/shop", ""),
        ("shop/tests/crash", ""),
        ("auth/tests/checklist", ""),
        ("sandbox/tests/hand_off", "hand_off::"),
        ("sandbox/tests/orders", "orders::"),
    ] {
        collect(&crates().join(folder), prefix, &mut written)?;
    }
    Ok(written)
}

fn collect(folder: &Path, prefix: &str, written: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).context("a name")?;
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}::"), written)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path)?;
            written.extend(tests(&source).map(|test| format!("{prefix}{name}::{test}")));
        }
    }
    Ok(())
}

/// Functions that are tests: the line before says so.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.lines().zip(source.lines().skip(1));
    let tests = lines.filter(|(before, _)| before.starts_with("#[test]") || before.starts_with("#[tokio::test"));
    tests.filter_map(|(_, line)| line.split_once("fn ")?.1.split_once('(').map(|(name, _)| name))
}
