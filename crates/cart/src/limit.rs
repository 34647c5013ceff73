//! How many of a product one cart may hold.

use serde::{Deserialize, Serialize};

/// Bounds on the quantity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many there are.
    pub stock: u32,
    /// How many one order may take.
    pub max_per_order: u32,
}

impl Limit {
    /// The most that a cart may hold: the smaller of the two.
    pub fn allowed(self) -> u32 {
        self.stock.min(self.max_per_order)
    }

    /// `wanted`, or as much of it as is allowed. Never drops a line for its surplus.
    pub fn clamp(self, wanted: u32) -> u32 {
        wanted.min(self.allowed())
    }
}
