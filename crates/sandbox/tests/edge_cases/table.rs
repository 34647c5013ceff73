//! The table in `docs/sandbox.md` tells what is tested, and nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};

/// How many edge cases there are.
const CASES: usize = 70;

#[test]
fn the_table_names_every_test_of_a_case_and_every_case_has_one_or_a_reason() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(folder.join("../../docs/sandbox.md")).context("docs/sandbox.md")?;
    let mut written = BTreeSet::new();
    for entry in fs::read_dir(folder.join("tests/edge_cases"))? {
        written.extend(tests(&fs::read_to_string(entry?.path())?));
    }
    let told: BTreeSet<_> = names(&page).map(str::to_owned).collect();
    let difference: Vec<_> = written.symmetric_difference(&told).collect();
    assert!(difference.is_empty(), "in the tests or in the table only: {difference:?}");
    for case in 1..=CASES {
        let start = format!("| {case} |");
        let row =
            page.lines().find(|line| line.starts_with(&start)).with_context(|| format!("no row for case {case}"))?;
        let in_row: Vec<_> = names(row).collect();
        let numbered = in_row.iter().all(|name| name.split('_').any(|part| part.parse() == Ok(case)));
        assert!(numbered, "a test of another case: {row}");
        assert!(!in_row.is_empty() || row.contains("not in scope: "), "neither a test nor a reason: {row}");
    }
    Ok(())
}

/// Names of tests of cases.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.strip_prefix("case_").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

/// Those that a file of tests defines.
fn tests(source: &str) -> impl Iterator<Item = String> {
    let defined = source.lines().filter_map(|line| line.split_once("fn case_")?.1.split_once('('));
    defined.filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_digit())).map(|(name, _)| format!("case_{name}"))
}
