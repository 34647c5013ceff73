//! What members say about products. Times in milliseconds since 1970.

use carryover_shop as shop;
use serde::Serialize;
use specta::Type;

/// A member's word about a product. Mine: whoever is here wrote it.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Review {
    id: String,
    product_id: String,
    stars: u8,
    body: String,
    mine: bool,
    at: i64,
}

impl From<shop::Review> for Review {
    fn from(review: shop::Review) -> Self {
        Self {
            id: review.id.to_string(),
            product_id: review.product_id.to_string(),
            stars: review.stars,
            body: review.body,
            mine: review.mine,
            at: review.written_at_ms,
        }
    }
}
