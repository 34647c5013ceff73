//! SQLite: everything that must survive the program.
//!
//! One file, one connection that writes, one transaction for every change of who this device is (session, owner of the cart and
//! journal together). Tokens arrive sealed as bytes: nothing here can read them.

mod attempts;
mod carts;
mod catalogs;
mod db;
mod error;
mod forget;
mod hand_offs;
mod notices;
mod outbox;
mod owner;
mod recover;
mod seal;
mod sessions;
mod upgrades;

pub use attempts::SignUpAttempt;
pub use carts::CartState;
pub use db::{Scope, Store};
pub use error::StoreError;
pub use hand_offs::{Claim, Claimed, HandOff, Outcome, Told};
pub use notices::{HandedOver, Note, Recovered, StoredNotice};
pub use outbox::PendingLine;
pub use seal::{SealError, Sealer};
pub use sessions::{RecordRow, Who};
