//! The member's account, their orders, and being forgotten.

use carryover_shop::{Nonce, Password, Shop};
use tauri::State;

use crate::{
    downloads,
    dto::{Account, Order, SignOutScope, parse_id},
    error::UiError,
};

/// By what the member can sign in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn account(shop: State<'_, Shop>) -> Result<Account, UiError> {
    Ok(shop.account().await?.into())
}

/// Unlinks an identity.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlink_identity(shop: State<'_, Shop>, id: String) -> Result<(), UiError> {
    Ok(shop.unlink_identity(parse_id(&id)?).await?)
}

/// Sends a code for a change that asks for a fresh proof.
#[tauri::command]
#[specta::specta]
pub(crate) async fn request_nonce(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.request_nonce().await?)
}

/// Sets the password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_password(
    shop: State<'_, Shop>,
    password: String,
    nonce: Option<String>,
) -> Result<(), UiError> {
    Ok(shop.set_password(Password::new(password), nonce.map(Nonce::new)).await?)
}

/// Signs the member out, here or everywhere else.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(shop: State<'_, Shop>, scope: SignOutScope, even_unsaved: bool) -> Result<(), UiError> {
    match scope {
        SignOutScope::Here => shop.sign_out(even_unsaved).await?,
        SignOutScope::Others => shop.sign_out_others().await?,
    }
    Ok(())
}

/// Deletes the member on the server, and everything about them here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_account(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.close_account().await?)
}

/// Orders what is in the cart.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_out(shop: State<'_, Shop>) -> Result<Order, UiError> {
    Ok(shop.check_out().await?.into())
}

/// What the member has ordered, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders(shop: State<'_, Shop>) -> Result<Vec<Order>, UiError> {
    Ok(shop.orders().await?.into_iter().map(Order::from).collect())
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
