//! Changing the cart.

use carryover_shop::{ProductId, Shop};
use tauri::State;

use crate::{dto::Changed, error::UiError};

/// One more of a product.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_to_cart(shop: State<'_, Shop>, product_id: String) -> Result<Changed, UiError> {
    Ok(shop.add_to_cart(&ProductId::new(product_id)).await?.into())
}

/// Exactly so many of a product; 0 takes it out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_quantity(shop: State<'_, Shop>, product_id: String, quantity: u32) -> Result<Changed, UiError> {
    Ok(shop.set_quantity(&ProductId::new(product_id), quantity).await?.into())
}

/// Takes everything out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn clear_cart(shop: State<'_, Shop>) -> Result<Changed, UiError> {
    Ok(shop.clear_cart().await?.into())
}

/// Puts back what one of the last changes changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(shop: State<'_, Shop>, undo: u32) -> Result<Changed, UiError> {
    Ok(shop.undo(undo).await?.into())
}
