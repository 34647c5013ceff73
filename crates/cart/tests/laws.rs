//! Laws of the cart that hold for every sequence of changes. 10,000 cases each.

use std::collections::{BTreeMap, BTreeSet};

use carryover_cart::{
    Answer, Cart, Change, Currency, Limit, LineNote, Money, MoneyError, Offer, Outcome, PriceChange, ProductId,
    Refusal, RefusalReason, ServerCart, Unavailable,
};
use proptest::prelude::*;

/// What is sold, by product; the rest is not.
type Offers = BTreeMap<ProductId, Offer>;

#[derive(Debug, Clone)]
enum Operation {
    Set(ProductId, u32),
    Add(ProductId, u32),
    Remove(ProductId),
    Clear,
    /// Takes the operation so many steps ago back.
    Undo(usize),
    /// The shop changes what it offers.
    Offer(Offers),
}

fn euro(minor: i64) -> Money {
    Money { minor, currency: "EUR".parse().expect("a currency") }
}

fn products() -> impl Strategy<Value = ProductId> {
    (0..6_u8).prop_map(|n| ProductId::new(format!("p{n}")))
}

fn offers() -> impl Strategy<Value = Offers> {
    let offer = (0..2000_i64, 0..20_u32, 1..20_u32)
        .prop_map(|(minor, stock, max_per_order)| Offer { price: euro(minor), limit: Limit { stock, max_per_order } });
    prop::collection::btree_map(products(), offer, 0..6)
}

fn carts() -> impl Strategy<Value = Cart> {
    prop::collection::vec((products(), 0..30_u32), 0..8).prop_map(Cart::from_quantities)
}

fn operations() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (products(), 0..50_u32).prop_map(|(product, quantity)| Operation::Set(product, quantity)),
        4 => (products(), 0..50_u32).prop_map(|(product, more)| Operation::Add(product, more)),
        2 => products().prop_map(Operation::Remove),
        1 => Just(Operation::Clear),
        2 => (0..5_usize).prop_map(Operation::Undo),
        1 => offers().prop_map(Operation::Offer),
    ]
}

/// Does one of a person's operations; what can't be done changes nothing.
fn operate(cart: &mut Cart, operation: &Operation, offers: &Offers, done: &[Change]) -> Change {
    let offer = |product: &ProductId| offers.get(product).copied();
    let outcome = |outcome: Result<Outcome, Unavailable>| outcome.map_or_else(|_| Change::default(), |o| o.change);
    let change = match operation {
        Operation::Set(product, quantity) => outcome(cart.set(product, *quantity, offer(product))),
        Operation::Add(product, more) => outcome(cart.add(product, *more, offer(product))),
        Operation::Remove(product) => cart.remove(product),
        Operation::Clear => cart.clear(),
        Operation::Undo(ago) => {
            let change = done.iter().rev().nth(*ago).cloned().unwrap_or_default();
            cart.undo(&change, offer).change
        }
        Operation::Offer(_) => Change::default(),
    };
    change.apply(cart);
    change
}

fn allowed(offers: &Offers, product: &ProductId) -> u32 {
    offers.get(product).map_or(0, |offer| offer.limit.allowed())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_operation_puts_a_line_above_its_limit(
        before in carts(),
        mut offers in offers(),
        operations in prop::collection::vec(operations(), 0..40),
    ) {
        let (mut cart, mut done) = (before, Vec::new());
        for operation in operations {
            let was = cart.clone();
            let change = operate(&mut cart, &operation, &offers, &done);
            for line in change.lines() {
                let (before, after) = line.quantities();
                prop_assert!(after <= allowed(&offers, &line.product).max(before), "{line:?}");
                prop_assert_eq!((before, after), (was.quantity(&line.product), cart.quantity(&line.product)));
            }
            prop_assert_eq!(&Change::between(&was, &cart), &change, "it says all that it did");
            let positions: Vec<_> = cart.lines().map(|(_, line)| line.position).collect();
            prop_assert!(positions.is_sorted() && positions.iter().collect::<BTreeSet<_>>().len() == cart.len());
            prop_assert_eq!(cart.items(), cart.quantities().map(|(_, quantity)| quantity).sum::<u32>());
            if !change.is_empty() { done.push(change); }
            if let Operation::Offer(next) = operation { offers = next; }
        }
    }

    #[test]
    fn undo_restores_lines_prices_and_places(
        operations in prop::collection::vec(operations(), 0..20),
        last in operations(),
        offers in offers(),
    ) {
        let mut cart = Cart::default();
        for operation in &operations {
            operate(&mut cart, operation, &offers, &[]);
        }
        let before = cart.clone();
        let change = operate(&mut cart, &last, &offers, &[]);
        let outcome = cart.undo(&change, |product| offers.get(product).copied());
        outcome.change.apply(&mut cart);
        prop_assert_eq!(&cart, &before);
        prop_assert!(!outcome.reduced);
        // And undoing the undo does it again.
        let mut again = before.clone();
        change.apply(&mut again);
        cart.undo(&outcome.change, |product| offers.get(product).copied()).change.apply(&mut cart);
        prop_assert_eq!(&cart, &again);
    }

    #[test]
    fn a_difference_applied_gives_the_other_cart(from in carts(), to in carts()) {
        let change = Change::between(&from, &to);
        let mut cart = from.clone();
        change.apply(&mut cart);
        prop_assert_eq!(&cart, &to);
        change.inverse().apply(&mut cart);
        prop_assert_eq!(&cart, &from);
        prop_assert_eq!(change.is_empty(), from == to);
        let changed: BTreeSet<_> = change.lines().iter().map(|line| &line.product).collect();
        prop_assert_eq!(changed.len(), change.lines().len(), "one change for each product");
    }

    #[test]
    fn an_answer_counts_for_all_but_what_changed_since(
        local in carts(),
        server in prop::collection::btree_map(products(), 1..30_u32, 0..6),
        pending in prop::collection::btree_set(products(), 0..4),
        refused in prop::collection::btree_set(products(), 0..3),
    ) {
        let refusal = |product_id| Refusal { product_id, reason: RefusalReason::OverLimit };
        let answer = Answer {
            cart: ServerCart { version: 1, lines: server.clone() },
            refused: refused.iter().cloned().map(refusal).collect(),
        };
        let accepted = answer.accept(&local, &pending);
        let mut cart = local.clone();
        accepted.change.apply(&mut cart);
        for product in (0..6).map(|n| ProductId::new(format!("p{n}"))) {
            let (here, there) = (local.quantity(&product), server.get(&product).copied().unwrap_or(0));
            let expected = if pending.contains(&product) { here } else { there };
            prop_assert_eq!(cart.quantity(&product), expected);
            let noted = accepted.notes.iter().filter(|note| *note.product() == product).count();
            prop_assert_eq!(noted == 1, here > 0 && here != expected, "told exactly when what is seen is overridden");
        }
        let blamed = |note: &LineNote| matches!(note, LineNote::Reduced { .. } | LineNote::Unavailable { .. });
        prop_assert!(accepted.notes.iter().all(|note| blamed(note) == refused.contains(note.product())));
        let old = local.lines().filter(|(product, _)| cart.line(product).is_some());
        prop_assert!(old.map(|(product, line)| (line.position, cart.line(product).map(|line| line.position)))
            .all(|(was, is)| is == Some(was)), "lines stay where they are");
    }

    #[test]
    fn what_is_written_is_read_again(operations in prop::collection::vec(operations(), 0..20), offers in offers()) {
        let mut cart = Cart::default();
        for operation in &operations {
            operate(&mut cart, operation, &offers, &[]);
        }
        let json = serde_json::to_string(&cart).expect("writes");
        prop_assert_eq!(serde_json::from_str::<Cart>(&json).expect("reads"), cart);
    }

    #[test]
    fn a_sum_is_exact_or_refused(prices in prop::collection::vec(any::<i64>(), 0..20)) {
        let sum = Money::sum(prices.iter().copied().map(euro));
        let partial = prices.iter().scan(0_i128, |sum, price| { *sum += i128::from(*price); Some(*sum) });
        if partial.clone().all(|sum| i64::try_from(sum).is_ok()) {
            let expected = partial.last().map(|sum| euro(i64::try_from(sum).expect("fits")));
            prop_assert_eq!(sum, Ok(expected));
        } else {
            prop_assert_eq!(sum, Err(MoneyError::Overflow));
        }
    }
}

#[test]
fn currencies_do_not_mix() {
    let pound = Money { minor: 1, currency: "GBP".parse().expect("a currency") };
    assert_eq!(euro(1).plus(pound), Err(MoneyError::MixedCurrencies));
    assert_eq!("eur".parse::<Currency>(), Err(MoneyError::BadCurrency));
    assert_eq!(PriceChange::between(Some(pound), euro(1)), PriceChange::OtherCurrency { seen: pound });
}

#[test]
fn a_price_is_compared_to_the_one_that_was_seen() -> Result<(), Unavailable> {
    let product = ProductId::new("teapot");
    let offer = |minor| Offer { price: euro(minor), limit: Limit { stock: 9, max_per_order: 9 } };
    let mut cart = Cart::default();
    cart.set(&product, 2, Some(offer(300)))?.change.apply(&mut cart);
    let seen = |cart: &Cart| cart.line(&product).and_then(|line| line.seen);
    assert_eq!(PriceChange::between(seen(&cart), euro(250)), PriceChange::Lower { seen: euro(300) });
    assert_eq!(PriceChange::between(seen(&cart), euro(350)).seen(), Some(euro(300)));
    cart.set(&product, 2, Some(offer(350)))?.change.apply(&mut cart);
    assert_eq!(seen(&cart), Some(euro(300)), "asking for what there is touches nothing");
    cart.add(&product, 1, Some(offer(350)))?.change.apply(&mut cart);
    assert_eq!(PriceChange::between(seen(&cart), euro(350)), PriceChange::None);
    Ok(())
}

#[test]
fn what_is_not_sold_goes_out_and_not_in_and_costs_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let [teapot, lamp] = ["teapot", "lamp"].map(ProductId::new);
    let mut cart = Cart::from_quantities([(teapot.clone(), 3), (lamp.clone(), 1)]);
    assert_eq!(cart.set(&teapot, 4, None), Err(Unavailable));
    cart.set(&teapot, 2, None)?.change.apply(&mut cart);
    let sold = |product: &ProductId| {
        (*product == lamp).then_some(Offer { price: euro(500), limit: Limit { stock: 2, max_per_order: 2 } })
    };
    let totals = cart.totals(sold)?;
    assert_eq!((totals.items, totals.price, totals.unavailable), (3, Some(euro(500)), 1));
    let gone = cart.remove(&teapot);
    gone.apply(&mut cart);
    let outcome = cart.undo(&gone, sold);
    assert!(outcome.reduced && outcome.change.is_empty(), "it could not be put back");
    Ok(())
}

#[test]
fn a_later_form_is_refused_by_its_version_and_damage_by_its_place() {
    let later = serde_json::from_str::<Cart>(r#"{"version": 2, "shelves": {}}"#).expect_err("not known");
    assert!(later.to_string().contains("version 2"), "{later}");
    let none = r#"{"version": 1, "lines": [{"product_id": "teapot", "quantity": 0, "position": 0}]}"#;
    assert!(serde_json::from_str::<Cart>(none).is_err(), "there is no line of none");
    let first = r#"{"version":1,"lines":[{"product_id":"teapot","quantity":2,"position":7}]}"#;
    let cart: Cart = serde_json::from_str(first).expect("the first version");
    assert_eq!(serde_json::to_string(&cart).expect("writes"), first);
}
