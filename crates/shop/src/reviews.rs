//! What members say about products. Everybody reads it; PostgreSQL lets members alone write.

use carryover_cart::ProductId;
use uuid::Uuid;

use crate::{
    Shop, ShopError,
    remote::{Refusal, ReviewBody},
    sync,
};

/// A member's word about a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its key.
    pub id: Uuid,
    /// About what.
    pub product_id: ProductId,
    /// From 1 to 5.
    pub stars: u8,
    /// In words.
    pub body: String,
    /// Whether whoever is here wrote it.
    pub mine: bool,
    /// When, milliseconds since 1970.
    pub written_at_ms: i64,
}

impl Shop {
    /// The newest reviews of a product, newest first.
    pub async fn reviews(&self, product: &ProductId) -> Result<Vec<Review>, ShopError> {
        let link = self.inner.link()?;
        let me = link.engine.session().map(|session| session.user.id);
        let reviews = match me {
            Some(_) => sync::with_token(&link, |token| link.remote.reviews(Some(token), product)).await?,
            None => link.remote.reviews(None, product).await?,
        };
        Ok(reviews.into_iter().map(|review| Review::seen_by(me, review)).collect())
    }

    /// Writes a review. A guest is refused by the server with [`ShopError::MembersOnly`], and a visitor is nobody yet.
    pub async fn post_review(&self, product: &ProductId, stars: u8, body: &str) -> Result<Review, ShopError> {
        let link = self.inner.link()?;
        let Some(me) = link.engine.session().map(|session| session.user.id) else {
            return Err(ShopError::MembersOnly);
        };
        let posted = sync::with_token(&link, |token| link.remote.post_review(token, product, stars, body.trim()));
        match posted.await {
            Ok(review) => Ok(Review::seen_by(Some(me), review)),
            Err(error) if error.refusal() == Some(&Refusal::NotAllowed) => Err(ShopError::MembersOnly),
            Err(error) => Err(error),
        }
    }

    /// Deletes a review of one's own.
    pub async fn delete_review(&self, id: Uuid) -> Result<(), ShopError> {
        let link = self.inner.link()?;
        sync::with_token(&link, |token| link.remote.delete_review(token, id)).await
    }
}

impl Review {
    fn seen_by(me: Option<Uuid>, review: ReviewBody) -> Self {
        Self {
            id: review.id,
            product_id: review.product_id,
            stars: review.stars,
            mine: me.is_some() && review.author_id == me,
            written_at_ms: review.created_at.as_millisecond(),
            body: review.body,
        }
    }
}
