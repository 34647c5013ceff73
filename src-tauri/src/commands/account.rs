//! Becoming a member.

use carryover_shop::{Otp, Shop};
use tauri::State;

use crate::error::UiError;

/// Asks for a code to an address.
#[tauri::command]
#[specta::specta]
pub(crate) async fn request_email_code(shop: State<'_, Shop>, email: String) -> Result<(), UiError> {
    Ok(shop.request_email_code(&email).await?)
}

/// Confirms with the code from the mail.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_email_code(shop: State<'_, Shop>, code: String) -> Result<(), UiError> {
    Ok(shop.confirm_email_code(&Otp::new(code)).await?)
}

/// Gives the upgrade up; guest and cart stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_upgrade(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.cancel_upgrade().await?)
}
