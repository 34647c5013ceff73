//! What crosses to TypeScript. Plain data, no behaviour: views of the shop's own types.

mod account;
mod backend;
mod cart;
mod catalog;
mod hand_off;
mod preferences;
mod review;
mod snapshot;

pub(crate) use account::{Account, Contact, Order, SignInOptions, SignOutScope};
pub(crate) use backend::{BackendChoice, BackendSettings, BackendTried};
pub(crate) use cart::{CartLine, CartTotals, Changed, Money};
pub(crate) use catalog::Catalog;
pub(crate) use hand_off::{Answer, EarlierCart, HandOff, HandOffDone, HandOffUndo, Plan};
pub(crate) use preferences::Preferences;
pub(crate) use review::Review;
pub(crate) use snapshot::{Patch, View};

/// An id as it crossed to TypeScript and back.
pub(crate) fn parse_id(text: &str) -> Result<uuid::Uuid, crate::error::UiError> {
    uuid::Uuid::parse_str(text).map_err(|_| crate::error::UiError::bad_id())
}
