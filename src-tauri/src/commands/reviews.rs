//! What members say about products.

use carryover_shop::{ProductId, Shop};
use tauri::State;

use crate::{
    dto::{Review, parse_id},
    error::UiError,
};

/// The newest reviews of a product, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reviews(shop: State<'_, Shop>, product_id: String) -> Result<Vec<Review>, UiError> {
    Ok(shop.reviews(&ProductId::new(product_id)).await?.into_iter().map(Review::from).collect())
}

/// Writes a review, for members.
#[tauri::command]
#[specta::specta]
pub(crate) async fn post_review(
    shop: State<'_, Shop>,
    product_id: String,
    stars: u8,
    body: String,
) -> Result<Review, UiError> {
    Ok(shop.post_review(&ProductId::new(product_id), stars, &body).await?.into())
}

/// Deletes a review of one's own.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_review(shop: State<'_, Shop>, id: String) -> Result<(), UiError> {
    Ok(shop.delete_review(parse_id(&id)?).await?)
}
