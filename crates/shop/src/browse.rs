//! The catalog: shown from disk, fetched in the background.

use std::sync::Arc;

use crate::{
    CatalogState, ShopError,
    pause::{Retry, delays},
    remote::Remote,
    shop::Inner,
};

/// Fetches the catalog until it is there, and again whenever the window is focused or a person asks.
pub(crate) async fn keep_fresh(inner: Arc<Inner>, remote: Arc<Remote>) {
    let mut retry = Retry::new(&inner.retry);
    loop {
        let mut delays = delays();
        while let Err(error) = fetch(&inner, &remote).await {
            tracing::warn!(%error, "the catalog was not fetched");
            inner.update(|model| {
                if model.catalog_status.state == CatalogState::Loading {
                    model.catalog_status.state = CatalogState::Unavailable;
                }
            });
            retry.pause(delays.next()).await;
        }
        retry.asked().await;
    }
}

async fn fetch(inner: &Inner, remote: &Remote) -> Result<(), ShopError> {
    let catalog = remote.catalog().await?;
    if let Ok(json) = serde_json::to_string(&catalog) {
        // Only a cache: a full disk must not hide the catalog.
        if let Err(error) = inner.store.set_catalog(&json, inner.now_ms()).await {
            tracing::warn!(%error, "the catalog was not cached");
        }
    }
    inner.update(|model| model.set_catalog(catalog));
    Ok(())
}
