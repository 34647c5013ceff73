//! Changing the cart: on disk first, then on screen, then to the server.

use std::sync::Arc;

use carryover_cart::{Limit, ProductId};

use crate::{Shop, ShopError, Snapshot};

impl Shop {
    /// One more of `product`, up to its limit.
    pub async fn add_to_cart(&self, product: &ProductId) -> Result<Arc<Snapshot>, ShopError> {
        self.change(product, |held| held.saturating_add(1)).await
    }

    /// Exactly `quantity` of `product`, up to its limit; 0 takes it out. Works without network, session and key store.
    pub async fn set_quantity(&self, product: &ProductId, quantity: u32) -> Result<Arc<Snapshot>, ShopError> {
        self.change(product, |_| quantity).await
    }

    async fn change(&self, product: &ProductId, wanted: impl FnOnce(u32) -> u32) -> Result<Arc<Snapshot>, ShopError> {
        let inner = &*self.inner;
        let _changing = inner.changing.lock().await;
        let (mut cart, limit) = {
            let model = inner.model();
            (model.cart.clone(), model.catalog.product(product).map(|p| p.limit))
        };
        let held = cart.quantity(product);
        let wanted = wanted(held);
        // What is no longer sold can be taken out, not put in.
        let limit = match limit {
            Some(limit) => limit,
            None if wanted < held => Limit { stock: wanted, max_per_order: wanted },
            None => return Err(ShopError::UnknownProduct),
        };
        let outcome = cart.set(product, wanted, limit);
        if outcome.quantity != held {
            inner.store.set_line(product, outcome.quantity).await?;
            inner.update(|model| {
                model.cart = cart;
                model.pending.insert(product.clone());
            });
            inner.changed.notify_one();
        }
        Ok(self.snapshot())
    }
}
