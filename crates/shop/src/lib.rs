//! The use cases of the shop: browse, change the cart, sync it, become a member, be forgotten.
//!
//! No window and no SQL text here. [`Shop::open`] needs a folder and works at once, without a network; [`Shop::connect`] joins
//! it to a backend. What there is to show is one value, [`Snapshot`], published on every change.

mod account;
mod backend;
mod browse;
mod catalog;
mod change_cart;
mod check_out;
mod connect;
mod error;
mod export;
mod flow;
mod forget;
mod key;
mod model;
mod patch;
mod pause;
mod ports;
mod remote;
mod reviews;
mod shop;
mod sign_up;
mod snapshot;
mod switch;
mod sync;
mod trip;
mod undo;
mod upgrade;
mod vault;

pub use account::{Account, KeptBecause, LinkedIdentity};
pub use backend::{Backend, BackendError, BackendKind, BackendOffer};
pub use carryover_auth::{Clock, Code, Contact, Error as AuthError, Nonce, Otp, Password, SystemClock};
pub use carryover_cart::{
    Limit, LineNote, Money, ProductId, ServerCart,
    merge::{Absence, Answer, Bound, ByHand, Reason, Rule, Rules},
};
pub use carryover_store::{HandedOver, Outcome, Recovered, StoreError};
pub use catalog::{Catalog, Category, Product};
pub use change_cart::Changed;
pub use error::ShopError;
pub use key::KeptIn;
pub use patch::Patch;
pub use ports::{Browser, Key, KeyStore, KeyStoreError};
pub use remote::{EarlierCart, EarlierCartOrigin, Order, OrderLine, Refusal, RemoteError};
pub use reviews::Review;
pub use shop::{Options, Shop};
pub use snapshot::{
    CartLine, CartView, CatalogState, CatalogStatus, FlowView, Identity, LineSync, Notice, NoticeKind, SaveState,
    Snapshot, SwitchView,
};
pub use switch::{HandOffUndo, HandOffView, Piece, PlanLineView, PlanView, Side, SignInOptions};
pub use trip::BrowserFailure;
pub use upgrade::ContactKind;
pub use vault::{Vault, VaultError};
