//! The shop: opened from a folder, joined to a backend later.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use carryover_auth::{Clock, Engine};
use carryover_store::{HandOff, Store, StoreError};
use tokio::sync::{Notify, OnceCell, watch};

use crate::{
    BackendKind, Browser, Catalog, Identity, KeyStore, NoticeKind, ShopError, Snapshot, Vault, check_out::OrderWish,
    flow::Flow, model::Model, remote::Remote, switch::Sides, trip::Trip,
};

/// How long a request under way may still take when the program ends. What comes later is asked for again at the next start.
const GRACE: Duration = Duration::from_millis(500);

/// What a shop is opened with.
pub struct Options {
    /// The folder that holds everything that must survive; made if it is not there.
    pub data_dir: PathBuf,
    /// Which backend it will be joined to.
    pub backend: BackendKind,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where the sealing key is kept.
    pub key_store: Arc<dyn KeyStore>,
    /// Where people go to prove who they are.
    pub browser: Arc<dyn Browser>,
    /// What there is to buy before the backend was ever reached.
    pub first_catalog: Option<Catalog>,
}

/// The shop. Cheap to clone: all clones are one shop.
#[derive(Clone)]
pub struct Shop {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub key_store: Arc<dyn KeyStore>,
    pub browser: Arc<dyn Browser>,
    pub key_file: PathBuf,
    /// By which several programs on this folder take turns at refreshing.
    pub turn_file: PathBuf,
    model: Mutex<Model>,
    published: watch::Sender<Arc<Snapshot>>,
    /// Held while a change goes to disk and to memory, so that both see changes in one order. Never across the network.
    pub changing: tokio::sync::Mutex<()>,
    /// Held by whoever speaks with the server about the cart, and while the person signs out or is forgotten: one at a time. Taken
    /// before `changing`.
    pub sending: tokio::sync::Mutex<()>,
    pub link: OnceCell<Arc<Link>>,
    /// The trip through the browser that is under way.
    trip: Mutex<Option<Trip>>,
    /// Both carts as the person last saw them.
    sides: Mutex<Option<Arc<Sides>>>,
    /// An order whose answer was lost.
    pub unheard_order: Mutex<Option<OrderWish>>,
    /// Something waits to be sent.
    pub changed: Notify,
    /// A person, a focused window or a new network asks to try now.
    pub retry: watch::Sender<()>,
    /// A person asks to try now, whatever the server said about waiting.
    pub insisted: Notify,
}

/// The shop joined to a backend.
pub(crate) struct Link {
    pub engine: Engine<Vault>,
    pub remote: Arc<Remote>,
}

impl Shop {
    /// Opens the shop from disk alone: cart, catalog, who this is and an upgrade under way are there at once.
    pub async fn open(options: Options) -> Result<Self, ShopError> {
        std::fs::create_dir_all(&options.data_dir).map_err(StoreError::from)?;
        let now_ms = options.clock.now().as_millisecond();
        let store = Store::open(&options.data_dir.join("carryover.db"), options.backend.scope(), now_ms).await?;
        let mut model = Model::new(options.backend);
        // A cached catalog of another version of the program is no error: it is fetched again.
        let cached = store.catalog().await?.and_then(|json| serde_json::from_str(&json).ok());
        if let Some(catalog) = cached.or(options.first_catalog) {
            model.set_catalog(catalog);
        }
        model.set_cart(store.cart().await?);
        model.set_stored_notices(store.notices().await?);
        model.forgetting = store.is_forgetting().await?;
        model.flow = store.upgrade::<Flow>().await?;
        model.claiming = store.is_handing_over().await?;
        if let Some(who) = store.record().await?.and_then(|record| record.who) {
            model.identity = Identity::known(who.user_id, who.is_anonymous);
        }
        let snapshot = Arc::new(model.snapshot());
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                clock: options.clock,
                key_store: options.key_store,
                browser: options.browser,
                key_file: options.data_dir.join("sealing.key"),
                turn_file: options.data_dir.join("session.turn"),
                model: Mutex::new(model),
                published: watch::Sender::new(snapshot),
                changing: tokio::sync::Mutex::new(()),
                sending: tokio::sync::Mutex::new(()),
                link: OnceCell::new(),
                trip: Mutex::default(),
                sides: Mutex::default(),
                unheard_order: Mutex::default(),
                changed: Notify::new(),
                retry: watch::Sender::new(()),
                insisted: Notify::new(),
            }),
        })
    }

    /// What there is to show now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.published.borrow().clone()
    }

    /// What there is to show, now and on every change.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.inner.published.subscribe()
    }

    /// The catalog that [`Snapshot::catalog`] speaks of.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.inner.model().catalog.clone()
    }

    /// Takes a notice away.
    pub async fn dismiss_notice(&self, id: i64) -> Result<(), ShopError> {
        self.inner.store.put_notice_away(id).await?;
        self.inner.update(|model| model.dismiss(id));
        Ok(())
    }

    /// Tries at once, because a person pressed the button for it: even if the server asked to be left alone.
    pub fn insist(&self) {
        self.inner.insisted.notify_waiters();
        self.retry_now();
    }

    /// Tries now what waits for a better time: the window was focused, or the network is back.
    pub fn retry_now(&self) {
        if let Some(link) = self.inner.link.get() {
            link.engine.try_again();
        }
        self.inner.retry.send_replace(());
    }

    /// Tells the person that the backend did not start. Shopping goes on from disk.
    pub fn backend_failed(&self) {
        self.inner.update(|model| model.notify(NoticeKind::BackendFailed));
    }

    /// Waits for what is being written and closes the database.
    pub async fn close(&self) {
        self.inner.set_trip(None);
        if let Some(link) = self.inner.link.get() {
            link.engine.shutdown(GRACE).await;
        }
        let _changing = self.inner.changing.lock().await;
        self.inner.store.close().await;
    }
}

impl Inner {
    /// Changes what is known and publishes it.
    pub(crate) fn update<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let mut model = self.model();
        let result = change(&mut model);
        // Published under the lock, so that revisions go out in order.
        self.published.send_replace(Arc::new(model.snapshot()));
        result
    }

    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        // Every change of the model is whole or a plain assignment: after a panic elsewhere it is still right.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both carts as the person last saw them.
    pub(crate) fn sides(&self) -> MutexGuard<'_, Option<Arc<Sides>>> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trip through the browser that is under way.
    pub(crate) fn trip(&self) -> MutexGuard<'_, Option<Trip>> {
        self.trip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a trip in the place of the one under way, whose port is closed.
    pub(crate) fn set_trip(&self, trip: Option<Trip>) {
        *self.trip() = trip;
    }

    /// Nothing that was under way in memory is for whoever comes next.
    pub(crate) fn let_go(&self) {
        self.set_trip(None);
        *self.sides() = None;
        self.forget_unheard_order();
    }

    /// Writes down how far the hand-off is, then shows it.
    pub(crate) async fn set_hand_off(&self, state: HandOff) -> Result<(), ShopError> {
        self.store.set_hand_off(&state, self.now_ms()).await?;
        self.update(|model| model.claiming = state.undecided().is_some());
        Ok(())
    }

    /// No hand-off is under way any more.
    pub(crate) async fn clear_hand_off(&self) -> Result<(), ShopError> {
        self.store.clear_hand_off().await?;
        self.update(|model| model.claiming = false);
        Ok(())
    }

    /// The link, once there is one.
    pub(crate) async fn joined(&self) -> Arc<Link> {
        loop {
            match self.link.get() {
                Some(link) => return link.clone(),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    pub(crate) fn link(&self) -> Result<Arc<Link>, ShopError> {
        self.link.get().cloned().ok_or(ShopError::Starting)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}
