//! The lines of two carts, side by side.

use std::{cmp::Ordering, iter};

use crate::{Cart, Line, Offer, ProductId};

/// A product of either cart, with the lines that it has in both and what the shop offers of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) product: &'a ProductId,
    pub(super) guest: Option<Line>,
    pub(super) account: Option<Line>,
    pub(super) offer: Option<Offer>,
    /// Where it stands in a cart of both: the account's lines first, at their places, then the guest's own.
    pub(super) position: u64,
}

/// All products of two carts, each once, in the order in which they are shown. One walk through both, by the keys: so offers
/// that are sorted by them as well are met one after the other.
pub(super) fn pairs<'a>(
    guest: &'a Cart,
    account: &'a Cart,
    offers: impl Fn(&ProductId) -> Option<Offer>,
) -> Vec<Pair<'a>> {
    let (mut guests, mut accounts) = (guest.by_product().peekable(), account.by_product().peekable());
    let next = || {
        let first = match (guests.peek(), accounts.peek()) {
            (Some((guest, _)), Some((account, _))) => guest.cmp(account),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let guest = if first.is_le() { guests.next() } else { None };
        let account = if first.is_ge() { accounts.next() } else { None };
        let (product, _) = guest.or(account)?;
        let (guest, account) = (guest.map(|(_, line)| *line), account.map(|(_, line)| *line));
        let position = account.or(guest)?.position;
        Some(Pair { product, guest, account, offer: offers(product), position })
    };
    let mut pairs = Vec::with_capacity(guest.len() + account.len());
    pairs.extend(iter::from_fn(next));
    pairs.sort_by_cached_key(|pair| (pair.account.is_none(), pair.position));
    let end = account.end();
    if end.checked_add(guest.end()).is_some() {
        pairs.iter_mut().filter(|pair| pair.account.is_none()).for_each(|pair| pair.position += end);
    } else {
        // Places near the end of the numbers: all are counted anew.
        (0..).zip(&mut pairs).for_each(|(position, pair)| pair.position = position);
    }
    pairs
}
