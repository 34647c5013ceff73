//! Going over to an account that exists, and the decision about two carts.

use carryover_shop::{Otp, Password, Shop};
use tauri::State;

use crate::{
    dto::{Answer, Contact, EarlierCart, HandOff, HandOffUndo, Plan, SignInOptions, parse_id},
    error::UiError,
};

/// By what one can sign in here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_options(shop: State<'_, Shop>) -> Result<SignInOptions, UiError> {
    Ok(shop.sign_in_options().await?.into())
}

/// Sends a code to the address or number of an account that exists.
#[tauri::command]
#[specta::specta]
pub(crate) async fn request_sign_in_code(shop: State<'_, Shop>, contact: Contact) -> Result<(), UiError> {
    Ok(shop.request_sign_in_code(contact.kind.into(), &contact.value).await?)
}

/// Signs in with the code from the message.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_sign_in_code(shop: State<'_, Shop>, code: String) -> Result<(), UiError> {
    Ok(shop.confirm_sign_in_code(&Otp::new(code)).await?)
}

/// Signs in with a password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_with_password(
    shop: State<'_, Shop>,
    contact: Contact,
    password: String,
) -> Result<(), UiError> {
    Ok(shop.sign_in_with_password(contact.kind.into(), &contact.value, Password::new(password)).await?)
}

/// Signs in by a provider, in the browser of the system.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_with_provider(shop: State<'_, Shop>, provider: String) -> Result<(), UiError> {
    Ok(shop.sign_in_with_provider(&provider).await?)
}

/// Not now: the guest stays as they are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_switch(shop: State<'_, Shop>) -> Result<(), UiError> {
    Ok(shop.cancel_switch().await?)
}

/// Both carts as they are, and what the default answer makes of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_hand_off(shop: State<'_, Shop>) -> Result<HandOff, UiError> {
    Ok(shop.preview_hand_off().await?.into())
}

/// What an answer would make of them, at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_hand_off(shop: State<'_, Shop>, answer: Answer) -> Result<Plan, UiError> {
    Ok(shop.plan_hand_off(&answer.into())?.into())
}

/// Makes it so.
#[tauri::command]
#[specta::specta]
pub(crate) async fn claim_hand_off(shop: State<'_, Shop>, answer: Answer) -> Result<(), UiError> {
    Ok(shop.claim_hand_off(&answer.into()).await?)
}

/// Takes a hand-off back; over a cart that has changed since only in the version that was seen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_hand_off(
    shop: State<'_, Shop>,
    claim_id: String,
    seen_version: Option<i64>,
) -> Result<HandOffUndo, UiError> {
    Ok(shop.undo_hand_off(parse_id(&claim_id)?, seen_version).await?.into())
}

/// The carts that were not kept, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn earlier_carts(shop: State<'_, Shop>) -> Result<Vec<EarlierCart>, UiError> {
    Ok(shop.earlier_carts().await?.iter().map(|cart| EarlierCart::of(&shop, cart)).collect())
}

/// Makes an earlier cart the cart.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_earlier_cart(shop: State<'_, Shop>, id: String) -> Result<(), UiError> {
    Ok(shop.restore_earlier_cart(parse_id(&id)?).await?)
}
