//! The table in `docs/auth-client.md` tells what is tested, and nothing else.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../../docs/auth-client.md");
const TESTS: [&str; 10] = [
    include_str!("crypto.rs"),
    include_str!("events.rs"),
    include_str!("identity.rs"),
    include_str!("oauth.rs"),
    include_str!("parity.rs"),
    include_str!("privacy.rs"),
    include_str!("processes.rs"),
    include_str!("refresh.rs"),
    include_str!("sign_out.rs"),
    include_str!("startup.rs"),
];
const MORE_TESTS: [&str; 3] = [include_str!("truth.rs"), include_str!("truth_upgrade.rs"), include_str!("upgrade.rs")];

#[test]
fn the_table_names_every_test_of_an_item_and_every_item_has_one() {
    let sources = TESTS.iter().chain(&MORE_TESTS);
    let written: BTreeSet<_> = sources.flat_map(|source| names(source)).collect();
    let told: BTreeSet<_> = names(TABLE).collect();
    let difference: Vec<_> = written.symmetric_difference(&told).collect();
    assert!(difference.is_empty(), "in the tests or in the table only: {difference:?}");
    for item in 1..=55 {
        assert!(written.iter().any(|name| name.starts_with(&format!("item_{item:02}_"))), "item {item} has no test");
    }
}

/// Names of tests of items, wherever they stand.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.strip_prefix("item_").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}
