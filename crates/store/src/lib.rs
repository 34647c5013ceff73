//! SQLite: everything that must survive the program.
//!
//! One file, one connection that writes, one transaction for every change of who this device is (session, owner of the cart and
//! journal together). Tokens arrive sealed as bytes: nothing here can read them.

mod carts;
mod catalogs;
mod db;
mod error;
mod outbox;
mod owner;
mod seal;
mod sessions;
mod upgrades;

pub use carts::ServerCart;
pub use db::{Scope, Store};
pub use error::StoreError;
pub use outbox::Pending;
pub use seal::{SealError, Sealer};
pub use sessions::{RecordRow, Who};
