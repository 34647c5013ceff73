//! Checking out, and what was ordered. For members alone: it is PostgreSQL that refuses everybody else.

use std::sync::PoisonError;

use carryover_cart::{Answer, Money, ProductId};
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
        let seen = inner.seen();
        // An order whose answer was lost: whoever asks for the same once more means that one.
        if let Some(unheard) = inner.unheard_order().filter(|wish| seen.is_of(wish)) {
            match place(inner, &link, unheard).await {
                Err(error) if error.is_retryable() => return Err(error),
                Err(_) => {}
                Ok(order) => return conclude(inner, &link, order).await,
            }
        }
        sync::bring(inner, &link).await?;
        if inner.seen().cart != seen.cart {
            // Another device was quicker: that is not what the person saw.
            return Err(ShopError::CartChanged);
        }
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
    if placed.as_ref().is_err_and(|error| error.is_retryable() && !error.is_unsent()) {
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
    sync::take_over(inner, link, &Answer { cart, refused: Vec::new() }).await?;
    Ok(order)
}

/// What is on screen when somebody orders.
struct Seen {
    cart: Vec<(ProductId, u32)>,
    total: Option<Money>,
    pending: bool,
}

impl Seen {
    /// Whether it is what an order was about that was sent before.
    fn is_of(&self, wish: &OrderWish) -> bool {
        !self.pending && self.total.is_some_and(|total| total.minor == wish.total_minor)
    }
}

impl Inner {
    fn seen(&self) -> Seen {
        let model = self.model();
        let lines = model.cart().quantities();
        Seen {
            cart: lines.map(|(product, quantity)| (product.clone(), quantity)).collect(),
            total: model.total(),
            pending: model.has_pending(),
        }
    }

    pub(crate) fn forget_unheard_order(&self) {
        self.set_unheard_order(None);
    }

    fn unheard_order(&self) -> Option<OrderWish> {
        *self.unheard_order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_unheard_order(&self, wish: Option<OrderWish>) {
        *self.unheard_order.lock().unwrap_or_else(PoisonError::into_inner) = wish;
    }
}
