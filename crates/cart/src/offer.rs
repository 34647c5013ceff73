//! What the shop offers of a product now: a price, and how many one cart may hold.

use serde::{Deserialize, Serialize};

use crate::Money;

/// Bounds on the quantity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many there are.
    pub stock: u32,
    /// How many one order may take.
    pub max_per_order: u32,
}

impl Limit {
    /// More than this no line may have, whatever the shop offers: the server's table of lines says so as well.
    pub const LINE: u32 = 999;

    /// The most that a cart may hold: the smallest of all.
    pub fn allowed(self) -> u32 {
        self.stock.min(self.max_per_order).min(Self::LINE)
    }

    /// `wanted`, or as much of it as is allowed. Never drops a line for its surplus.
    pub fn clamp(self, wanted: u32) -> u32 {
        wanted.min(self.allowed())
    }
}

/// A product as it is sold now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// What one costs.
    pub price: Money,
    /// How many one cart may hold.
    pub limit: Limit,
}

/// How the price of a line compares to the one that the person saw when they last touched it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// As it was, or nobody knows what it was: the line came from another device.
    None,
    /// It costs less now.
    Lower {
        /// What was seen.
        seen: Money,
    },
    /// It costs more now.
    Higher {
        /// What was seen.
        seen: Money,
    },
    /// It is sold in another currency now: the two can't be compared.
    OtherCurrency {
        /// What was seen.
        seen: Money,
    },
}

impl PriceChange {
    /// From the price that was seen to the one now.
    pub fn between(seen: Option<Money>, now: Money) -> Self {
        match seen {
            Some(seen) if seen.currency != now.currency => Self::OtherCurrency { seen },
            Some(seen) if now.minor < seen.minor => Self::Lower { seen },
            Some(seen) if now.minor > seen.minor => Self::Higher { seen },
            Some(_) | None => Self::None,
        }
    }

    /// The price that was seen, if it is another one now.
    pub fn seen(self) -> Option<Money> {
        match self {
            Self::None => None,
            Self::Lower { seen } | Self::Higher { seen } | Self::OtherCurrency { seen } => Some(seen),
        }
    }
}
