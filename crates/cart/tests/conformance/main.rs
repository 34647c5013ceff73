//! What other systems make of two carts, reproduced by answers alone: each row of `table.md`.

mod systems;

use std::collections::{BTreeMap, BTreeSet};

use carryover_cart::{Cart, Limit, Money, Offer, ProductId, merge::Plan};
use systems::SYSTEMS;

const TABLE: &str = include_str!("table.md");
/// The least that the table has to hold.
const LEAST: usize = 60;
const PLENTY: u32 = 100;

/// A row of the table.
struct Case<'a> {
    line: usize,
    system: &'a str,
    account: &'a str,
    guest: &'a str,
    stock: &'a str,
    result: &'a str,
    source: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let rows = TABLE.lines().enumerate().filter(|(_, row)| row.starts_with("| "));
    let case = |(index, row): (usize, &'static str)| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let &["", system, account, guest, stock, result, source, ""] = &cells[..] else { panic!("six columns: {row}") };
        Case { line: index + 1, system, account, guest, stock, result, source }
    };
    // The first one names the columns.
    rows.skip(1).map(case).collect()
}

/// The pieces of each product in `2 a, 1+3 b`.
fn pieces(text: &str) -> Vec<(ProductId, Vec<u32>)> {
    let entries = text.split(", ").filter(|entry| !entry.is_empty() && *entry != "-");
    let piece = |piece: &str| piece.parse().expect("a quantity");
    entries
        .map(|entry| entry.split_once(' ').expect("a quantity and a product"))
        .map(|(pieces, product)| (ProductId::new(product), pieces.split('+').map(piece).collect()))
        .collect()
}

fn cart(text: &str) -> Cart {
    Cart::from_quantities(pieces(text).into_iter().map(|(product, pieces)| (product, pieces.iter().sum())))
}

#[test]
fn every_row_is_what_the_engine_makes_of_it() {
    let cases = cases();
    for case in &cases {
        let (_, system) = SYSTEMS.iter().find(|(name, _)| *name == case.system).expect("a known system");
        let (account, guest, stock) = (cart(case.account), cart(case.guest), cart(case.stock));
        let offer = |product: &ProductId| {
            let price = Money { minor: 100, currency: "EUR".parse().expect("a currency") };
            let stock = stock.line(product).map_or(PLENTY, |line| line.quantity.get());
            Some(Offer { price, limit: Limit { stock, max_per_order: PLENTY } })
        };
        let plan = Plan::new(&guest, &account, &system(&guest, &account), offer);
        let lines = plan.lines.iter().filter(|line| line.result > 0);
        let planned: BTreeMap<_, _> = lines.map(|line| (line.product.clone(), line.pieces())).collect();
        let expected: BTreeMap<_, _> = pieces(case.result).into_iter().collect();
        assert_eq!(planned, expected, "table.md, line {}: {}", case.line, case.system);
    }
    println!("{} merge cases of {} systems and modes", cases.len(), SYSTEMS.len());
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
}

#[test]
fn no_row_stands_twice_and_each_has_a_source_that_is_listed() {
    let cases = cases();
    let (_, sources) = TABLE.split_once("## Sources").expect("a list of sources");
    let mut seen = BTreeSet::new();
    for case in &cases {
        assert!(seen.insert((case.system, case.account, case.guest, case.stock)), "line {}: again", case.line);
        let key = case.source.strip_prefix('[').and_then(|rest| rest.split_once(']')).expect("a source").0;
        let words: BTreeSet<_> = sources.split(|c: char| !c.is_alphanumeric()).collect();
        assert!(words.contains(key), "line {}: {key} is not in the list", case.line);
    }
    for (name, _) in SYSTEMS {
        assert!(cases.iter().any(|case| case.system == *name), "{name} has no row");
    }
}
