//! Everything the window shows.

use carryover_shop as shop;
use serde::Serialize;
use specta::Type;

use super::{CartLine, CartTotals, Contact, HandOffDone};
use crate::error::ErrorCode;

/// Who this is.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Identity {
    Visitor,
    Guest { user_id: String },
    Member { user_id: String, email: Option<String>, phone: Option<String> },
}

/// Where the cart is safe.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SaveState {
    Nothing,
    OnThisDevice,
    Syncing,
    AllSaved,
    Offline,
    RateLimited,
    Captcha,
    ServerTrouble,
}

/// Whether there is a catalog.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CatalogState {
    Loading,
    Ready,
    Unavailable,
}

/// Whether there is a catalog, and which.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct CatalogStatus {
    state: CatalogState,
    revision: u32,
}

/// Linking an identity to whoever is here. Failed: what came back from the browser was no success. Times in milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Upgrade {
    Idle,
    CodeSent { contact: Contact, resend_at: i64, expires_at: i64 },
    InBrowser { provider: String },
    Failed { provider: String, code: ErrorCode },
}

/// Signing in to an account that exists, beside the guest, until the person has decided. Choosing: the account is proven and nothing
/// has changed; its address or number, if it has one. Claiming: the carts are being handed over.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Switch {
    Idle,
    CodeSent { contact: Contact, resend_at: i64, expires_at: i64 },
    InBrowser { provider: String },
    Failed { provider: String, code: ErrorCode },
    Choosing { account: Option<String> },
    Claiming,
}

/// Something a person must be told: of which product, how many there are now, which file, what became of two carts.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Notice {
    id: i64,
    kind: NoticeKind,
    product: Option<String>,
    quantity: Option<u32>,
    file: Option<String>,
    hand_off: Option<HandOffDone>,
}

/// What a person must be told.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoticeKind {
    LimitReduced,
    Unavailable,
    ChangedElsewhere,
    RemovedElsewhere,
    DatabaseRecovered,
    HandedOver,
    HandOffUndone,
    CartMoved,
    SignInEnded,
    KeyFile,
    IdentityLost,
    BackendFailed,
}

/// Which kind of backend.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Backend {
    Sandbox,
    Hosted,
}

/// Everything the window shows, at one instant, without the lines of the cart.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Snapshot {
    revision: u64,
    identity: Identity,
    cart: CartTotals,
    save: SaveState,
    catalog: CatalogStatus,
    upgrade: Upgrade,
    switch: Switch,
    notices: Vec<Notice>,
    backend: Backend,
}

/// Everything the window shows, the lines of the cart in their order included.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct View {
    snapshot: Snapshot,
    lines: Vec<CartLine>,
}

/// What changed since the snapshot with the revision `since`, and fits no other: who holds another asks for the whole view.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Patch {
    since: u64,
    snapshot: Snapshot,
    changed: Vec<CartLine>,
    removed: Vec<String>,
}

impl View {
    /// At the instant of a snapshot.
    pub(crate) fn of(snapshot: &shop::Snapshot) -> Self {
        let lines = snapshot.cart.lines.iter().map(|line| line.as_ref().into());
        Self { snapshot: snapshot.into(), lines: lines.collect() }
    }
}

impl Patch {
    /// From one snapshot to a later one.
    pub(crate) fn between(earlier: &shop::Snapshot, later: &shop::Snapshot) -> Self {
        let patch = later.since(earlier);
        Self {
            since: patch.since,
            snapshot: later.into(),
            changed: patch.changed.iter().map(|line| line.as_ref().into()).collect(),
            removed: patch.removed.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&shop::Snapshot> for Snapshot {
    fn from(snapshot: &shop::Snapshot) -> Self {
        Self {
            revision: snapshot.revision,
            identity: (&snapshot.identity).into(),
            cart: (&snapshot.cart).into(),
            save: snapshot.save.into(),
            catalog: CatalogStatus {
                state: match snapshot.catalog.state {
                    shop::CatalogState::Loading => CatalogState::Loading,
                    shop::CatalogState::Ready => CatalogState::Ready,
                    shop::CatalogState::Unavailable => CatalogState::Unavailable,
                },
                revision: snapshot.catalog.revision,
            },
            upgrade: (&snapshot.upgrade).into(),
            switch: (&snapshot.switch).into(),
            notices: snapshot.notices.iter().map(Notice::from).collect(),
            backend: match snapshot.backend {
                shop::BackendKind::Sandbox => Backend::Sandbox,
                shop::BackendKind::Hosted { .. } => Backend::Hosted,
            },
        }
    }
}

impl From<&shop::Identity> for Identity {
    fn from(identity: &shop::Identity) -> Self {
        match identity {
            shop::Identity::Visitor => Self::Visitor,
            shop::Identity::Guest { user_id } => Self::Guest { user_id: user_id.to_string() },
            shop::Identity::Member { user_id, email, phone } => Self::Member {
                user_id: user_id.to_string(),
                email: email.clone(),
                phone: phone.as_ref().map(|phone| format!("+{phone}")),
            },
        }
    }
}

impl From<shop::SaveState> for SaveState {
    fn from(save: shop::SaveState) -> Self {
        match save {
            shop::SaveState::Nothing => Self::Nothing,
            shop::SaveState::OnThisDevice => Self::OnThisDevice,
            shop::SaveState::Syncing => Self::Syncing,
            shop::SaveState::AllSaved => Self::AllSaved,
            shop::SaveState::Offline => Self::Offline,
            shop::SaveState::RateLimited => Self::RateLimited,
            shop::SaveState::Captcha => Self::Captcha,
            shop::SaveState::ServerTrouble => Self::ServerTrouble,
        }
    }
}

impl From<&shop::FlowView> for Upgrade {
    fn from(flow: &shop::FlowView) -> Self {
        match flow {
            shop::FlowView::Idle => Self::Idle,
            shop::FlowView::CodeSent { contact, resend_at, expires_at } => {
                Self::CodeSent { contact: contact.into(), resend_at: *resend_at, expires_at: *expires_at }
            }
            shop::FlowView::InBrowser { provider } => Self::InBrowser { provider: provider.clone() },
            shop::FlowView::Failed { provider, failure } => {
                Self::Failed { provider: provider.clone(), code: (*failure).into() }
            }
        }
    }
}

impl From<&shop::SwitchView> for Switch {
    fn from(switch: &shop::SwitchView) -> Self {
        match switch {
            shop::SwitchView::SigningIn(flow) => match flow.into() {
                Upgrade::Idle => Self::Idle,
                Upgrade::CodeSent { contact, resend_at, expires_at } => {
                    Self::CodeSent { contact, resend_at, expires_at }
                }
                Upgrade::InBrowser { provider } => Self::InBrowser { provider },
                Upgrade::Failed { provider, code } => Self::Failed { provider, code },
            },
            shop::SwitchView::Choosing { account } => Self::Choosing { account: account.clone() },
            shop::SwitchView::Claiming => Self::Claiming,
        }
    }
}

impl From<&shop::Notice> for Notice {
    fn from(notice: &shop::Notice) -> Self {
        let of_run = |kind| Self { id: notice.id, kind, product: None, quantity: None, file: None, hand_off: None };
        match &notice.kind {
            shop::NoticeKind::Line(note) => {
                let (kind, quantity) = match note {
                    shop::LineNote::Reduced { quantity, .. } => (NoticeKind::LimitReduced, Some(*quantity)),
                    shop::LineNote::Unavailable { .. } => (NoticeKind::Unavailable, None),
                    shop::LineNote::ChangedElsewhere { quantity, .. } => {
                        (NoticeKind::ChangedElsewhere, Some(*quantity))
                    }
                    shop::LineNote::RemovedElsewhere { .. } => (NoticeKind::RemovedElsewhere, None),
                };
                Self { product: Some(note.product().to_string()), quantity, ..of_run(kind) }
            }
            shop::NoticeKind::Recovered(recovered) => {
                Self { file: Some(recovered.set_aside.clone()), ..of_run(NoticeKind::DatabaseRecovered) }
            }
            shop::NoticeKind::HandedOver(done) => {
                Self { hand_off: Some(done.into()), ..of_run(NoticeKind::HandedOver) }
            }
            shop::NoticeKind::HandOffUndone => of_run(NoticeKind::HandOffUndone),
            shop::NoticeKind::CartMoved => of_run(NoticeKind::CartMoved),
            shop::NoticeKind::SignInEnded => of_run(NoticeKind::SignInEnded),
            shop::NoticeKind::KeyFile => of_run(NoticeKind::KeyFile),
            shop::NoticeKind::IdentityLost => of_run(NoticeKind::IdentityLost),
            shop::NoticeKind::BackendFailed => of_run(NoticeKind::BackendFailed),
        }
    }
}
