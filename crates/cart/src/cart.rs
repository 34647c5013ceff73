//! The cart: how many of which product.

use std::{collections::BTreeMap, num::NonZeroU32};

use crate::{Money, ProductId};

/// How many of a product, and where in the cart. There is no line of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How many.
    pub quantity: NonZeroU32,
    /// What one cost when the person last touched the line. Unknown for what another device put in.
    pub seen: Option<Money>,
    /// Lines are shown by this, lowest first. It survives being taken out and put back.
    pub position: u64,
}

/// Lines by product, in the order in which they were first put in.
#[derive(Debug, Clone, Default)]
pub struct Cart {
    lines: BTreeMap<ProductId, Line>,
    /// The products by position: always the same ones as in `lines`.
    order: BTreeMap<u64, ProductId>,
    /// Above every position that was ever in use, so that what is put back finds its place free.
    next: u64,
}

impl PartialEq for Cart {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines
    }
}

impl Eq for Cart {}

impl FromIterator<(ProductId, Line)> for Cart {
    /// A cart of these lines; of two lines of one product the later counts.
    fn from_iter<I: IntoIterator<Item = (ProductId, Line)>>(lines: I) -> Self {
        let mut cart = Self::default();
        for (product, line) in lines {
            cart.put(&product, Some(line));
        }
        cart
    }
}

impl Cart {
    /// A cart of these quantities, in this order; zero ones are left out.
    pub fn from_quantities(quantities: impl IntoIterator<Item = (ProductId, u32)>) -> Self {
        let mut cart = Self::default();
        for (product, quantity) in quantities {
            let position = cart.position(&product);
            let line = NonZeroU32::new(quantity).map(|quantity| Line { quantity, seen: None, position });
            cart.put(&product, line);
        }
        cart
    }

    /// The line of a product, if there is one.
    pub fn line(&self, product: &ProductId) -> Option<Line> {
        self.lines.get(product).copied()
    }

    /// How many of `product`; 0 when it is not in.
    pub fn quantity(&self, product: &ProductId) -> u32 {
        self.lines.get(product).map_or(0, |line| line.quantity.get())
    }

    /// The lines, first put in first.
    pub fn lines(&self) -> impl Iterator<Item = (&ProductId, Line)> {
        self.order.values().filter_map(|product| Some((product, self.line(product)?)))
    }

    /// Products and quantities, first put in first.
    pub fn quantities(&self) -> impl Iterator<Item = (&ProductId, u32)> {
        self.lines().map(|(product, line)| (product, line.quantity.get()))
    }

    /// The lines by product, in the order of the keys.
    pub(crate) fn by_product(&self) -> impl Iterator<Item = (&ProductId, &Line)> {
        self.lines.iter()
    }

    /// Above every position.
    pub(crate) fn end(&self) -> u64 {
        self.next
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many pieces in all.
    pub fn items(&self) -> u32 {
        self.lines.values().fold(0, |sum, line| sum.saturating_add(line.quantity.get()))
    }

    /// Where a line of `product` stands, or would be put: at the end.
    pub(crate) fn position(&self, product: &ProductId) -> u64 {
        self.line(product).map_or(self.next, |line| line.position)
    }

    /// Puts a line in, in place of the one there was, or takes it out. A place that another product has is given to the one
    /// that has it; the newcomer goes to the end.
    pub(crate) fn put(&mut self, product: &ProductId, line: Option<Line>) {
        if let Some(old) = self.lines.remove(product) {
            self.order.remove(&old.position);
        }
        if let Some(mut line) = line {
            if self.order.contains_key(&line.position) {
                line.position = self.next;
            }
            self.next = self.next.max(line.position.saturating_add(1));
            self.order.insert(line.position, product.clone());
            self.lines.insert(product.clone(), line);
        }
    }
}
