//! What is known in memory, and the snapshot made of it. Pure: nothing waits here.

use std::{collections::BTreeMap, sync::Arc};

use carryover_auth::{Code, Contact, Session, State, User};
use carryover_cart::{Change, Line, Money, PriceChange, ProductId};
use carryover_store::{CartState, Note, StoredNotice};
use uuid::Uuid;

use crate::{
    BackendKind, CartLine, CartView, Catalog, CatalogState, CatalogStatus, FlowView, Identity, LineSync, Notice,
    NoticeKind, SaveState, ShopError, Snapshot, SwitchView, flow::Flow, undo::Undos,
};

/// How the sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncPhase {
    Waiting,
    Syncing,
    /// It is tried again by itself.
    Stuck(Trouble),
}

/// Why the server does not have the cart yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Network,
    RateLimit,
    Captcha,
    Server,
}

impl Trouble {
    pub(crate) fn of(error: &ShopError) -> Self {
        match (error.auth_code(), error.status()) {
            (Some(Code::CaptchaFailed), _) => Self::Captcha,
            (_, Some(429)) => Self::RateLimit,
            (_, Some(_)) => Self::Server,
            (_, None) => Self::Network,
        }
    }
}

pub(crate) struct Model {
    pub backend: BackendKind,
    pub identity: Identity,
    /// As it is on disk.
    state: CartState,
    /// The same with names and prices, by position. Only what changes is made anew.
    lines: BTreeMap<u64, Arc<CartLine>>,
    pub undos: Undos,
    pub sync: SyncPhase,
    pub catalog: Arc<Catalog>,
    pub catalog_status: CatalogStatus,
    /// What is under way with Supabase Auth.
    pub flow: Option<Flow>,
    /// The carts are being handed over.
    pub claiming: bool,
    /// The person asked to be forgotten, and the server's answer was lost.
    pub forgetting: bool,
    /// Notices that are kept on disk until they are put away.
    stored_notices: Vec<Notice>,
    /// Notices about this run of the program. Their ids are negative, those on disk positive.
    run_notices: Vec<Notice>,
    revision: u64,
}

impl Model {
    pub(crate) fn new(backend: BackendKind) -> Self {
        Self {
            backend,
            identity: Identity::Visitor,
            state: CartState::default(),
            lines: BTreeMap::new(),
            undos: Undos::default(),
            sync: SyncPhase::Waiting,
            catalog: Arc::default(),
            catalog_status: CatalogStatus { state: CatalogState::Loading, revision: 0 },
            flow: None,
            claiming: false,
            forgetting: false,
            stored_notices: Vec::new(),
            run_notices: Vec::new(),
            revision: 0,
        }
    }

    /// The cart as it is on disk.
    pub(crate) fn cart(&self) -> &carryover_cart::Cart {
        &self.state.cart
    }

    /// Whether somebody is signed in to an account.
    pub(crate) fn is_member(&self) -> bool {
        matches!(self.identity, Identity::Member { .. })
    }

    /// Whether the server lacks something of the cart.
    pub(crate) fn has_pending(&self) -> bool {
        !self.state.pending.is_empty()
    }

    /// What the cart costs, as it is on screen; `None` when there is nothing to pay.
    pub(crate) fn total(&self) -> Option<Money> {
        Money::sum(self.lines.values().filter_map(|line| line.line_total)).ok().flatten()
    }

    /// Another person's cart: what was changed before can't be taken back in it.
    pub(crate) fn start_anew(&mut self, cart: CartState) {
        self.undos = Undos::default();
        self.set_cart(cart);
    }

    /// A member signed out.
    pub(crate) fn sign_out(&mut self, cart: CartState, notices: Vec<StoredNotice>) {
        self.identity = Identity::Visitor;
        self.flow = None;
        self.run_notices.retain(|notice| notice.kind != NoticeKind::HandOffUndone);
        self.start_anew(cart);
        self.set_stored_notices(notices);
    }

    /// Takes over a change of the person's that is on disk now.
    pub(crate) fn apply(&mut self, change: &Change) {
        change.apply(&mut self.state.cart);
        for line in change.lines() {
            self.state.pending.insert(line.product.clone());
            self.state.refused.remove(&line.product);
        }
        self.show(change);
    }

    /// Takes over the cart as it is on disk.
    pub(crate) fn set_cart(&mut self, state: CartState) {
        let change = Change::between(&self.state.cart, &state.cart);
        let before = std::mem::replace(&mut self.state, state);
        self.show(&change);
        let marks = [(&before.pending, &self.state.pending), (&before.refused, &self.state.refused)];
        let marked: Vec<ProductId> =
            marks.iter().flat_map(|(old, new)| old.symmetric_difference(new)).cloned().collect();
        for product in &marked {
            if let Some(line) = self.state.cart.line(product) {
                self.lines.insert(line.position, Arc::new(self.line(product, line)));
            }
        }
    }

    /// Makes the lines anew that a change touched.
    fn show(&mut self, change: &Change) {
        // All out before any goes in: lines may have changed places with each other.
        for before in change.lines().iter().filter_map(|line| line.before) {
            self.lines.remove(&before.position);
        }
        for product in change.lines().iter().map(|line| &line.product) {
            if let Some(line) = self.state.cart.line(product) {
                self.lines.insert(line.position, Arc::new(self.line(product, line)));
            }
        }
    }

    pub(crate) fn set_catalog(&mut self, catalog: Catalog) {
        if self.catalog_status.state == CatalogState::Ready && *self.catalog == catalog {
            return;
        }
        self.catalog = Arc::new(catalog);
        self.catalog_status = CatalogStatus { state: CatalogState::Ready, revision: self.catalog_status.revision + 1 };
        let lines = self.state.cart.lines().map(|(product, line)| (line.position, Arc::new(self.line(product, line))));
        self.lines = lines.collect();
    }

    /// Shows a notice once, however often it is raised.
    pub(crate) fn notify(&mut self, kind: NoticeKind) {
        if self.run_notices.iter().all(|notice| notice.kind != kind) {
            let lowest = self.run_notices.iter().map(|notice| notice.id).min().unwrap_or(0);
            self.run_notices.push(Notice { id: lowest - 1, kind });
        }
    }

    /// Takes over the notices that are on disk.
    pub(crate) fn set_stored_notices(&mut self, notices: Vec<StoredNotice>) {
        let kind = |note| match note {
            Note::Line(note) => NoticeKind::Line(note),
            Note::Recovered(recovered) => NoticeKind::Recovered(recovered),
            Note::HandedOver(handed_over) => NoticeKind::HandedOver(handed_over),
        };
        self.stored_notices =
            notices.into_iter().map(|notice| Notice { id: notice.id, kind: kind(notice.note) }).collect();
    }

    pub(crate) fn dismiss(&mut self, id: i64) {
        self.run_notices.retain(|notice| notice.id != id);
        self.stored_notices.retain(|notice| notice.id != id);
    }

    /// Follows the session engine.
    pub(crate) fn set_identity(&mut self, state: &State) {
        match state {
            State::Present { session, .. } => {
                let was_member = self.is_member();
                self.identity = Identity::of(session);
                let linked =
                    self.flow.as_ref().and_then(Flow::linking).is_some_and(|contact| has(&session.user, contact));
                if !self.claiming && (linked || (self.is_member() && !was_member)) {
                    // However it came about: confirmed here, or in a browser.
                    self.flow = None;
                }
            }
            State::Absent => self.identity = Identity::Visitor,
            // What is on screen comes from this disk and stands until more is known.
            State::Unreadable(_) => {}
            State::Ended(_) => {
                self.identity = Identity::Visitor;
                self.flow = None;
                self.notify(NoticeKind::IdentityLost);
            }
        }
    }

    /// Nothing of a person is left.
    pub(crate) fn forget(&mut self) {
        self.identity = Identity::Visitor;
        self.state = CartState::default();
        self.lines.clear();
        self.undos = Undos::default();
        self.flow = None;
        self.claiming = false;
        self.forgetting = false;
        self.stored_notices.clear();
        self.run_notices.retain(|notice| !matches!(notice.kind, NoticeKind::IdentityLost | NoticeKind::HandOffUndone));
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
            upgrade: self.flow.as_ref().map_or(FlowView::Idle, Flow::upgrade_view),
            switch: self.switch_view(),
            notices: self.run_notices.iter().chain(&self.stored_notices).cloned().collect(),
            backend: self.backend.clone(),
        }
    }

    fn switch_view(&self) -> SwitchView {
        match &self.flow {
            _ if self.claiming => SwitchView::Claiming,
            Some(flow) => flow.switch_view(),
            None => SwitchView::SigningIn(FlowView::Idle),
        }
    }

    fn save_state(&self) -> SaveState {
        match (self.state.pending.is_empty(), self.sync) {
            (true, _) if self.state.cart.is_empty() => SaveState::Nothing,
            (_, SyncPhase::Stuck(trouble)) => match trouble {
                Trouble::Network => SaveState::Offline,
                Trouble::RateLimit => SaveState::RateLimited,
                Trouble::Captcha => SaveState::Captcha,
                Trouble::Server => SaveState::ServerTrouble,
            },
            (true, _) => SaveState::AllSaved,
            (false, SyncPhase::Syncing) => SaveState::Syncing,
            (false, SyncPhase::Waiting) => SaveState::OnThisDevice,
        }
    }

    fn cart_view(&self) -> CartView {
        let lines: Vec<_> = self.lines.values().cloned().collect();
        CartView {
            items: lines.iter().fold(0, |sum, line| line.quantity.saturating_add(sum)),
            total: self.total(),
            lines,
            unsaved: self.state.pending.len(),
        }
    }

    fn line(&self, id: &ProductId, line: Line) -> CartLine {
        let product = self.catalog.product(id);
        let quantity = line.quantity.get();
        CartLine {
            product_id: id.clone(),
            position: line.position,
            name: product.map_or_else(|| id.to_string(), |p| p.name.clone()),
            picture: product.map_or_else(String::new, |p| p.picture.clone()),
            quantity,
            limit: product.map_or(0, |p| p.limit.allowed()),
            unit_price: product.map(|p| p.price),
            seen_price: product.and_then(|p| PriceChange::between(line.seen, p.price).seen()),
            line_total: product.and_then(|p| p.price.times(quantity).ok()),
            sync: match (self.state.pending.contains(id), self.state.refused.contains(id)) {
                (true, _) => LineSync::Pending,
                (false, true) => LineSync::Refused,
                (false, false) => LineSync::Synced,
            },
        }
    }
}

/// Whether an address or number is a user's, confirmed.
fn has(user: &User, contact: &Contact) -> bool {
    let theirs = match contact {
        Contact::Email(_) => &user.email,
        Contact::Phone(_) => &user.phone,
    };
    theirs.as_deref() == Some(contact.as_str())
}

impl Identity {
    /// By the token in use, which is what row-level security goes by.
    pub(crate) fn of(session: &Session) -> Self {
        if session.is_anonymous {
            return Self::Guest { user_id: session.user.id };
        }
        let user = &session.user;
        Self::Member { user_id: user.id, email: user.email.clone(), phone: user.phone.clone() }
    }

    /// By what is known without the tokens.
    pub(crate) fn known(user_id: Uuid, is_anonymous: bool) -> Self {
        if is_anonymous { Self::Guest { user_id } } else { Self::Member { user_id, email: None, phone: None } }
    }
}
