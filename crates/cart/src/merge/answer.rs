//! What a person wants of two carts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LeftOutBy, Reason};
use crate::ProductId;

/// What a person answers when there are two carts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The account's cart, and nothing of the guest's.
    KeepAccount,
    /// The guest's cart, and nothing of the account's.
    KeepGuest,
    /// Both carts in one.
    Merge(Rules),
}

/// How two carts become one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// For products that are in both. What only one cart has is kept.
    pub both: Rule,
    /// Products that the person decided about one by one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_hand: BTreeMap<ProductId, ByHand>,
}

/// What becomes of a product that is in both carts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Both quantities together.
    #[default]
    Sum,
    /// The larger quantity.
    Larger,
    /// The guest's quantity.
    Guest,
    /// The account's quantity.
    Account,
    /// Both quantities, each for itself. A cart has one line of a product, so they stand in it as their sum.
    Separate,
}

/// What the person decided about one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByHand {
    /// None of it, whichever cart it is in.
    LeaveOut,
    /// Another rule than the one for the rest. It says nothing about a product that only one cart has: that one is kept.
    #[serde(untagged)]
    Rule(Rule),
}

/// What an answer makes of one product before any limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) quantity: u32,
    pub(super) reason: Reason,
}

impl Answer {
    /// The word that the server knows it by; the same as in its written form.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeepAccount => "keep_account",
            Self::KeepGuest => "keep_guest",
            Self::Merge(_) => "merge",
        }
    }

    /// What it makes of a product of which the carts hold so many; one of the two holds some.
    pub(super) fn wish(&self, product: &ProductId, guest: u32, account: u32) -> Wish {
        let none = |by| Wish { quantity: 0, reason: Reason::LeftOut { by } };
        match self {
            Self::KeepAccount if account == 0 => none(LeftOutBy::Answer),
            Self::KeepGuest if guest == 0 => none(LeftOutBy::Answer),
            Self::KeepAccount => Rule::Account.wish(guest, account),
            Self::KeepGuest => Rule::Guest.wish(guest, account),
            Self::Merge(rules) => match rules.by_hand.get(product) {
                Some(ByHand::LeaveOut) => none(LeftOutBy::Hand),
                Some(ByHand::Rule(rule)) => rule.wish(guest, account),
                None => rules.both.wish(guest, account),
            },
        }
    }
}

impl Rule {
    fn wish(self, guest: u32, account: u32) -> Wish {
        let (quantity, reason) = match (self, guest, account) {
            (_, guest, 0) => (guest, Reason::OnlyGuest),
            (_, 0, account) => (account, Reason::OnlyAccount),
            (Self::Sum, ..) => (guest.saturating_add(account), Reason::Summed),
            (Self::Separate, ..) => (guest.saturating_add(account), Reason::KeptSeparate),
            _ if guest == account => (guest, Reason::Same),
            (Self::Larger, ..) => (guest.max(account), Reason::LargerTaken),
            (Self::Guest, ..) => (guest, Reason::GuestTaken),
            (Self::Account, ..) => (account, Reason::AccountTaken),
        };
        Wish { quantity, reason }
    }
}
