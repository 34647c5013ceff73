//! What a person does with a cart. Each operation is a [`Change`], to be applied once it is on disk, and taken back by undo.

use std::num::NonZeroU32;

use crate::{Cart, Change, Line, Offer, ProductId};

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What changes.
    pub change: Change,
    /// Whether the limit gives less than was asked for.
    pub reduced: bool,
}

/// The product is not sold: it can be taken out, not put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this product is not sold")]
pub struct Unavailable;

impl Cart {
    /// Wishes for exactly `wanted` pieces; 0 removes the line. Never above the limit of the offer; without an offer, never
    /// more than there is.
    pub fn set(&self, product: &ProductId, wanted: u32, offer: Option<Offer>) -> Result<Outcome, Unavailable> {
        let held = self.quantity(product);
        let quantity = match offer {
            Some(offer) => offer.limit.clamp(wanted),
            None if wanted <= held => wanted,
            None => return Err(Unavailable),
        };
        if quantity == held {
            // A wish for what there is already touches nothing, not even the price that was seen.
            return Ok(Outcome { change: Change::default(), reduced: quantity < wanted });
        }
        let before = self.line(product);
        let seen = offer.map(|offer| offer.price).or(before.and_then(|line| line.seen));
        let position = self.position(product);
        let after = NonZeroU32::new(quantity).map(|quantity| Line { quantity, seen, position });
        Ok(Outcome { change: Change::of_line(product, before, after), reduced: quantity < wanted })
    }

    /// Wishes for `more` pieces on top of what there is.
    pub fn add(&self, product: &ProductId, more: u32, offer: Option<Offer>) -> Result<Outcome, Unavailable> {
        self.set(product, self.quantity(product).saturating_add(more), offer)
    }

    /// Takes a product out, sold or not.
    pub fn remove(&self, product: &ProductId) -> Change {
        Change::of_line(product, self.line(product), None)
    }

    /// Takes everything out.
    pub fn clear(&self) -> Change {
        Change::between(self, &Self::default())
    }

    /// Puts the lines of a change back as they were before it, at their old places; never above today's limit, and without
    /// what is no longer sold.
    pub fn undo(&self, change: &Change, offer: impl Fn(&ProductId) -> Option<Offer>) -> Outcome {
        let mut after = self.clone();
        let mut reduced = false;
        change.inverse().apply(&mut after);
        for line in change.lines() {
            let (wanted, _) = line.quantities();
            let allowed = offer(&line.product).map_or(0, |offer| offer.limit.allowed());
            // What was there is no reason to take more of it away than the undo itself does.
            let quantity = wanted.min(allowed.max(self.quantity(&line.product)));
            reduced |= quantity < wanted;
            let line_after = after.line(&line.product).zip(NonZeroU32::new(quantity));
            after.put(&line.product, line_after.map(|(line, quantity)| Line { quantity, ..line }));
        }
        Outcome { change: Change::between(self, &after), reduced }
    }
}
