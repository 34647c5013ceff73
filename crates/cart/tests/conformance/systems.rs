//! What each system calls a strategy, mode or preference, as an answer of ours: configuration, no code of its own.

use carryover_cart::{
    Cart,
    merge::{Answer, Decision, Rule, Rules},
};

/// What a system answers for its person, who is never asked.
type System = fn(guest: &Cart, account: &Cart) -> Answer;

/// All of them by the names in the table.
pub(crate) const SYSTEMS: &[(&str, System)] = &[
    ("Vendure MergeOrdersStrategy", |guest, account| settled_or(guest, account, merge(Rule::Guest))),
    ("Vendure UseGuestStrategy", |guest, account| settled_or(guest, account, Answer::KeepGuest)),
    ("Vendure UseExistingStrategy", |guest, account| settled_or(guest, account, Answer::KeepAccount)),
    ("Vendure UseGuestIfExistingEmptyStrategy", |guest, account| settled_or(guest, account, Answer::KeepAccount)),
    ("commercetools MergeWithExistingCustomerCart", |_, _| merge(Rule::Larger)),
    ("commercetools UseAsNewActiveCustomerCart", |_, _| Answer::KeepGuest),
    ("Magento sum", |_, _| merge(Rule::Sum)),
    ("Magento guest", |_, _| merge(Rule::Guest)),
    ("Magento customer", |_, _| merge(Rule::Account)),
    ("Salesforce sum_quantities", |_, _| merge(Rule::Sum)),
    ("Salesforce higher_quantity", |_, _| merge(Rule::Larger)),
    ("Salesforce saved_quantity", |_, _| merge(Rule::Account)),
    ("Salesforce separate_item", |_, _| merge(Rule::Separate)),
    ("Spree", |_, _| merge(Rule::Sum)),
    ("Solidus", |_, _| merge(Rule::Sum)),
    ("django-oscar add_quantities=True", |_, _| merge(Rule::Sum)),
    ("django-oscar add_quantities=False", |_, _| merge(Rule::Larger)),
    ("fabric SUM", |_, _| merge(Rule::Sum)),
    ("fabric MAX", |_, _| merge(Rule::Larger)),
    ("Shopware, stackable lines", |_, _| merge(Rule::Sum)),
    ("WooCommerce since PR #57961", |_, _| Answer::KeepGuest),
    ("Medusa transfer", |_, _| Answer::KeepGuest),
    ("SAP Commerce default", |guest, account| settled_or(guest, account, Answer::KeepGuest)),
];

fn merge(both: Rule) -> Answer {
    Answer::Merge(Rules { both, ..Rules::default() })
}

/// For systems that look first whether there is anything to decide.
fn settled_or(guest: &Cart, account: &Cart, answer: Answer) -> Answer {
    match Decision::between(guest, account) {
        Decision::Settled(settlement) => settlement.answer(),
        Decision::Ask => answer,
    }
}
