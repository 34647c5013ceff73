//! What a cart comes to.

use crate::{Cart, Money, MoneyError, Offer, ProductId};

/// What a cart comes to at today's prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// How many pieces, sold or not.
    pub items: u32,
    /// What those that are sold cost; `None` when there are none.
    pub price: Option<Money>,
    /// How many lines are of products that are not sold: they cost nothing.
    pub unavailable: usize,
}

impl Cart {
    /// The sum at today's prices. An error if the prices are of several currencies or beyond 64 bits.
    pub fn totals(&self, offer: impl Fn(&ProductId) -> Option<Offer>) -> Result<Totals, MoneyError> {
        let mut totals = Totals { items: self.items(), price: None, unavailable: 0 };
        for (product, quantity) in self.quantities() {
            let Some(offer) = offer(product) else {
                totals.unavailable += 1;
                continue;
            };
            totals.price = Money::sum(totals.price.into_iter().chain([offer.price.times(quantity)?]))?;
        }
        Ok(totals)
    }
}
