//! Changing the cart.

use carryover_shop::{ProductId, Shop};
use tauri::State;

use crate::{dto, error::UiError};

/// One more of a product.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_to_cart(shop: State<'_, Shop>, product_id: String) -> Result<dto::Snapshot, UiError> {
    Ok(shop.add_to_cart(&ProductId::new(product_id)).await?.as_ref().into())
}

/// Exactly so many of a product; 0 takes it out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_quantity(
    shop: State<'_, Shop>,
    product_id: String,
    quantity: u32,
) -> Result<dto::Snapshot, UiError> {
    Ok(shop.set_quantity(&ProductId::new(product_id), quantity).await?.as_ref().into())
}
