//! Both carts as they are, with what is needed to make one of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use carryover_cart::{
    Cart, Offer, ProductId, ServerCart,
    merge::{Answer, Plan},
};
use uuid::Uuid;

use crate::{
    ShopError,
    remote::{OfferedProduct, Preview},
    shop::{Inner, Link},
    sync,
};

/// Both carts at one instant, in the versions that a claim must name.
#[derive(Debug, Clone)]
pub(crate) struct Sides {
    pub guest_id: Uuid,
    /// By which the account may claim the guest's cart, once. Not written down and not shown.
    pub token: Arc<str>,
    pub guest: Cart,
    pub guest_version: i64,
    pub guest_updated_ms: Option<i64>,
    pub account: Cart,
    pub account_version: i64,
    pub account_updated_ms: Option<i64>,
    pub products: HashMap<ProductId, OfferedProduct>,
}

impl Sides {
    /// What an answer makes of them.
    pub(crate) fn plan(&self, answer: &Answer) -> Plan {
        Plan::new(&self.guest, &self.account, answer, |product| self.offer(product))
    }

    /// What a product is sold for today.
    pub(crate) fn offer(&self, product: &ProductId) -> Option<Offer> {
        self.products.get(product).map(|product| product.offer)
    }
}

/// Brings the guest's cart to the server, whole, and asks there for both. Nothing is changed by it; an offer that was made before
/// is dead afterwards. `None`: there is no guest, for there was nothing in the cart.
pub(crate) async fn sides(inner: &Inner, link: &Link) -> Result<Option<Sides>, ShopError> {
    let _sending = inner.sending.lock().await;
    sync::bring(inner, link).await?;
    let Some(guest) = link.engine.session() else { return Ok(None) };
    let offer = sync::with_token(link, |token| link.remote.offer_cart(token)).await?;
    let token: Arc<str> = offer.token.into();
    let preview = sync::with_candidate(link, |access| link.remote.preview_offer(access, &token)).await?;
    Ok(Some(sides_of(guest.user.id, token, inner.model().cart(), preview)))
}

fn sides_of(guest_id: Uuid, token: Arc<str>, here: &Cart, preview: Preview) -> Sides {
    let Preview { guest, account, products, .. } = preview;
    Sides {
        guest_id,
        token,
        guest: as_here(here, &guest.cart),
        guest_version: guest.cart.version,
        guest_updated_ms: guest.updated_ms,
        account: Cart::from_quantities(account.cart.lines),
        account_version: account.cart.version,
        account_updated_ms: account.updated_ms,
        products,
    }
}

/// The cart of this device, with the prices that the person saw, if the server has the same lines; else the server's, which is what
/// would be handed over.
fn as_here(here: &Cart, server: &ServerCart) -> Cart {
    let quantities: BTreeMap<_, _> = here.quantities().map(|(product, quantity)| (product.clone(), quantity)).collect();
    if quantities == server.lines { here.clone() } else { Cart::from_quantities(server.lines.clone()) }
}
