//! Laws of the cart that hold for every sequence of changes.

use carryover_cart::{Cart, Limit, Money, MoneyError, ProductId};
use proptest::prelude::*;

fn products() -> impl Strategy<Value = ProductId> {
    (0..6_u8).prop_map(|n| ProductId::new(format!("p{n}")))
}

fn limits() -> impl Strategy<Value = Limit> {
    (0..20_u32, 1..20_u32).prop_map(|(stock, max_per_order)| Limit { stock, max_per_order })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_line_is_above_its_limit(changes in prop::collection::vec((products(), 0..50_u32, limits()), 0..40)) {
        let mut cart = Cart::default();
        for (product, wanted, limit) in changes {
            let outcome = cart.set(&product, wanted, limit);
            prop_assert!(cart.quantity(&product) <= limit.allowed());
            prop_assert_eq!(cart.quantity(&product), outcome.quantity);
            prop_assert_eq!(outcome.reduced, wanted > limit.allowed());
        }
        prop_assert!(cart.lines().all(|(_, quantity)| quantity > 0));
        prop_assert_eq!(cart.items(), cart.lines().map(|(_, quantity)| quantity).sum::<u32>());
    }

    #[test]
    fn setting_the_previous_quantity_undoes(before in prop::collection::vec((products(), 0..5_u32), 0..6), product in products(), wanted in 0..50_u32) {
        let limit = Limit { stock: 40, max_per_order: 40 };
        let mut cart = Cart::from_lines(before);
        let quantities = |cart: &Cart| { let mut all: Vec<_> = cart.lines().map(|(p, q)| (p.clone(), q)).collect(); all.sort(); all };
        let before = quantities(&cart);
        let outcome = cart.set(&product, wanted, limit);
        cart.set(&product, outcome.previous, limit);
        prop_assert_eq!(quantities(&cart), before);
    }

    #[test]
    fn a_sum_is_exact_or_refused(prices in prop::collection::vec(any::<i32>(), 0..20)) {
        let currency = "EUR".parse().expect("a currency");
        let sum = Money::sum(prices.iter().map(|&minor| Money { minor: minor.into(), currency })).expect("fits");
        let expected = prices.iter().map(|&p| i64::from(p)).sum::<i64>();
        prop_assert_eq!(sum.map_or(0, |m| m.minor), expected);
    }
}

#[test]
fn currencies_do_not_mix() {
    let [euro, pound] = ["EUR", "GBP"].map(|code| Money { minor: 1, currency: code.parse().expect("a currency") });
    assert_eq!(euro.plus(pound), Err(MoneyError::MixedCurrencies));
    assert_eq!("eur".parse::<carryover_cart::Currency>(), Err(MoneyError::BadCurrency));
}
