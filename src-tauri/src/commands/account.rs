//! Becoming a member, and being forgotten.

use carryover_shop::{Otp, Shop};
use tauri::State;

use crate::{downloads, error::UiError};

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

/// Deletes the guest on the server, and everything about them here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_me(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.forget_me().await?)
}

/// Writes the person's data to a file and says which.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_data(shop: State<'_, Shop>) -> Result<String, UiError> {
    Ok(shop.export(&downloads::folder()).await?.display().to_string())
}
