//! Checking out, and what was ordered. For members alone: it is PostgreSQL that refuses everybody else.

use std::sync::PoisonError;

use uuid::Uuid;

use crate::{
    Order, Shop, ShopError,
    remote::{Refusal, RemoteError},
    shop::{Inner, Link},
    sync,
};

impl Shop {
    /// Orders what is in the cart, at the prices on screen. A guest is refused by the server with
    /// [`ShopError::MembersOnly`]: they become a member and come back.
    pub async fn check_out(&self) -> Result<Order, ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let _sending = inner.sending.lock().await;
        // An order whose answer was lost: whoever asks once more means that one.
        if let Some(unheard) = inner.unheard_order() {
            match place(inner, &link, unheard).await {
                Err(error) if error.is_retryable() => return Err(error),
                Err(_) => {}
                Ok(order) => return conclude(inner, &link, order).await,
            }
        }
        sync::bring(inner, &link).await?;
        let total = inner.model().total();
        let total = total.ok_or_else(|| ShopError::Remote(RemoteError::refusal(Refusal::CartEmpty)))?;
        let wish =
            OrderWish { version: inner.store.server_version().await?, total_minor: total.minor, key: Uuid::new_v4() };
        let order = place(inner, &link, wish).await?;
        conclude(inner, &link, order).await
    }

    /// What the member has ordered, newest first.
    pub async fn orders(&self) -> Result<Vec<Order>, ShopError> {
        let link = self.inner.link()?;
        sync::with_token(&link, |token| link.remote.orders(token)).await
    }
}

/// What is to be ordered: the cart as it is on screen. By its key the server knows it again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderWish {
    version: i64,
    total_minor: i64,
    key: Uuid,
}

async fn place(inner: &Inner, link: &Link, wish: OrderWish) -> Result<Order, ShopError> {
    inner.set_unheard_order(Some(wish));
    let placed =
        sync::with_token(link, |token| link.remote.place_order(token, wish.version, wish.total_minor, wish.key));
    let placed = placed.await;
    if placed.as_ref().is_err_and(ShopError::is_retryable) {
        return placed;
    }
    // Heard, one way or the other. Prices and stock are not what is on screen any more.
    inner.set_unheard_order(None);
    inner.retry.send_replace(());
    placed.map_err(|error| match error.refusal() {
        Some(Refusal::NotAllowed) => ShopError::MembersOnly,
        Some(Refusal::CartStale) => ShopError::CartChanged,
        _ => error,
    })
}

/// The cart is what the order left of it.
async fn conclude(inner: &Inner, link: &Link, order: Order) -> Result<Order, ShopError> {
    let cart = sync::with_token(link, |token| link.remote.cart(token)).await?;
    sync::take_over(inner, link, &cart).await?;
    Ok(order)
}

impl Inner {
    fn unheard_order(&self) -> Option<OrderWish> {
        *self.unheard_order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_unheard_order(&self, wish: Option<OrderWish>) {
        *self.unheard_order.lock().unwrap_or_else(PoisonError::into_inner) = wish;
    }
}
