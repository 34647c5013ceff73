//! The cart as pure values: no I/O, no clock, no network.
//!
//! What a person may put in ([`Limit`]), what it costs ([`Money`]), and the cart itself ([`Cart`]): lines keyed by product.

mod cart;
mod limit;
mod money;
mod product;

pub use cart::{Cart, SetOutcome};
pub use limit::Limit;
pub use money::{Currency, Money, MoneyError};
pub use product::ProductId;
