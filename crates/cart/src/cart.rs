//! The cart: how many of which product.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Limit, ProductId};

/// Lines by product, in the order in which they were first put in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    lines: BTreeMap<ProductId, u32>,
    order: Vec<ProductId>,
}

/// What became of a wish for a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetOutcome {
    /// What the line holds now; 0: there is no line.
    pub quantity: u32,
    /// What it held before, which is what undo sets.
    pub previous: u32,
    /// Whether the limit gave less than was asked for.
    pub reduced: bool,
}

impl Cart {
    /// A cart of these lines; zero quantities are left out.
    pub fn from_lines(lines: impl IntoIterator<Item = (ProductId, u32)>) -> Self {
        let mut cart = Self::default();
        for (product, quantity) in lines {
            cart.put(product, quantity);
        }
        cart
    }

    /// Wishes for exactly `wanted` pieces; 0 removes the line. Never above the limit.
    pub fn set(&mut self, product: &ProductId, wanted: u32, limit: Limit) -> SetOutcome {
        let previous = self.quantity(product);
        let quantity = limit.clamp(wanted);
        self.put(product.clone(), quantity);
        SetOutcome { quantity, previous, reduced: quantity < wanted }
    }

    /// Puts a quantity in without a limit: for a cart that was checked elsewhere.
    fn put(&mut self, product: ProductId, quantity: u32) {
        if quantity == 0 {
            self.order.retain(|p| *p != product);
            self.lines.remove(&product);
        } else if self.lines.insert(product.clone(), quantity).is_none() {
            self.order.push(product);
        }
    }

    /// How many of `product`; 0 when it is not in.
    pub fn quantity(&self, product: &ProductId) -> u32 {
        self.lines.get(product).copied().unwrap_or(0)
    }

    /// The lines, first put in first.
    pub fn lines(&self) -> impl Iterator<Item = (&ProductId, u32)> {
        self.order.iter().map(|product| (product, self.quantity(product)))
    }

    /// How many pieces in all.
    pub fn items(&self) -> u32 {
        self.lines.values().fold(0, |sum, quantity| sum.saturating_add(*quantity))
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
