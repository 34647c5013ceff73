//! Bugs of other shops that this one does not have, each by the issue that tells of it, with its numbers where it gives some.

use carryover_cart::{
    Cart, Limit, Line, Money, MoneyError, Offer, ProductId,
    merge::{Answer, Bound, ByHand, Decision, LeftOutBy, Plan, PlanLine, Reason, Rule, Rules, Settlement},
};

const RULES: [Rule; 5] = [Rule::Sum, Rule::Larger, Rule::Guest, Rule::Account, Rule::Separate];

fn product(id: &str) -> ProductId {
    ProductId::new(id)
}

fn cart<const N: usize>(lines: [(&str, u32); N]) -> Cart {
    Cart::from_quantities(lines.map(|(id, quantity)| (product(id), quantity)))
}

fn money(minor: i64, currency: &str) -> Money {
    Money { minor, currency: currency.parse().expect("a currency") }
}

fn offer(stock: u32, max_per_order: u32) -> Offer {
    Offer { price: money(100, "EUR"), limit: Limit { stock, max_per_order } }
}

/// A shop that has enough of everything.
#[expect(clippy::unnecessary_wraps, reason = "other shops lack something")]
fn plenty(_: &ProductId) -> Option<Offer> {
    Some(offer(99, 99))
}

fn merge(both: Rule) -> Answer {
    Answer::Merge(Rules { both, ..Rules::default() })
}

fn answers() -> impl Iterator<Item = Answer> {
    RULES.into_iter().map(merge).chain([Answer::KeepAccount, Answer::KeepGuest])
}

fn held(plan: &Plan) -> Vec<(&str, u32)> {
    plan.quantities().map(|(product, quantity)| (product.as_str(), quantity)).collect()
}

fn line<'a>(plan: &'a Plan, id: &str) -> &'a PlanLine {
    plan.lines.iter().find(|line| line.product.as_str() == id).expect("a line")
}

/// A line as somebody saw it: at this price, at this place.
fn seen(id: &str, quantity: u32, price: Option<Money>, position: u64) -> (ProductId, Line) {
    (product(id), Line { quantity: quantity.try_into().expect("some"), seen: price, position })
}

// Above what there is.

#[test]
fn spree_5976_6257_a_sum_above_stock_broke_the_login() {
    let painting = cart([("painting", 1)]);
    let plan = Plan::new(&painting, &painting, &merge(Rule::Sum), |_| Some(offer(1, 99)));
    assert_eq!(held(&plan), [("painting", 1)], "as much as there is, and no error");
    let reduced = Reason::Reduced { wanted: 2, allowed: 1, by: Bound::Stock };
    assert_eq!(line(&plan, "painting").reasons, [Reason::Summed, reduced]);
}

#[test]
fn bagisto_2954_a_full_cart_made_the_login_a_server_error() {
    for answer in answers() {
        let plan = Plan::new(&cart([("abc", 1)]), &cart([("abc", 10)]), &answer, |_| Some(offer(10, 99)));
        let expected = match answer {
            Answer::KeepGuest | Answer::Merge(Rules { both: Rule::Guest, .. }) => 1,
            _ => 10,
        };
        assert_eq!(held(&plan), [("abc", expected)], "{answer:?}");
    }
}

#[test]
fn bagisto_2795_the_last_one_in_both_carts_was_a_call_on_null() {
    let last = cart([("last-one", 1)]);
    assert_eq!(Decision::between(&last, &last), Decision::Settled(Settlement::Equal));
    let plan = Plan::new(&last, &last, &Settlement::Equal.answer(), |_| Some(offer(1, 99)));
    assert_eq!(held(&plan), [("last-one", 1)]);
    assert_eq!(line(&plan, "last-one").reasons, [Reason::Same]);
}

#[test]
fn magento_26981_the_customer_had_to_guess_which_line_was_above_stock() {
    let (guest, account) = (cart([("sku-1", 1)]), cart([("sku-1", 1), ("sku-2", 1)]));
    let plan = Plan::new(&guest, &account, &merge(Rule::Sum), |_| Some(offer(1, 99)));
    assert_eq!(held(&plan), [("sku-1", 1), ("sku-2", 1)]);
    let told = plan.lines.iter().filter(|line| line.reasons.iter().any(|r| matches!(r, Reason::Reduced { .. })));
    assert_eq!(told.map(|line| line.product.as_str()).collect::<Vec<_>>(), ["sku-1"], "that one and no other");
}

#[test]
fn magento_28517_a_merge_went_over_the_most_that_an_order_may_take() {
    let (guest, account) = (cart([("duffle", 3)]), cart([("duffle", 5)]));
    let plan = Plan::new(&guest, &account, &merge(Rule::Sum), |_| Some(offer(500, 5)));
    assert_eq!(held(&plan), [("duffle", 5)]);
    let reduced = Reason::Reduced { wanted: 8, allowed: 5, by: Bound::MaxPerOrder };
    assert_eq!(line(&plan, "duffle").reasons[1], reduced);
}

#[test]
fn magento_40064_the_guests_whole_line_was_dropped() {
    let (guest, account) = (cart([("sku", 3)]), cart([("sku", 2)]));
    let sum = |stock| Plan::new(&guest, &account, &merge(Rule::Sum), |_| Some(offer(stock, 99)));
    assert_eq!(held(&sum(99)), [("sku", 5)], "where the shop lets more be ordered than it has, all of it");
    assert_eq!(held(&sum(4)), [("sku", 4)], "where it does not, as much as there is: not the account's 2");
}

#[test]
fn magento_guest_preference_removed_both_lines_when_the_guests_was_above_stock() {
    let (guest, account) = (cart([("sku", 9)]), cart([("sku", 2)]));
    for answer in [merge(Rule::Guest), Answer::KeepGuest] {
        assert_eq!(held(&Plan::new(&guest, &account, &answer, |_| Some(offer(4, 99)))), [("sku", 4)]);
    }
}

#[test]
fn craft_1001_one_line_above_the_limit_left_two_carts() {
    let (guest, account) = (cart([("single", 1), ("other", 2)]), cart([("single", 1), ("third", 1)]));
    let offers = |id: &ProductId| Some(offer(99, if id.as_str() == "single" { 1 } else { 99 }));
    let plan = Plan::new(&guest, &account, &merge(Rule::Sum), offers);
    assert_eq!(held(&plan), [("single", 1), ("third", 1), ("other", 2)], "the rest is merged all the same");
}

// What the other cart did to a line.

#[test]
fn vendure_3153_use_guest_emptied_the_cart_when_a_product_was_in_both() {
    let (guest, account) = (cart([("t1", 3), ("t2", 1)]), cart([("t1", 1), ("t3", 2)]));
    let plan = Plan::new(&guest, &account, &Answer::KeepGuest, plenty);
    assert_eq!(plan.result(), guest);
    assert_eq!(line(&plan, "t3").reasons, [Reason::LeftOut { by: LeftOutBy::Answer }], "and says what is left out");
}

#[test]
fn vendure_669_a_merge_could_only_insert_lines() {
    let (guest, account) = (cart([("t1", 1)]), cart([("t1", 10), ("t2", 2)]));
    assert_eq!(held(&Plan::new(&guest, &account, &merge(Rule::Guest), plenty)), [("t1", 1), ("t2", 2)], "it changes");
    let by_hand = [(product("t2"), ByHand::LeaveOut)].into();
    let answer = Answer::Merge(Rules { both: Rule::Guest, by_hand });
    assert_eq!(held(&Plan::new(&guest, &account, &answer, plenty)), [("t1", 1)], "and takes out");
}

#[test]
fn vendure_4481_merging_twice_emptied_the_cart() {
    let (guest, account) = (cart([("t1", 3), ("t2", 1)]), cart([("t1", 1), ("t3", 2)]));
    for answer in answers() {
        let plan = Plan::new(&guest, &account, &answer, plenty);
        assert_eq!(plan, Plan::new(&guest, &account, &answer, plenty), "planned by two, it is one plan");
        // Who comes second finds the first one's cart on both sides, or nothing left of the guest's.
        let result = plan.result();
        for (guest, settlement) in [(&result, Settlement::Equal), (&Cart::default(), Settlement::GuestEmpty)] {
            assert_eq!(Decision::between(guest, &result), Decision::Settled(settlement));
            assert_eq!(Plan::new(guest, &result, &settlement.answer(), plenty).result(), result);
        }
    }
}

#[test]
fn shopper_558_a_repeated_merge_has_to_be_harmless() {
    let (guest, account) = (cart([("a", 3), ("b", 1)]), cart([("a", 5), ("c", 2)]));
    let once = Plan::new(&guest, &account, &merge(Rule::Larger), plenty).result();
    let twice = Plan::new(&guest, &once, &merge(Rule::Larger), plenty);
    assert_eq!(twice.result(), once);
}

#[test]
fn spree_5980_what_was_put_in_twice_for_being_signed_out_became_two() {
    let (guest, account) = (cart([("teapot", 1)]), cart([("teapot", 1), ("lamp", 1)]));
    let by_hand = [(product("teapot"), ByHand::Rule(Rule::Larger))].into();
    for answer in [merge(Rule::Larger), Answer::Merge(Rules { both: Rule::Sum, by_hand })] {
        assert_eq!(held(&Plan::new(&guest, &account, &answer, plenty)), [("teapot", 1), ("lamp", 1)], "{answer:?}");
    }
}

#[test]
fn unchained_478_openmage_928_the_same_product_stood_there_twice() {
    let (guest, account) = (cart([("mug", 3)]), cart([("mug", 2)]));
    for answer in answers() {
        let plan = Plan::new(&guest, &account, &answer, plenty);
        assert_eq!((plan.lines.len(), plan.result().len()), (1, 1), "{answer:?}");
    }
    let apart = Plan::new(&guest, &account, &merge(Rule::Separate), plenty);
    assert_eq!((line(&apart, "mug").pieces(), line(&apart, "mug").result), (vec![2, 3], 5));
}

#[test]
fn vendure_5073_a_merge_lost_what_else_a_line_held() {
    let guest = Cart::from_iter([seen("b", 1, Some(money(300, "EUR")), 0)]);
    let account = Cart::from_iter([seen("c", 1, Some(money(500, "EUR")), 4), seen("a", 2, Some(money(100, "EUR")), 7)]);
    let result = Plan::new(&guest, &account, &merge(Rule::Guest), plenty).result();
    for (product, before) in account.lines() {
        assert_eq!(result.line(product), Some(before), "the price that was seen, and the place");
    }
    assert_eq!(result.line(&product("b")).and_then(|line| line.seen), Some(money(300, "EUR")));
}

// A cart that was lost.

#[test]
fn vendure_1454_3773_deleting_the_empty_cart_broke_the_login() {
    let (some, none) = (cart([("t1", 2)]), Cart::default());
    for (guest, account, settlement) in [
        (&some, &none, Settlement::AccountEmpty),
        (&none, &some, Settlement::GuestEmpty),
        (&none, &none, Settlement::BothEmpty),
    ] {
        assert_eq!(Decision::between(guest, account), Decision::Settled(settlement), "nobody is asked");
        let plan = Plan::new(guest, account, &settlement.answer(), plenty);
        assert_eq!(plan.result(), if settlement == Settlement::BothEmpty { none.clone() } else { some.clone() });
    }
}

#[test]
fn woocommerce_16649_older_lines_vanished_at_login() {
    let (guest, account) = (cart([("new", 1)]), cart([("old", 2), ("older", 1)]));
    for rule in RULES {
        let plan = Plan::new(&guest, &account, &merge(rule), plenty);
        assert_eq!(held(&plan), [("old", 2), ("older", 1), ("new", 1)], "{rule:?}");
    }
}

#[test]
fn woocommerce_43744_40669_lines_appeared_or_went_without_a_word() {
    let (guest, account) = (cart([("new", 1)]), cart([("old", 2)]));
    assert_eq!(Decision::between(&guest, &account), Decision::Ask, "two carts are a question");
    for answer in answers() {
        let plan = Plan::new(&guest, &account, &answer, plenty);
        assert_eq!(plan.lines.len(), 2);
        assert!(plan.lines.iter().all(|line| !line.reasons.is_empty()), "{plan:?}");
    }
}

#[test]
fn craft_2585_pwa_kit_319_loaded7_539_what_the_guest_had_just_chosen_was_gone() {
    let (guest, account) = (cart([("b", 1)]), cart([("a", 1)]));
    assert_eq!(Decision::between(&guest, &account), Decision::Ask, "it is never dropped unasked");
    assert_eq!(held(&Plan::new(&guest, &account, &Answer::Merge(Rules::default()), plenty)), [("a", 1), ("b", 1)]);
    let kept = Plan::new(&guest, &account, &Answer::KeepAccount, plenty);
    assert_eq!(line(&kept, "b").reasons, [Reason::LeftOut { by: LeftOutBy::Answer }], "and if asked, it is said");
}

#[test]
fn shopware_1923_2160_nobody_was_told_what_the_guest_had() {
    let (guest, account) = (cart([("a", 3), ("b", 1)]), cart([("a", 2)]));
    for answer in answers() {
        let plan = Plan::new(&guest, &account, &answer, |_| None);
        let told: Vec<_> = plan.lines.iter().map(|l| (l.product.as_str(), l.guest, l.account)).collect();
        assert_eq!(told, [("a", 3, 2), ("b", 1, 0)], "both carts can be read off the plan, whatever it leaves of them");
    }
}

// Prices, and products that are no longer what they were.

#[test]
fn solidus_destroyed_a_cart_of_another_currency_without_moving_its_lines() {
    let (guest, account) = (cart([("mug", 1)]), cart([("teapot", 2)]));
    let price = |id: &ProductId| if id.as_str() == "mug" { money(700, "GBP") } else { money(900, "EUR") };
    let offers = |id: &ProductId| Some(Offer { price: price(id), limit: Limit { stock: 9, max_per_order: 9 } });
    for rule in RULES {
        let plan = Plan::new(&guest, &account, &merge(rule), offers);
        assert_eq!(held(&plan), [("teapot", 2), ("mug", 1)], "both stay");
        assert_eq!(plan.totals(), Err(MoneyError::MixedCurrencies), "and no false sum is shown");
    }
}

#[test]
fn shopper_613_a_line_of_another_currency_is_repriced_and_it_is_said() {
    let guest = Cart::from_iter([seen("mug", 1, Some(money(700, "GBP")), 0)]);
    let plan = Plan::new(&guest, &Cart::default(), &Answer::KeepGuest, plenty);
    let repriced = Reason::Repriced { seen: money(700, "GBP"), now: money(100, "EUR") };
    assert_eq!(line(&plan, "mug").reasons, [Reason::OnlyGuest, repriced]);
}

#[test]
fn thelia_1018_prices_were_lost_by_copying_lines() {
    let (was, now) = (money(80, "EUR"), money(100, "EUR"));
    let guest = Cart::from_iter([seen("old-price", 1, Some(was), 0), seen("unseen", 1, None, 1)]);
    let account = Cart::from_iter([seen("old-price", 1, Some(now), 0)]);
    let plan = Plan::new(&guest, &account, &merge(Rule::Larger), plenty);
    assert_eq!(
        line(&plan, "old-price").reasons,
        [Reason::Same, Reason::Repriced { seen: was, now }],
        "the guest saw it"
    );
    assert_eq!(line(&plan, "unseen").reasons, [Reason::OnlyGuest], "nobody saw another price");
    assert_eq!(plan.result().line(&product("old-price")).and_then(|line| line.seen), Some(was));
}

#[test]
fn magento_37704_one_product_that_could_not_be_checked_failed_the_whole_merge() {
    let (guest, account) = (cart([("bundle", 1), ("mug", 1)]), cart([("bundle", 1), ("teapot", 2)]));
    let offers = |id: &ProductId| (id.as_str() != "bundle").then(|| offer(9, 9));
    for rule in RULES {
        let plan = Plan::new(&guest, &account, &merge(rule), offers);
        assert_eq!(held(&plan), [("teapot", 2), ("mug", 1)], "the others are merged");
        assert!(matches!(line(&plan, "bundle").reasons[..], [_, Reason::Unavailable { .. }]), "and it is said");
    }
}
