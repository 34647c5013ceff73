//! The use cases of the shop: browse, change the cart, sync it, become a member, be forgotten.
//!
//! No window and no SQL text here. [`Shop::open`] needs a folder and works at once, without a network; [`Shop::connect`] joins
//! it to a backend. What there is to show is one value, [`Snapshot`], published on every change.

mod backend;
mod browse;
mod catalog;
mod change_cart;
mod connect;
mod error;
mod export;
mod forget;
mod key;
mod model;
mod patch;
mod pause;
mod ports;
mod remote;
mod shop;
mod sign_up;
mod snapshot;
mod sync;
mod undo;
mod upgrade;
mod vault;

pub use backend::{Backend, BackendKind};
pub use carryover_auth::{Clock, Code, Error as AuthError, Otp, SystemClock};
pub use carryover_cart::{Limit, LineNote, Money, ProductId};
pub use carryover_store::{Recovered, StoreError};
pub use catalog::{Catalog, Category, Product};
pub use change_cart::Changed;
pub use error::ShopError;
pub use key::KeptIn;
pub use patch::Patch;
pub use ports::{Key, KeyStore, KeyStoreError};
pub use remote::RemoteError;
pub use shop::{Options, Shop};
pub use snapshot::{
    CartLine, CartView, CatalogState, CatalogStatus, Identity, LineSync, Notice, NoticeKind, SaveState, Snapshot,
    UpgradeView,
};
pub use vault::{Vault, VaultError};
