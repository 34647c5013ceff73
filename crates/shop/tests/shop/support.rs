//! What all tests of the shop need: devices, backends, and patience.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use carryover_shop::{
    Backend, BackendKind, Catalog, CatalogState, Identity, Options, ProductId, SaveState, Shop, ShopError, Snapshot,
    SystemClock,
};
use carryover_testkit::{MemoryKeyStore, PaperBrowser, Sandbox};

/// Longer than any backend takes that answers at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A folder and a key store: what stays when the program ends.
pub(crate) struct Device {
    pub folder: tempfile::TempDir,
    pub key_store: Arc<MemoryKeyStore>,
    pub browser: Arc<PaperBrowser>,
}

impl Device {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, key_store: Arc::default(), browser: Arc::default() })
    }

    /// Starts the shop; nothing there is to buy before a backend is reached.
    pub(crate) async fn open(&self) -> Result<Shop> {
        Ok(Shop::open(self.options(None)).await?)
    }

    /// Starts the shop with the catalog that comes with the program.
    pub(crate) async fn open_stocked(&self) -> Result<Shop> {
        Ok(Shop::open(self.options(Some(first_catalog()?))).await?)
    }

    pub(crate) fn options(&self, first_catalog: Option<Catalog>) -> Options {
        Options {
            data_dir: self.folder.path().to_owned(),
            backend: BackendKind::Sandbox,
            clock: Arc::new(SystemClock),
            key_store: self.key_store.clone(),
            browser: self.browser.clone(),
            first_catalog,
        }
    }
}

/// The catalog that comes with the program.
pub(crate) fn first_catalog() -> Result<Catalog> {
    Ok(serde_json::from_str(include_str!("../../../../supabase/catalog.json"))?)
}

pub(crate) fn backend(sandbox: &Sandbox) -> Backend {
    Backend { url: sandbox.url().clone(), publishable_key: sandbox.publishable_key().to_owned() }
}

pub(crate) fn product(id: &str) -> ProductId {
    ProductId::new(id)
}

pub(crate) async fn until(
    shop: &Shop,
    what: &str,
    mut condition: impl FnMut(&Snapshot) -> bool,
) -> Result<Arc<Snapshot>> {
    let mut snapshots = shop.watch();
    let seen = tokio::time::timeout(PATIENCE, snapshots.wait_for(|snapshot| condition(snapshot))).await;
    Ok(seen.with_context(|| format!("never came: {what}; now: {:?}", shop.snapshot()))??.clone())
}

/// Until the server has everything.
pub(crate) async fn saved(shop: &Shop) -> Result<Arc<Snapshot>> {
    until(shop, "a saved cart", |s| s.cart.unsaved == 0 && matches!(s.save, SaveState::AllSaved | SaveState::Nothing))
        .await
}

pub(crate) async fn fill(shop: &Shop) -> Result<()> {
    for id in ["teapot", "desk-lamp", "teapot"] {
        shop.add_to_cart(&product(id)).await?;
    }
    Ok(())
}

pub(crate) fn lines(snapshot: &Snapshot) -> Vec<(String, u32)> {
    snapshot.cart.lines.iter().map(|line| (line.product_id.to_string(), line.quantity)).collect()
}

/// A guest with a cart that the server has.
pub(crate) async fn saved_guest(sandbox: &Sandbox, device: &Device) -> Result<(Shop, Arc<Snapshot>)> {
    let shop = device.open().await?;
    shop.connect(backend(sandbox));
    until(&shop, "the catalog", |s| s.catalog.state == CatalogState::Ready).await?;
    fill(&shop).await?;
    let saved = saved(&shop).await?;
    assert!(matches!(saved.identity, Identity::Guest { .. }), "{saved:?}");
    Ok((shop, saved))
}

/// Waits for the session to be joined first: a person would see "still starting" and try again.
pub(crate) async fn joined<T, F>(mut work: impl FnMut() -> F) -> Result<T, ShopError>
where
    F: Future<Output = Result<T, ShopError>>,
{
    loop {
        match work().await {
            Err(ShopError::Starting) => tokio::time::sleep(Duration::from_millis(5)).await,
            other => return other,
        }
    }
}

/// Whether any file in a folder holds these bytes.
pub(crate) fn found(folder: &Path, needle: &str) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(entry?.path())?;
        if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}
