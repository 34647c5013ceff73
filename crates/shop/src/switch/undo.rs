//! Taking a hand-off back, and the carts that were not kept.

use carryover_cart::{Answer, ProductId, ServerCart};
use uuid::Uuid;

use crate::{
    NoticeKind, Shop, ShopError,
    remote::{EarlierCart, Refusal, Undone},
    sync,
};

/// A line in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Of what.
    pub product_id: ProductId,
    /// Its name; the key when the catalog has lost it.
    pub name: String,
    /// How many.
    pub quantity: u32,
}

/// What became of the wish to take a hand-off back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOffUndo {
    /// The account's cart is as it was, and the guest's is among the earlier carts.
    Done,
    /// The account's cart has changed since: nothing was undone.
    Changed {
        /// To be named when asked again, so that what is overwritten is what was seen.
        version: i64,
        /// As it is.
        current: Vec<Piece>,
        /// As it would be.
        before: Vec<Piece>,
    },
}

impl Shop {
    /// Takes a hand-off back. If the account's cart has changed since, only with `seen`: the version that the person saw.
    pub async fn undo_hand_off(&self, claim_id: Uuid, seen: Option<i64>) -> Result<HandOffUndo, ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let _sending = inner.sending.lock().await;
        sync::bring(inner, &link).await?;
        let undone = match sync::with_token(&link, |token| link.remote.undo_claim(token, claim_id, seen)).await {
            // Somebody did it, and perhaps it was this person, whose answer was lost.
            Err(error) if error.refusal() == Some(&Refusal::AlreadyUndone) => {
                Undone::Done(sync::with_token(&link, |token| link.remote.cart(token)).await?)
            }
            undone => undone?,
        };
        match undone {
            Undone::Done(cart) => {
                sync::take_over(inner, &link, &Answer { cart, refused: Vec::new() }).await?;
                self.put_away_notice_of(claim_id).await?;
                inner.update(|model| model.notify(NoticeKind::HandOffUndone));
                Ok(HandOffUndo::Done)
            }
            Undone::Changed { current, before } => Ok(HandOffUndo::Changed {
                version: current.version,
                current: self.pieces(&current),
                before: self.pieces(&before),
            }),
        }
    }

    /// The carts that were not kept, newest first.
    pub async fn earlier_carts(&self) -> Result<Vec<EarlierCart>, ShopError> {
        let link = self.inner.link()?;
        sync::with_token(&link, |token| link.remote.earlier_carts(token)).await
    }

    /// Makes an earlier cart the cart, as far as today's stock and limits allow; what is in the cart now becomes an earlier one.
    pub async fn restore_earlier_cart(&self, id: Uuid) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let _sending = inner.sending.lock().await;
        sync::bring(inner, &link).await?;
        let version = inner.store.server_version().await?;
        let answer = sync::with_token(&link, |token| link.remote.restore_earlier_cart(token, id, version)).await?;
        sync::take_over(inner, &link, &answer).await
    }

    /// Names for the lines of a cart.
    pub fn pieces(&self, cart: &ServerCart) -> Vec<Piece> {
        let catalog = self.catalog();
        let piece = |(product, quantity): (&ProductId, &u32)| Piece {
            product_id: product.clone(),
            name: catalog.product(product).map_or_else(|| product.to_string(), |product| product.name.clone()),
            quantity: *quantity,
        };
        cart.lines.iter().map(piece).collect()
    }

    async fn put_away_notice_of(&self, claim_id: Uuid) -> Result<(), ShopError> {
        let notices = self.snapshot().notices.clone();
        for notice in notices.iter().filter(|notice| notice.kind.is_of_claim(claim_id)) {
            self.dismiss_notice(notice.id).await?;
        }
        Ok(())
    }
}
