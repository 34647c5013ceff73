//! Whether there is anything to ask.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::Cart;

/// Whether two carts are a matter for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Both hold something, and not the same.
    Ask,
    /// There is nothing to choose between.
    Settled(Settlement),
}

/// Why there is nothing to choose between, to be said afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Nothing is in either.
    BothEmpty,
    /// Only the account's cart holds something.
    GuestEmpty,
    /// Only the guest's cart holds something.
    AccountEmpty,
    /// Both hold as many of the same products.
    Equal,
}

impl Decision {
    /// Looks at products and quantities; the order of lines and the prices that were seen are no reason to ask.
    pub fn between(guest: &Cart, account: &Cart) -> Self {
        let equal = || {
            let mut lines = guest.by_product().zip(account.by_product());
            guest.len() == account.len()
                && lines.all(|((g, guest), (a, account))| guest.quantity == account.quantity && g == a)
        };
        match (guest.is_empty(), account.is_empty()) {
            (true, true) => Self::Settled(Settlement::BothEmpty),
            (true, false) => Self::Settled(Settlement::GuestEmpty),
            (false, true) => Self::Settled(Settlement::AccountEmpty),
            (false, false) if equal() => Self::Settled(Settlement::Equal),
            (false, false) => Self::Ask,
        }
    }
}

impl Settlement {
    /// The answer that loses nothing. Where both carts are as good, the account's stays, so that nothing changes there.
    pub fn answer(self) -> Answer {
        match self {
            Self::AccountEmpty => Answer::KeepGuest,
            Self::BothEmpty | Self::GuestEmpty | Self::Equal => Answer::KeepAccount,
        }
    }
}
