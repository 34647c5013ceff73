//! What is known in memory, and the snapshot made of it. Pure: nothing waits here.

use std::{collections::BTreeSet, sync::Arc};

use carryover_auth::{Session, State};
use carryover_cart::{Cart, Money, ProductId};
use uuid::Uuid;

use crate::{
    BackendKind, CartLine, CartView, Catalog, CatalogState, CatalogStatus, Identity, LineSync, Notice, NoticeKind,
    SaveState, Snapshot, UpgradeView, upgrade::UpgradeState,
};

/// How the sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncPhase {
    Waiting,
    Syncing,
    Offline,
}

pub(crate) struct Model {
    pub backend: BackendKind,
    pub identity: Identity,
    pub cart: Cart,
    pub pending: BTreeSet<ProductId>,
    pub sync: SyncPhase,
    pub catalog: Arc<Catalog>,
    pub catalog_status: CatalogStatus,
    pub upgrade: Option<UpgradeState>,
    notices: Vec<Notice>,
    next_notice: u32,
    revision: u64,
}

impl Model {
    pub(crate) fn new(backend: BackendKind) -> Self {
        Self {
            backend,
            identity: Identity::Visitor,
            cart: Cart::default(),
            pending: BTreeSet::new(),
            sync: SyncPhase::Waiting,
            catalog: Arc::default(),
            catalog_status: CatalogStatus { state: CatalogState::Loading, revision: 0 },
            upgrade: None,
            notices: Vec::new(),
            next_notice: 1,
            revision: 0,
        }
    }

    pub(crate) fn set_catalog(&mut self, catalog: Catalog) {
        if self.catalog_status.state == CatalogState::Ready && *self.catalog == catalog {
            return;
        }
        self.catalog = Arc::new(catalog);
        self.catalog_status = CatalogStatus { state: CatalogState::Ready, revision: self.catalog_status.revision + 1 };
    }

    /// Shows a notice once, however often it is raised.
    pub(crate) fn notify(&mut self, kind: NoticeKind) {
        if self.notices.iter().all(|notice| notice.kind != kind) {
            self.notices.push(Notice { id: self.next_notice, kind });
            self.next_notice += 1;
        }
    }

    pub(crate) fn dismiss(&mut self, id: u32) {
        self.notices.retain(|notice| notice.id != id);
    }

    /// Follows the session engine.
    pub(crate) fn set_identity(&mut self, state: &State) {
        match state {
            State::Present { session, .. } => {
                self.identity = Identity::of(session);
                if !session.is_anonymous {
                    // However it came about: confirmed here, or in a browser.
                    self.upgrade = None;
                }
            }
            State::Absent => self.identity = Identity::Visitor,
            // What is on screen comes from this disk and stands until more is known.
            State::Unreadable(_) => {}
            State::Ended(_) => {
                self.identity = Identity::Visitor;
                self.upgrade = None;
                self.notify(NoticeKind::IdentityLost);
            }
        }
    }

    /// The next snapshot.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        self.revision += 1;
        Snapshot {
            revision: self.revision,
            identity: self.identity.clone(),
            cart: self.cart_view(),
            save: self.save_state(),
            catalog: self.catalog_status,
            upgrade: self.upgrade.as_ref().map_or(UpgradeView::Idle, UpgradeState::view),
            notices: self.notices.clone(),
            backend: self.backend.clone(),
        }
    }

    fn save_state(&self) -> SaveState {
        match (self.pending.is_empty(), self.sync) {
            (true, _) if self.cart.is_empty() => SaveState::Nothing,
            (_, SyncPhase::Offline) => SaveState::Offline,
            (true, _) => SaveState::AllSaved,
            (false, SyncPhase::Syncing) => SaveState::Syncing,
            (false, SyncPhase::Waiting) => SaveState::OnThisDevice,
        }
    }

    fn cart_view(&self) -> CartView {
        let lines: Vec<_> = self.cart.lines().map(|(id, quantity)| self.line(id, quantity)).collect();
        CartView {
            items: self.cart.items(),
            total: Money::sum(lines.iter().filter_map(|line| line.line_total)).ok().flatten(),
            lines,
        }
    }

    fn line(&self, id: &ProductId, quantity: u32) -> CartLine {
        let product = self.catalog.product(id);
        CartLine {
            product_id: id.clone(),
            name: product.map_or_else(|| id.to_string(), |p| p.name.clone()),
            picture: product.map_or_else(String::new, |p| p.picture.clone()),
            quantity,
            limit: product.map_or(0, |p| p.limit.allowed()),
            unit_price: product.map(|p| p.price),
            line_total: product.and_then(|p| p.price.times(quantity).ok()),
            sync: if self.pending.contains(id) { LineSync::Pending } else { LineSync::Synced },
        }
    }
}

impl Identity {
    /// By the token in use, which is what row-level security goes by.
    pub(crate) fn of(session: &Session) -> Self {
        Self::known(session.user.id, session.is_anonymous, session.user.email.clone())
    }

    /// By what is known without the tokens.
    pub(crate) fn known(user_id: Uuid, is_anonymous: bool, email: Option<String>) -> Self {
        if is_anonymous { Self::Guest { user_id } } else { Self::Member { user_id, email } }
    }
}
