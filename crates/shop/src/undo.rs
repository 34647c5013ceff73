//! The person's last changes of the cart, to be taken back. In memory: undo is for now, not for tomorrow.

use std::collections::VecDeque;

use carryover_cart::Change;

/// So many changes can be taken back.
const KEPT: usize = 20;

/// The last changes, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Undos {
    changes: VecDeque<(u32, Change)>,
    last_id: u32,
}

impl Undos {
    /// Keeps a change and says by which number it is taken back.
    pub(crate) fn keep(&mut self, change: Change) -> u32 {
        self.last_id += 1;
        self.changes.push_back((self.last_id, change));
        if self.changes.len() > KEPT {
            self.changes.pop_front();
        }
        self.last_id
    }

    /// The change of this number, if it can still be taken back.
    pub(crate) fn find(&self, id: u32) -> Option<&Change> {
        self.changes.iter().find_map(|(kept, change)| (*kept == id).then_some(change))
    }

    /// It is taken back: nobody takes it back twice.
    pub(crate) fn take(&mut self, id: u32) {
        self.changes.retain(|(kept, _)| *kept != id);
    }
}
