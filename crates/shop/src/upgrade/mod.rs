//! Becoming a member: the same user, a linked identity, the cart where it was. A member links more in the same way.

mod code;
mod provider;

use carryover_auth::Session;

pub use code::ContactKind;
pub(crate) use code::{invalid, parse};

use crate::{Identity, Shop, ShopError, shop::Inner, trip};

impl Shop {
    /// Gives what is under way up. The guest and their cart stay as they are.
    pub async fn cancel_upgrade(&self) -> Result<(), ShopError> {
        let inner = &self.inner;
        if let Ok(link) = inner.link() {
            trip::end(inner, &link).await?;
            link.engine.cancel_link().await?;
        }
        inner.clear_flow().await
    }

    /// Opens the browser once more for the trip under way.
    pub fn open_browser_again(&self) -> Result<(), ShopError> {
        trip::open_again(&self.inner)
    }
}

/// Shows who somebody is now, and that nothing is under way any more.
pub(crate) async fn done(inner: &Inner, session: &Session) -> Result<(), ShopError> {
    inner.store.clear_upgrade().await?;
    inner.update(|model| {
        model.identity = Identity::of(session);
        model.flow = None;
    });
    // What waited for somebody to be signed in need not wait any more.
    inner.changed.notify_one();
    Ok(())
}
