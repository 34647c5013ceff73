//! The cart as pure values: no I/O, no clock, no network.
//!
//! What a person may put in ([`Limit`]), what it costs ([`Money`]), the cart itself ([`Cart`]) and what happens to it
//! ([`Change`]): an operation, its undo, the difference of two carts and what a server's answer means are all the same value.
//! How two carts become one is in [`merge`].

mod cart;
mod change;
mod form;
pub mod merge;
mod money;
mod note;
mod offer;
mod operate;
mod product;
mod server;
mod totals;

pub use cart::{Cart, Line};
pub use change::{Change, LineChange};
pub use form::FormError;
pub use money::{Currency, Money, MoneyError};
pub use note::LineNote;
pub use offer::{Limit, Offer, PriceChange};
pub use operate::{Outcome, Unavailable};
pub use product::ProductId;
pub use server::{Accepted, Answer, Refusal, RefusalReason, ServerCart};
pub use totals::Totals;
