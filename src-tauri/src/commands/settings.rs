//! Preferences and the sandbox's inbox.

use tauri::{AppHandle, State};

use crate::{
    dto,
    error::UiError,
    inbox,
    preferences::{self, PreferencesFile},
};

/// Theme and language.
#[tauri::command]
#[specta::specta]
pub(crate) fn preferences(app: AppHandle, file: State<'_, PreferencesFile>) -> dto::Preferences {
    preferences::read(&app, &file)
}

/// Keeps theme and language.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_preferences(
    app: AppHandle,
    file: State<'_, PreferencesFile>,
    preferences: dto::Preferences,
) -> Result<(), UiError> {
    preferences::write(&app, &file, preferences)
}

/// Shows the mail that the sandbox sent. Asynchronous, because a synchronous command that makes a window blocks on Windows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_inbox(app: AppHandle) -> Result<(), UiError> {
    inbox::open(&app)
}
