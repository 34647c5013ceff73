//! Linking an identity: how a guest becomes a member.

use carryover_shop::{Otp, Shop};
use tauri::State;

use crate::{dto::Contact, error::UiError};

/// Asks for a code to an address or a number.
#[tauri::command]
#[specta::specta]
pub(crate) async fn request_code(shop: State<'_, Shop>, contact: Contact) -> Result<(), UiError> {
    Ok(shop.request_code(contact.kind.into(), &contact.value).await?)
}

/// Confirms with the code from the message.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_code(shop: State<'_, Shop>, code: String) -> Result<(), UiError> {
    Ok(shop.confirm_code(&Otp::new(code)).await?)
}

/// Sends the person to a provider, in the browser of the system.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_provider(shop: State<'_, Shop>, provider: String) -> Result<(), UiError> {
    Ok(shop.link_provider(&provider).await?)
}

/// Opens the browser once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_browser_again(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.open_browser_again()?)
}

/// Gives the upgrade up; guest and cart stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_upgrade(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.cancel_upgrade().await?)
}
