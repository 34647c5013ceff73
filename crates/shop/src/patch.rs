//! What changed between two snapshots, so that a change of one line costs no window the whole cart.

use std::{collections::BTreeSet, sync::Arc};

use carryover_cart::ProductId;

use crate::{CartLine, Snapshot};

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
    /// What changed since `earlier`. A line that did not change is the same one in both, so most are only pointers to compare.
    pub fn since(&self, earlier: &Self) -> Patch {
        let (mut before, mut now) = (earlier.cart.lines.iter().peekable(), self.cart.lines.iter().peekable());
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        loop {
            match (before.peek(), now.peek()) {
                (None, None) => break,
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {
                    before.next();
                    now.next();
                }
                (Some(old), new) if new.is_none_or(|new| old.position <= new.position) => gone.extend(before.next()),
                _ => changed.extend(now.next().cloned()),
            }
        }
        let still_in: BTreeSet<_> = changed.iter().map(|line| &line.product_id).collect();
        let gone = gone.into_iter().map(|line| &line.product_id);
        let removed = gone.filter(|product| !still_in.contains(product)).cloned().collect();
        Patch { since: earlier.revision, removed, changed }
    }
}
