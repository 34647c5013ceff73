//! What happens to a cart, as a value: done, undone, written down.

use crate::{Cart, Line, ProductId};

/// What happens to the line of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// Of which product.
    pub product: ProductId,
    /// The line before; `None`: there was none.
    pub before: Option<Line>,
    /// The line afterwards; `None`: there is none.
    pub after: Option<Line>,
}

impl LineChange {
    /// How many there were and are.
    pub fn quantities(&self) -> (u32, u32) {
        let quantity = |line: Option<Line>| line.map_or(0, |line| line.quantity.get());
        (quantity(self.before), quantity(self.after))
    }
}

/// What happens to a cart: at most one change for each product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    lines: Vec<LineChange>,
}

impl Change {
    /// What makes `to` of `from`. Quantities, prices seen and places count.
    pub fn between(from: &Cart, to: &Cart) -> Self {
        let gone = from.lines().filter(|(product, _)| to.line(product).is_none());
        let gone = gone.map(|(product, line)| LineChange { product: product.clone(), before: Some(line), after: None });
        let kept = to.lines().map(|(product, line)| (product, from.line(product), line));
        let kept = kept.filter(|(_, before, line)| *before != Some(*line)).map(|(product, before, line)| LineChange {
            product: product.clone(),
            before,
            after: Some(line),
        });
        Self { lines: gone.chain(kept).collect() }
    }

    /// What happens to one line; nothing if it stays as it is.
    pub(crate) fn of_line(product: &ProductId, before: Option<Line>, after: Option<Line>) -> Self {
        let change = LineChange { product: product.clone(), before, after };
        Self { lines: if before == after { Vec::new() } else { vec![change] } }
    }

    /// The changes of single lines.
    pub fn lines(&self) -> &[LineChange] {
        &self.lines
    }

    /// Whether nothing happens.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What takes this back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let lines = self.lines.iter().rev();
        let inverse = |change: &LineChange| LineChange {
            product: change.product.clone(),
            before: change.after,
            after: change.before,
        };
        Self { lines: lines.map(inverse).collect() }
    }

    /// Makes it so, whatever the lines are now.
    pub fn apply(&self, cart: &mut Cart) {
        // All out before any goes in: lines may change places with each other.
        for change in &self.lines {
            cart.put(&change.product, None);
        }
        for change in &self.lines {
            cart.put(&change.product, change.after);
        }
    }
}
