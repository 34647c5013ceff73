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

impl Totals {
    /// The sum of these quantities at these prices; what has no price is not sold.
    pub(crate) fn of(lines: impl IntoIterator<Item = (u32, Option<Money>)>) -> Result<Self, MoneyError> {
        let mut totals = Self { items: 0, price: None, unavailable: 0 };
        for (quantity, price) in lines {
            totals.items = totals.items.saturating_add(quantity);
            let Some(price) = price else {
                totals.unavailable += 1;
                continue;
            };
            totals.price = Money::sum(totals.price.into_iter().chain([price.times(quantity)?]))?;
        }
        Ok(totals)
    }
}

impl Cart {
    /// The sum at today's prices. An error if the prices are of several currencies or beyond 64 bits.
    pub fn totals(&self, offer: impl Fn(&ProductId) -> Option<Offer>) -> Result<Totals, MoneyError> {
        Totals::of(self.quantities().map(|(product, quantity)| (quantity, offer(product).map(|offer| offer.price))))
    }
}
