//! Preferences, the backend and the sandbox's console.

use carryover_shop::Backend;
use tauri::AppHandle;

use crate::{backend, console, dto, error::UiError, preferences};

/// Theme and language.
#[tauri::command]
#[specta::specta]
pub(crate) fn preferences(app: AppHandle) -> dto::Preferences {
    preferences::get(&app, preferences::LOOKS).map_or_else(Default::default, |kept| dto::Preferences::kept(&kept))
}

/// Keeps theme and language.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_preferences(app: AppHandle, preferences: dto::Preferences) -> Result<(), UiError> {
    preferences::put(&app, preferences::LOOKS, preferences)
}

/// Which backend is in use, and which was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) fn backend(app: AppHandle) -> dto::BackendSettings {
    backend::settings(&app)
}

/// Asks a project what it has. Nothing is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_backend(url: String, publishable_key: String) -> Result<dto::BackendTried, UiError> {
    Ok(Backend::parse(&url, &publishable_key)?.try_out().await?.into())
}

/// Chooses the backend of the next start.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_backend(app: AppHandle, choice: dto::BackendChoice) -> Result<(), UiError> {
    backend::choose(&app, choice).await
}

/// Ends the program and starts it again.
#[tauri::command]
#[specta::specta]
pub(crate) fn restart(app: AppHandle) {
    app.request_restart();
}

/// Shows the sandbox's console. Asynchronous, because a synchronous command that makes a window blocks on Windows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_console(app: AppHandle) -> Result<(), UiError> {
    console::open(&app)
}
