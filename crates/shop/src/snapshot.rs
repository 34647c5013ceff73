//! The one value that there is to show.

use std::sync::Arc;

use carryover_auth::Contact;
use carryover_cart::{LineNote, Money, ProductId};
use carryover_store::{HandedOver, Recovered};
use uuid::Uuid;

use crate::{BackendKind, BrowserFailure};

/// Everything the window shows, at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Counts the changes: a lower one is older.
    pub revision: u64,
    /// Who this is.
    pub identity: Identity,
    /// The cart.
    pub cart: CartView,
    /// Where the cart is safe.
    pub save: SaveState,
    /// Whether there is a catalog, and which.
    pub catalog: CatalogStatus,
    /// The identity that is being linked to whoever is here.
    pub upgrade: FlowView,
    /// The switch to an account that exists.
    pub switch: SwitchView,
    /// What a person must be told.
    pub notices: Vec<Notice>,
    /// The backend.
    pub backend: BackendKind,
}

/// Who this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// No user yet.
    Visitor,
    /// An anonymous user.
    Guest {
        /// Their id.
        user_id: Uuid,
    },
    /// A permanent user, by the token in use.
    Member {
        /// Their id; the same as when they were a guest.
        user_id: Uuid,
        /// Their address, once the session is readable.
        email: Option<String>,
        /// Their number, likewise.
        phone: Option<String>,
    },
}

/// The cart with names and prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartView {
    /// Its lines by position, lowest first. Lines that did not change are the same ones in the next snapshot.
    pub lines: Vec<Arc<CartLine>>,
    /// How many pieces.
    pub items: u32,
    /// What it costs; `None` when empty, or when no sum can be had.
    pub total: Option<Money>,
    /// How many lines the server does not have as they are here, those taken out among them.
    pub unsaved: usize,
}

/// A line with names and prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// What.
    pub product_id: ProductId,
    /// Where in the cart it stands.
    pub position: u64,
    /// Its name; the key when the catalog has lost it.
    pub name: String,
    /// Its picture.
    pub picture: String,
    /// How many.
    pub quantity: u32,
    /// The most there may be; 0 when it is no longer sold.
    pub limit: u32,
    /// What one costs; nothing when it is no longer sold.
    pub unit_price: Option<Money>,
    /// What one cost when the person last touched the line, if it costs something else now.
    pub seen_price: Option<Money>,
    /// What the line costs.
    pub line_total: Option<Money>,
    /// Whether the server has it.
    pub sync: LineSync,
}

/// Whether the server has a line as it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSync {
    /// Not yet.
    Pending,
    /// Yes.
    Synced,
    /// Yes, and it is less than the person asked for.
    Refused,
}

/// Where the cart is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveState {
    /// There is nothing to keep.
    Nothing,
    /// On this device; not sent yet.
    OnThisDevice,
    /// Being sent.
    Syncing,
    /// On the server too.
    AllSaved,
    /// On this device; the server can't be reached.
    Offline,
    /// On this device; the server takes no more for now.
    RateLimited,
    /// On this device; the server could not make sure that a person is here.
    Captcha,
    /// On this device; the server has a problem.
    ServerTrouble,
}

/// Whether there is a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogState {
    /// Not yet.
    Loading,
    /// Yes.
    Ready,
    /// No, and it can't be fetched for now.
    Unavailable,
}

/// Whether there is a catalog, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogStatus {
    /// Whether.
    pub state: CatalogState,
    /// Which: fetch it again when this changes.
    pub revision: u32,
}

/// How far the proof of an identity is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowView {
    /// None is under way.
    Idle,
    /// A code was sent and is waited for.
    CodeSent {
        /// Where to.
        contact: Contact,
        /// When another may be asked for, milliseconds since 1970.
        resend_at: i64,
        /// When the code runs out, milliseconds since 1970.
        expires_at: i64,
    },
    /// The browser is at the provider's.
    InBrowser {
        /// `google`, `github`, …
        provider: String,
    },
    /// It came back with something else than success, or not at all.
    Failed {
        /// From where.
        provider: String,
        /// With what.
        failure: BrowserFailure,
    },
}

/// How far the switch to an account that exists is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwitchView {
    /// The account is being proven, or nothing is under way.
    SigningIn(FlowView),
    /// It is proven, and nothing has changed yet: the person decides about the carts.
    Choosing {
        /// Its address or number, if it has one.
        account: Option<String>,
    },
    /// The carts are being handed over.
    Claiming,
}

/// Something a person must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// To dismiss it by.
    pub id: i64,
    /// What.
    pub kind: NoticeKind,
}

/// What a person must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// A line changed without the person asking for it.
    Line(LineNote),
    /// The local database was damaged.
    Recovered(Recovered),
    /// The guest's cart was handed over to this account.
    HandedOver(HandedOver),
    /// A hand-off was taken back: the account's cart is as it was before.
    HandOffUndone,
    /// The guest's cart was handed over to an account that is not signed in here.
    CartMoved,
    /// The session of the account ended before the person had decided about two carts.
    SignInEnded,
    /// This machine has no key store: the key lies in a file.
    KeyFile,
    /// The server ended the guest's or member's session.
    IdentityLost,
    /// The backend did not start.
    BackendFailed,
}

impl NoticeKind {
    /// Whether it tells of this claim.
    pub(crate) fn is_of_claim(&self, claim_id: Uuid) -> bool {
        matches!(self, Self::HandedOver(handed_over) if handed_over.claim_id == claim_id)
    }
}
