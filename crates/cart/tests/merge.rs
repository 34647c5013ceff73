//! Laws of the merge that hold for every two carts, every answer and every offer. 10,000 cases each.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
};

use carryover_cart::{
    Cart, Limit, Line, Money, Offer, ProductId,
    merge::{Absence, Answer, Bound, ByHand, Decision, LeftOutBy, Plan, PlanLine, Reason, Rule, Rules, Settlement},
};
use proptest::prelude::*;

/// What is sold, by product; the rest is not.
type Offers = BTreeMap<ProductId, Offer>;

fn money() -> impl Strategy<Value = Money> {
    let currency = prop_oneof![9 => Just("EUR"), 1 => Just("GBP")];
    (0..4_i64, currency).prop_map(|(minor, code)| Money { minor, currency: code.parse().expect("a currency") })
}

fn products() -> impl Strategy<Value = ProductId> {
    (0..8_u8).prop_map(|n| ProductId::new(format!("p{n}")))
}

/// Small ones, so that they meet limits and each other, and now and then one at the end of the numbers.
fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![20 => 0..12_u32, 1 => Just(u32::MAX)]
}

fn offers() -> impl Strategy<Value = Offers> {
    let offer = (money(), counts(), counts())
        .prop_map(|(price, stock, max_per_order)| Offer { price, limit: Limit { stock, max_per_order } });
    prop::collection::btree_map(products(), offer, 0..8)
}

fn carts() -> impl Strategy<Value = Cart> {
    let position = prop_oneof![20 => 0..20_u64, 1 => u64::MAX - 20..u64::MAX - 10];
    let line = (counts(), prop::option::of(money()), position);
    prop::collection::vec((products(), line), 0..8).prop_map(|lines| {
        let line = |(product, (quantity, seen, position))| {
            Some((product, Line { quantity: NonZeroU32::new(quantity)?, seen, position }))
        };
        lines.into_iter().filter_map(line).collect()
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    prop::sample::select(vec![Rule::Sum, Rule::Larger, Rule::Guest, Rule::Account, Rule::Separate])
}

fn merges() -> impl Strategy<Value = Rules> {
    let by_hand = prop_oneof![3 => rules().prop_map(ByHand::Rule), 1 => Just(ByHand::LeaveOut)];
    (rules(), prop::collection::btree_map(products(), by_hand, 0..4))
        .prop_map(|(both, by_hand)| Rules { both, by_hand })
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![1 => Just(Answer::KeepAccount), 1 => Just(Answer::KeepGuest), 4 => merges().prop_map(Answer::Merge)]
}

fn plan(guest: &Cart, account: &Cart, answer: &Answer, offers: &Offers) -> Plan {
    Plan::new(guest, account, answer, |product| offers.get(product).copied())
}

fn merge(rule: Rule) -> Answer {
    Answer::Merge(Rules { both: rule, ..Rules::default() })
}

fn allowed(offers: &Offers, product: &ProductId) -> u32 {
    offers.get(product).map_or(0, |offer| offer.limit.allowed())
}

fn held(cart: &Cart) -> BTreeMap<ProductId, u32> {
    cart.quantities().map(|(product, quantity)| (product.clone(), quantity)).collect()
}

/// A cart as it may be held today.
fn within(cart: &Cart, offers: &Offers) -> BTreeMap<ProductId, u32> {
    let mut held = held(cart);
    held.retain(|product, quantity| {
        *quantity = (*quantity).min(allowed(offers, product));
        *quantity > 0
    });
    held
}

/// The same lines at other places.
fn reordered(cart: &Cart, by: usize) -> Cart {
    let mut lines: Vec<_> = cart.lines().map(|(product, line)| (product.clone(), line)).collect();
    lines.reverse();
    let middle = by % lines.len().max(1);
    lines.rotate_left(middle);
    (0..).zip(lines).map(|(position, (product, line))| (product, Line { position, ..line })).collect()
}

fn by_product(plan: &Plan) -> BTreeMap<&ProductId, (u32, Vec<u32>, &[Reason])> {
    plan.lines.iter().map(|line| (&line.product, (line.result, line.pieces(), &line.reasons[..]))).collect()
}

/// What the words of the rules say, written a second time and without regard to speed.
fn expected(line: &PlanLine, answer: &Answer) -> (u32, Reason) {
    let (guest, account) = (line.guest, line.account);
    let left_out = |by| (0, Reason::LeftOut { by });
    let rule = match answer {
        Answer::KeepAccount if account == 0 => return left_out(LeftOutBy::Answer),
        Answer::KeepGuest if guest == 0 => return left_out(LeftOutBy::Answer),
        Answer::KeepAccount => Rule::Account,
        Answer::KeepGuest => Rule::Guest,
        Answer::Merge(rules) => match rules.by_hand.get(&line.product) {
            Some(ByHand::LeaveOut) => return left_out(LeftOutBy::Hand),
            Some(ByHand::Rule(rule)) => *rule,
            None => rules.both,
        },
    };
    if guest == 0 {
        return (account, Reason::OnlyAccount);
    }
    if account == 0 {
        return (guest, Reason::OnlyGuest);
    }
    match rule {
        Rule::Sum => (guest.saturating_add(account), Reason::Summed),
        Rule::Separate => (guest.saturating_add(account), Reason::KeptSeparate),
        Rule::Larger | Rule::Guest | Rule::Account if guest == account => (guest, Reason::Same),
        Rule::Larger => (guest.max(account), Reason::LargerTaken),
        Rule::Guest => (guest, Reason::GuestTaken),
        Rule::Account => (account, Reason::AccountTaken),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn limits_hold_and_the_result_is_what_the_lines_say(
        guest in carts(), account in carts(), answer in answers(), offers in offers(),
    ) {
        let plan = plan(&guest, &account, &answer, &offers);
        for line in &plan.lines {
            prop_assert!(line.result <= allowed(&offers, &line.product), "{line:?}");
            let pieces = line.pieces();
            prop_assert_eq!(pieces.iter().sum::<u32>(), line.result);
            prop_assert!(pieces.iter().all(|piece| *piece > 0) && pieces.len() <= 2);
        }
        let quantities: BTreeMap<_, _> = plan.quantities().map(|(product, quantity)| (product.clone(), quantity)).collect();
        prop_assert_eq!(quantities.len(), plan.quantities().count());
        prop_assert!(quantities.values().all(|quantity| *quantity > 0));
        prop_assert_eq!(&held(&plan.result()), &quantities, "what is previewed is what will be held");
        prop_assert_eq!(plan.result().len(), plan.result().lines().count(), "every line has a place");
        let totals = plan.result().totals(|product| offers.get(product).copied());
        // Which of two errors is met first depends on the order, and that may differ where a cart is kept as it is.
        prop_assert_eq!(plan.totals().ok(), totals.ok());
    }

    #[test]
    fn nothing_vanishes_without_a_reason(
        guest in carts(), account in carts(), answer in answers(), offers in offers(),
    ) {
        let plan = plan(&guest, &account, &answer, &offers);
        let planned: BTreeSet<_> = plan.lines.iter().map(|line| &line.product).collect();
        let all: BTreeSet<_> = guest.quantities().chain(account.quantities()).map(|(product, _)| product).collect();
        prop_assert_eq!(planned.len(), plan.lines.len(), "each product once");
        prop_assert_eq!(planned, all);
        for line in &plan.lines {
            prop_assert_eq!((line.guest, line.account), (guest.quantity(&line.product), account.quantity(&line.product)));
            let (wanted, first) = expected(line, &answer);
            prop_assert_eq!(line.reasons.first(), Some(&first));
            let allowed = allowed(&offers, &line.product);
            let reduced = line.reasons.iter().any(|reason| matches!(reason,
                Reason::Reduced { wanted: w, allowed: a, .. } if (*w, *a) == (wanted, allowed)));
            let unavailable = line.reasons.iter().any(|reason| matches!(reason,
                Reason::Unavailable { wanted: w, .. } if *w == wanted));
            prop_assert_eq!(line.result, wanted.min(allowed), "as much as may be, never the whole line for its surplus");
            prop_assert_eq!(reduced, allowed > 0 && wanted > allowed);
            prop_assert_eq!(unavailable, allowed == 0 && wanted > 0);
            prop_assert!(line.reasons.len() <= 3);
        }
    }

    #[test]
    fn a_price_is_told_exactly_when_another_one_was_seen(
        guest in carts(), account in carts(), rules in merges(), offers in offers(),
    ) {
        let plan = plan(&guest, &account, &Answer::Merge(rules), &offers);
        let result = plan.result();
        for line in &plan.lines {
            let seen = |cart: &Cart| cart.line(&line.product).and_then(|line| line.seen);
            let seen = seen(&guest).or(seen(&account));
            let now = offers.get(&line.product).map(|offer| offer.price);
            let told = seen.zip(now).filter(|(seen, now)| line.result > 0 && seen != now);
            let said = line.reasons.iter().find_map(|reason| match reason {
                Reason::Repriced { seen, now } => Some((*seen, *now)),
                _ => None,
            });
            prop_assert_eq!(said, told);
            if line.result > 0 {
                prop_assert_eq!(result.line(&line.product).and_then(|line| line.seen), seen, "the cart remembers it");
            }
        }
    }

    #[test]
    fn an_empty_cart_changes_nothing(cart in carts(), rule in rules(), offers in offers()) {
        let empty = Cart::default();
        let expected = within(&cart, &offers);
        for (guest, account) in [(&cart, &empty), (&empty, &cart)] {
            let plan = plan(guest, account, &merge(rule), &offers);
            prop_assert_eq!(&held(&plan.result()), &expected);
            let order: Vec<_> = plan.lines.iter().map(|line| &line.product).collect();
            prop_assert_eq!(order, cart.quantities().map(|(product, _)| product).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter(
        guest in carts(), account in carts(), answer in answers(), offers in offers(), by in 0..8_usize,
    ) {
        let (other_guest, other_account) = (reordered(&guest, by), reordered(&account, by / 2));
        let (one, other) = (
            plan(&guest, &account, &answer, &offers),
            plan(&other_guest, &other_account, &answer, &offers),
        );
        prop_assert_eq!(by_product(&one), by_product(&other));
    }

    #[test]
    fn sum_and_larger_are_symmetric(guest in carts(), account in carts(), offers in offers()) {
        for rule in [Rule::Sum, Rule::Larger] {
            let (one, other) = (
                plan(&guest, &account, &merge(rule), &offers),
                plan(&account, &guest, &merge(rule), &offers),
            );
            prop_assert_eq!(held(&one.result()), held(&other.result()));
        }
    }

    #[test]
    fn the_cart_that_is_kept_is_kept_exactly(guest in carts(), account in carts(), offers in offers()) {
        for (answer, kept, other) in [(Answer::KeepAccount, &account, &guest), (Answer::KeepGuest, &guest, &account)] {
            let expected: Cart = kept.lines().filter_map(|(product, line)| {
                let quantity = NonZeroU32::new(line.quantity.get().min(allowed(&offers, product)))?;
                let seen = line.seen.or(other.line(product).and_then(|line| line.seen));
                Some((product.clone(), Line { quantity, seen, ..line }))
            }).collect();
            let result = plan(&guest, &account, &answer, &offers).result();
            prop_assert_eq!(result, expected, "quantities, prices and places");
        }
    }

    #[test]
    fn the_account_comes_first_and_then_what_is_only_the_guests(
        guest in carts(), account in carts(), rules in merges(), offers in offers(),
    ) {
        let plan = plan(&guest, &account, &Answer::Merge(rules), &offers);
        let own = guest.quantities().filter(|(product, _)| account.quantity(product) == 0);
        let order: Vec<_> = account.quantities().chain(own).map(|(product, _)| product.clone()).collect();
        prop_assert_eq!(plan.lines.iter().map(|line| line.product.clone()).collect::<Vec<_>>(), order.clone());
        let result = plan.result();
        let shown: Vec<_> = result.quantities().map(|(product, _)| product.clone()).collect();
        prop_assert_eq!(&shown, &order.into_iter().filter(|product| shown.contains(product)).collect::<Vec<_>>());
    }

    #[test]
    fn merging_the_result_again_under_larger_changes_nothing(guest in carts(), account in carts(), offers in offers()) {
        let larger = merge(Rule::Larger);
        let result = plan(&guest, &account, &larger, &offers).result();
        for (guest, account) in [(&result, &account), (&guest, &result), (&result, &result)] {
            prop_assert_eq!(held(&plan(guest, account, &larger, &offers).result()), held(&result));
        }
    }

    #[test]
    fn what_need_not_be_asked_loses_nothing(
        guest in carts(), other in carts(), offers in offers(), same in any::<bool>(), by in 0..8_usize,
    ) {
        // Two carts are seldom equal by themselves.
        let account = if same { reordered(&guest, by) } else { other };
        match Decision::between(&guest, &account) {
            Decision::Ask => {
                prop_assert!(!guest.is_empty() && !account.is_empty());
                prop_assert_ne!(held(&guest), held(&account));
            }
            Decision::Settled(settlement) => {
                let settled = plan(&guest, &account, &settlement.answer(), &offers);
                let larger = plan(&guest, &account, &merge(Rule::Larger), &offers);
                prop_assert_eq!(held(&settled.result()), held(&larger.result()));
                let left_out = |line: &PlanLine| matches!(line.reasons[0], Reason::LeftOut { .. });
                prop_assert!(!settled.lines.iter().any(left_out));
            }
        }
    }

    #[test]
    fn an_answer_and_its_reasons_are_read_as_they_were_written(
        guest in carts(), account in carts(), answer in answers(), offers in offers(),
    ) {
        let json = serde_json::to_value(&answer).expect("writes");
        prop_assert_eq!(json["answer"].as_str(), Some(answer.code()), "one word for the server and the journal");
        prop_assert_eq!(&serde_json::from_value::<Answer>(json).expect("reads"), &answer);
        for line in plan(&guest, &account, &answer, &offers).lines {
            let json = serde_json::to_string(&line.reasons).expect("writes");
            prop_assert_eq!(serde_json::from_str::<Vec<Reason>>(&json).expect("reads"), line.reasons);
        }
    }
}

#[test]
fn the_written_form_is_this_one() {
    let hand = [("lamp", ByHand::LeaveOut), ("teapot", ByHand::Rule(Rule::Larger))];
    let by_hand = hand.map(|(product, by_hand)| (ProductId::new(product), by_hand)).into();
    let answer = Answer::Merge(Rules { both: Rule::Sum, by_hand });
    let json = r#"{"answer":"merge","both":"sum","by_hand":{"lamp":"leave_out","teapot":"larger"}}"#;
    assert_eq!(serde_json::to_string(&answer).expect("writes"), json);
    assert_eq!(serde_json::to_string(&Answer::KeepGuest).expect("writes"), r#"{"answer":"keep_guest"}"#);
    assert_eq!(serde_json::from_str::<Answer>(r#"{"answer":"merge"}"#).expect("reads"), merge(Rule::Sum));
    for unknown in
        [r#"{"answer":"merge","both":"newest"}"#, r#"{"answer":"merge","by_head":{}}"#, r#"{"answer":"ask"}"#]
    {
        assert!(serde_json::from_str::<Answer>(unknown).is_err(), "not silently something else: {unknown}");
    }
    let reason = Reason::Reduced { wanted: 5, allowed: 4, by: Bound::MaxPerOrder };
    let json = r#"{"code":"reduced","wanted":5,"allowed":4,"by":"max_per_order"}"#;
    assert_eq!(serde_json::to_string(&reason).expect("writes"), json);
    assert_eq!(serde_json::to_string(&Settlement::GuestEmpty).expect("writes"), r#""guest_empty""#);
}

#[test]
fn each_limit_is_named() {
    let product = ProductId::new("teapot");
    let cart = |quantity| Cart::from_quantities([(product.clone(), quantity)]);
    let reason = |stock, max_per_order| {
        let price = Money { minor: 300, currency: "EUR".parse().expect("a currency") };
        let offer = Offer { price, limit: Limit { stock, max_per_order } };
        plan(&cart(2000), &cart(500), &merge(Rule::Sum), &Offers::from([(product.clone(), offer)])).lines[0].reasons[1]
    };
    let reduced = |allowed, by| Reason::Reduced { wanted: 2500, allowed, by };
    assert_eq!(reason(4, 9), reduced(4, Bound::Stock));
    assert_eq!(reason(9, 4), reduced(4, Bound::MaxPerOrder));
    assert_eq!(reason(4, 4), reduced(4, Bound::MaxPerOrder), "more in stock would not help");
    assert_eq!(reason(5000, 4000), reduced(999, Bound::MaxPerOrder), "no line may have more, whatever the offer says");
    assert_eq!(reason(0, 9), Reason::Unavailable { wanted: 2500, cause: Absence::SoldOut });
    assert_eq!(reason(9, 0), Reason::Unavailable { wanted: 2500, cause: Absence::NotSold });
    let none = plan(&cart(2), &cart(1), &merge(Rule::Sum), &Offers::new());
    assert_eq!(none.lines[0].reasons, [Reason::Summed, Reason::Unavailable { wanted: 3, cause: Absence::NotSold }]);
}

#[test]
fn what_is_kept_apart_says_what_is_whose() {
    let product = ProductId::new("teapot");
    let cart = |quantity| Cart::from_quantities([(product.clone(), quantity)]);
    let pieces = |guest, account, stock| {
        let price = Money { minor: 300, currency: "EUR".parse().expect("a currency") };
        let offer = Offer { price, limit: Limit { stock, max_per_order: 99 } };
        let plan = plan(&cart(guest), &cart(account), &merge(Rule::Separate), &[(product.clone(), offer)].into());
        plan.lines[0].pieces()
    };
    assert_eq!(pieces(3, 2, 9), [2, 3]);
    assert_eq!(pieces(3, 2, 4), [2, 2], "the limit takes from what came later");
    assert_eq!(pieces(3, 2, 1), [1]);
    assert_eq!(pieces(3, 2, 0), [0; 0]);
}
