//! What a server's answer means for the cart on this device.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
};

use serde::{Deserialize, Serialize};

use crate::{Cart, Change, Line, LineNote, ProductId};

/// A cart as the server holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerCart {
    /// Counts the server's changes.
    pub version: i64,
    /// How many of which product; no zeros.
    pub lines: BTreeMap<ProductId, u32>,
}

/// Why the server gave less than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// More than there is, or than one order may take.
    OverLimit,
    /// It has none of it, or never heard of it.
    Unavailable,
}

/// A line of which the server gave less than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Of what.
    pub product_id: ProductId,
    /// Why.
    pub reason: RefusalReason,
}

/// What the server says: its cart, and what of our wishes it did not grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The whole cart.
    pub cart: ServerCart,
    /// What it gave less of.
    pub refused: Vec<Refusal>,
}

/// What an answer makes of the cart here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// What changes.
    pub change: Change,
    /// What a person must be told.
    pub notes: Vec<LineNote>,
}

impl Answer {
    /// What it makes of `local`. Lines in `pending` were changed here since the answer was asked for: they keep what is here.
    /// All others become what the server says; where that overrides what the person sees, there is a note.
    pub fn accept(&self, local: &Cart, pending: &BTreeSet<ProductId>) -> Accepted {
        let mut next = local.clone();
        let mut notes = Vec::new();
        let here = local.lines().map(|(product, _)| product);
        let new = self.cart.lines.keys().filter(|product| local.line(product).is_none());
        for product in here.chain(new).filter(|product| !pending.contains(*product)) {
            let before = local.line(product);
            let quantity = self.cart.lines.get(product).copied().unwrap_or(0);
            if before.map_or(0, |line| line.quantity.get()) == quantity {
                continue;
            }
            let blank = Line { quantity: NonZeroU32::MIN, seen: None, position: next.position(product) };
            let line = NonZeroU32::new(quantity).map(|quantity| Line { quantity, ..before.unwrap_or(blank) });
            next.put(product, line);
            notes.extend(before.map(|_| self.note(product, quantity)));
        }
        Accepted { change: Change::between(local, &next), notes }
    }

    /// What it says that it gave less of.
    pub fn refusals(&self) -> impl Iterator<Item = LineNote> {
        let held = |product| self.cart.lines.get(product).copied().unwrap_or(0);
        self.refused.iter().map(move |refusal| self.note(&refusal.product_id, held(&refusal.product_id)))
    }

    fn note(&self, product: &ProductId, quantity: u32) -> LineNote {
        let product = product.clone();
        let reason = self.refused.iter().find(|refusal| refusal.product_id == product).map(|refusal| refusal.reason);
        match (reason, quantity) {
            (Some(_), 0) => LineNote::Unavailable { product },
            (Some(_), quantity) => LineNote::Reduced { product, quantity },
            (None, 0) => LineNote::RemovedElsewhere { product },
            (None, quantity) => LineNote::ChangedElsewhere { product, quantity },
        }
    }
}
