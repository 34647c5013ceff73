//! Changing the cart: on disk first, then on screen, then to the server.

use carryover_cart::{Outcome, ProductId};

use crate::{Shop, ShopError, model::Model};

/// A change of the cart that is on disk, or the news that there was nothing to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The revision of the first snapshot that shows it.
    pub revision: u64,
    /// What [`Shop::undo`] takes it back by; `None` if nothing changed.
    pub undo: Option<u32>,
    /// Whether the limit gave less than was asked for.
    pub reduced: bool,
}

impl Shop {
    /// One more of `product`, up to its limit. Works without network, session and key store, as all changes of the cart do.
    pub async fn add_to_cart(&self, product: &ProductId) -> Result<Changed, ShopError> {
        self.change(|model| Ok(model.cart().add(product, 1, model.catalog.offer(product))?)).await
    }

    /// Exactly `quantity` of `product`, up to its limit; 0 takes it out.
    pub async fn set_quantity(&self, product: &ProductId, quantity: u32) -> Result<Changed, ShopError> {
        self.change(|model| Ok(model.cart().set(product, quantity, model.catalog.offer(product))?)).await
    }

    /// Takes everything out.
    pub async fn clear_cart(&self) -> Result<Changed, ShopError> {
        self.change(|model| Ok(Outcome { change: model.cart().clear(), reduced: false })).await
    }

    /// Puts back what one of the last changes changed, as far as it is still sold.
    pub async fn undo(&self, id: u32) -> Result<Changed, ShopError> {
        let undo = |model: &Model| {
            let change = model.undos.find(id).ok_or(ShopError::NothingToUndo)?;
            Ok(model.cart().undo(change, |product| model.catalog.offer(product)))
        };
        let changed = self.change(undo).await?;
        self.inner.model().undos.take(id);
        Ok(changed)
    }

    /// Disk before memory: what is on screen is safe, and what could not be written did not happen.
    async fn change(&self, decide: impl FnOnce(&Model) -> Result<Outcome, ShopError>) -> Result<Changed, ShopError> {
        let inner = &*self.inner;
        let _changing = inner.changing.lock().await;
        let (Outcome { change, reduced }, forgetting) = {
            let model = inner.model();
            (decide(&model)?, model.forgetting)
        };
        if change.is_empty() {
            return Ok(Changed { revision: self.snapshot().revision, undo: None, reduced });
        }
        if forgetting {
            // Who goes on shopping has changed their mind.
            inner.store.stop_forgetting().await?;
            inner.model().forgetting = false;
        }
        inner.store.commit_change(&change, inner.now_ms()).await?;
        let undo = inner.update(|model| {
            model.apply(&change);
            model.undos.keep(change)
        });
        inner.changed.notify_one();
        Ok(Changed { revision: self.snapshot().revision, undo: Some(undo), reduced })
    }
}
