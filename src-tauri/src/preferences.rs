//! Theme and language, in a plain file: never a secret.

use std::path::{Path, PathBuf};

use tauri::AppHandle;
use tauri_plugin_store::StoreExt;

use crate::{dto::Preferences, error::UiError};

const KEY: &str = "preferences";

/// Where they are kept.
pub(crate) struct PreferencesFile(PathBuf);

impl PreferencesFile {
    pub(crate) fn in_folder(data_dir: &Path) -> Self {
        Self(data_dir.join("preferences.json"))
    }
}

/// The preferences; the defaults if there are none that can be read.
pub(crate) fn read(app: &AppHandle, file: &PreferencesFile) -> Preferences {
    let stored = app.store(&file.0).ok().and_then(|store| store.get(KEY));
    stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// Keeps them, on disk when this returns.
pub(crate) fn write(app: &AppHandle, file: &PreferencesFile, preferences: Preferences) -> Result<(), UiError> {
    let store = app.store(&file.0).map_err(|error| UiError::storage(&error))?;
    store.set(KEY, serde_json::to_value(preferences).map_err(|error| UiError::storage(&error))?);
    store.save().map_err(|error| UiError::storage(&error))
}
