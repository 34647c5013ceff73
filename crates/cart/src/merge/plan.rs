//! What comes of two carts and an answer, before anything is done.

use std::num::NonZeroU32;

use super::{
    Absence, Answer, Bound, Reason,
    answer::Wish,
    pair::{self, Pair},
};
use crate::{Cart, Limit, Line, Money, MoneyError, Offer, ProductId, Totals};

/// What an answer makes of two carts at what the shop offers now. The same input always gives the same plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each product of either cart, also for those of which nothing stays: the account's in their order, then the
    /// guest's own in theirs, whatever the answer.
    pub lines: Vec<PlanLine>,
}

/// What becomes of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// Which.
    pub product: ProductId,
    /// How many the guest's cart holds.
    pub guest: u32,
    /// How many the account's cart holds.
    pub account: u32,
    /// How many there will be: never more than one cart may hold.
    pub result: u32,
    /// Why: first how the carts make it up, then what the shop's offer changes. Never empty.
    pub reasons: Vec<Reason>,
    /// What one costs now; `None` if it is not sold.
    pub price: Option<Money>,
    seen: Option<Money>,
    position: u64,
}

impl Plan {
    /// Makes the plan. No line is dropped for its surplus: it becomes as many as one cart may hold.
    pub fn new(guest: &Cart, account: &Cart, answer: &Answer, offers: impl Fn(&ProductId) -> Option<Offer>) -> Self {
        let pairs = pair::pairs(guest, account, offers);
        Self { lines: pairs.iter().map(|pair| PlanLine::new(pair, answer)).collect() }
    }

    /// What will be in the cart, without what will not.
    pub fn quantities(&self) -> impl Iterator<Item = (&ProductId, u32)> {
        self.lines.iter().filter(|line| line.result > 0).map(|line| (&line.product, line.result))
    }

    /// What the result comes to at the prices of the plan. An error if they are of several currencies or beyond 64 bits.
    pub fn totals(&self) -> Result<Totals, MoneyError> {
        let lines = self.lines.iter().filter(|line| line.result > 0);
        Totals::of(lines.map(|line| (line.result, line.price)))
    }

    /// The cart that it leads to. Lines keep the places that they had, and the prices that the person saw.
    pub fn result(&self) -> Cart {
        let line = |line: &PlanLine| {
            let quantity = NonZeroU32::new(line.result)?;
            Some((line.product.clone(), Line { quantity, seen: line.seen, position: line.position }))
        };
        self.lines.iter().filter_map(line).collect()
    }
}

impl PlanLine {
    fn new(pair: &Pair, answer: &Answer) -> Self {
        let held = |line: Option<Line>| line.map_or(0, |line| line.quantity.get());
        let (guest, account) = (held(pair.guest), held(pair.account));
        let Wish { quantity: wanted, reason } = answer.wish(pair.product, guest, account);
        let result = pair.offer.map_or(0, |offer| offer.limit.clamp(wanted));
        let price = pair.offer.map(|offer| offer.price);

        let seen = |line: Option<Line>| line.and_then(|line| line.seen);
        let (of_guest, of_account) = (seen(pair.guest), seen(pair.account));
        // A cart that is kept stays as it is, places and all.
        let (seen, kept) = match answer {
            Answer::KeepAccount => (of_account.or(of_guest), pair.account),
            Answer::KeepGuest => (of_guest.or(of_account), pair.guest),
            Answer::Merge(_) => (of_guest.or(of_account), None),
        };
        let position = kept.map_or(pair.position, |line| line.position);

        let (shortage, repricing) = (shortage(wanted, pair.offer), repricing(seen, price.filter(|_| result > 0)));
        // As long as it will be: there are thousands of these.
        let mut reasons = Vec::with_capacity(1 + usize::from(shortage.is_some()) + usize::from(repricing.is_some()));
        reasons.push(reason);
        reasons.extend(shortage);
        reasons.extend(repricing);
        Self { product: pair.product.clone(), guest, account, result, reasons, price, seen, position }
    }

    /// The result in the parts that it consists of: as a rule one, none when nothing stays, and where both quantities were kept
    /// for themselves the account's and then the guest's. Where a limit takes from two parts, it takes from the second one.
    pub fn pieces(&self) -> Vec<u32> {
        let apart = self.reasons.first() == Some(&Reason::KeptSeparate);
        let first = if apart { self.account.min(self.result) } else { self.result };
        [first, self.result - first].into_iter().filter(|piece| *piece > 0).collect()
    }
}

/// Why there is less than wanted, if there is.
fn shortage(wanted: u32, offer: Option<Offer>) -> Option<Reason> {
    let limit = offer.map_or(Limit { stock: 0, max_per_order: 0 }, |offer| offer.limit);
    let allowed = limit.allowed();
    if wanted <= allowed {
        return None;
    }
    if allowed == 0 {
        let cause = if limit.max_per_order > 0 { Absence::SoldOut } else { Absence::NotSold };
        return Some(Reason::Unavailable { wanted, cause });
    }
    // Where both are as low, more in stock would not help.
    let by = if limit.max_per_order > allowed && limit.stock == allowed { Bound::Stock } else { Bound::MaxPerOrder };
    Some(Reason::Reduced { wanted, allowed, by })
}

/// That it costs something else than was seen, if so.
fn repricing(seen: Option<Money>, now: Option<Money>) -> Option<Reason> {
    seen.zip(now).filter(|(seen, now)| seen != now).map(|(seen, now)| Reason::Repriced { seen, now })
}
