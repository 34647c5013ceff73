//! What crosses to TypeScript. Plain data, no behaviour: views of the shop's own types.

mod cart;
mod catalog;
mod preferences;
mod snapshot;

pub(crate) use cart::{CartLine, CartTotals, Changed, Money};
pub(crate) use catalog::Catalog;
pub(crate) use preferences::Preferences;
pub(crate) use snapshot::{Patch, View};
