//! What changed between two snapshots, so that a change of one line costs no window the whole cart.

use std::{collections::BTreeSet, sync::Arc};

use carryover_cart::ProductId;

use crate::{CartLine, CartView, Snapshot};

/// What makes the lines of a later snapshot of those of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The revision of the earlier snapshot: the patch fits no other.
    pub since: u64,
    /// Lines that are new or other ones.
    pub changed: Vec<Arc<CartLine>>,
    /// Products whose lines are gone.
    pub removed: Vec<ProductId>,
}

impl Snapshot {
    /// What changed since `earlier`.
    pub fn since(&self, earlier: &Self) -> Patch {
        let changed: Vec<_> = self.cart.lines.iter().filter(|line| !earlier.cart.holds(line)).cloned().collect();
        let still_in: BTreeSet<_> = changed.iter().map(|line| &line.product_id).collect();
        let gone = earlier.cart.lines.iter().filter(|line| !self.cart.holds(line)).map(|line| &line.product_id);
        let removed = gone.filter(|product| !still_in.contains(product)).cloned().collect();
        Patch { since: earlier.revision, removed, changed }
    }
}

impl CartView {
    /// Whether it has this very line. One that did not change is the same one, so comparing pointers is enough.
    fn holds(&self, line: &Arc<CartLine>) -> bool {
        let found = self.lines.binary_search_by_key(&line.position, |line| line.position).ok();
        found.and_then(|at| self.lines.get(at)).is_some_and(|found| Arc::ptr_eq(found, line))
    }
}
