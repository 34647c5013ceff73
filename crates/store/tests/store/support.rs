//! A folder with a database, and a person's changes.

use std::path::PathBuf;

use carryover_cart::{Answer, Limit, Money, Offer, ProductId, Refusal, RefusalReason, ServerCart};
use carryover_store::{RecordRow, Scope, Store, StoreError, Who};
use uuid::Uuid;

pub(crate) const GUEST: Uuid = Uuid::from_u128(1);

pub(crate) struct Folder(pub(crate) tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("carryover.db")
    }

    pub(crate) async fn try_open(&self, scope: &str) -> Result<Store, StoreError> {
        Store::open(&self.file(), Scope::new(scope), 1_000).await
    }

    pub(crate) async fn open(&self, scope: &str) -> Store {
        self.try_open(scope).await.expect("opens")
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Whether any file of the folder holds these bytes.
    pub(crate) fn holds(&self, needle: &[u8]) -> bool {
        self.names().iter().any(|name| {
            let bytes = std::fs::read(self.0.path().join(name)).expect("a file");
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    }
}

pub(crate) fn guest(user_id: Uuid) -> Who {
    Who { user_id, is_anonymous: true }
}

/// The first record of this device.
pub(crate) fn row(user_id: Uuid) -> RecordRow {
    RecordRow { generation: 1, who: Some(guest(user_id)), sealed: vec![1, 2, 3], signs_out: false }
}

pub(crate) fn product(id: &str) -> ProductId {
    ProductId::new(id)
}

pub(crate) fn price(minor: i64) -> Money {
    Money { minor, currency: "EUR".parse().expect("a currency") }
}

/// Sets a line as a person does, who sees a price of 5.00.
pub(crate) async fn set(store: &Store, id: &str, quantity: u32) -> Result<(), StoreError> {
    set_at(store, id, quantity, 0).await
}

pub(crate) async fn set_at(store: &Store, id: &str, quantity: u32, now_ms: i64) -> Result<(), StoreError> {
    let offer = Offer { price: price(500), limit: Limit { stock: 999, max_per_order: 999 } };
    let cart = store.cart().await?.cart;
    let change = cart.set(&product(id), quantity, Some(offer)).expect("it is sold").change;
    store.commit_change(&change, now_ms).await
}

pub(crate) async fn lines(store: &Store) -> Vec<(String, u32)> {
    let state = store.cart().await.expect("a cart");
    state.cart.quantities().map(|(id, quantity)| (id.to_string(), quantity)).collect()
}

pub(crate) async fn pending(store: &Store) -> Vec<(String, u32)> {
    let pending = store.pending(100).await.expect("an outbox");
    pending.into_iter().map(|line| (line.product.to_string(), line.quantity)).collect()
}

/// The newest change that waits.
pub(crate) async fn newest(store: &Store) -> i64 {
    store.pending(100).await.expect("an outbox").last().map_or(0, |line| line.revision)
}

/// A server's answer that refuses nothing.
pub(crate) fn answer(version: i64, lines: &[(&str, u32)]) -> Answer {
    let lines = lines.iter().map(|(id, quantity)| (product(id), *quantity)).collect();
    Answer { cart: ServerCart { version, lines }, refused: Vec::new() }
}

pub(crate) fn refusing(mut answer: Answer, id: &str, reason: RefusalReason) -> Answer {
    answer.refused.push(Refusal { product_id: product(id), reason });
    answer
}
