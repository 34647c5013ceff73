//! Why a line of a plan is what it is.

use serde::{Deserialize, Serialize};

use crate::Money;

/// Why a line of a plan is what it is: enough, with the quantities of the line, for a sentence to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// It is in both carts, and both quantities were added.
    Summed,
    /// It is in both carts, and the larger quantity was taken.
    LargerTaken,
    /// It is in both carts, and the guest's quantity was taken.
    GuestTaken,
    /// It is in both carts, and the account's quantity was taken.
    AccountTaken,
    /// It is in both carts, and each quantity was kept for itself.
    KeptSeparate,
    /// Only the guest's cart has it.
    OnlyGuest,
    /// Only the account's cart has it.
    OnlyAccount,
    /// Both carts have as many.
    Same,
    /// It was not to be kept.
    LeftOut {
        /// By what.
        by: LeftOutBy,
    },
    /// There is less of it than there would have been.
    Reduced {
        /// How many it would have been.
        wanted: u32,
        /// How many one cart may hold.
        allowed: u32,
        /// What does not allow more.
        by: Bound,
    },
    /// It costs something else than the person saw.
    Repriced {
        /// What one cost when the person last saw it.
        seen: Money,
        /// What one costs now.
        now: Money,
    },
    /// None of it can be had.
    Unavailable {
        /// How many it would have been.
        wanted: u32,
        /// What is the matter with it.
        cause: Absence,
    },
}

/// What left a product out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutBy {
    /// It is only in the cart that was not kept.
    Answer,
    /// The person left out this one.
    Hand,
}

/// Which limit is the lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// How many there are.
    Stock,
    /// How many one order may take.
    MaxPerOrder,
}

/// Why a product can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// The shop does not sell it, or no longer.
    NotSold,
    /// The shop has none left.
    SoldOut,
}
