//! What a person prefers, in a plain file: never a secret.

use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};
use tauri::{AppHandle, Manager};
use tauri_plugin_store::StoreExt;

use crate::error::UiError;

/// Under this name theme, language and the remembered answer lie in the file.
pub(crate) const LOOKS: &str = "preferences";

/// Where they are kept.
pub(crate) struct PreferencesFile(PathBuf);

impl PreferencesFile {
    pub(crate) fn in_folder(data_dir: &Path) -> Self {
        Self(data_dir.join("preferences.json"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// What is kept under a name, if it is there and can be read.
pub(crate) fn get<T: DeserializeOwned>(app: &AppHandle, name: &str) -> Option<T> {
    let store = app.store(app.state::<PreferencesFile>().path()).ok()?;
    serde_json::from_value(store.get(name)?).ok()
}

/// Keeps something under a name, on disk when this returns.
pub(crate) fn put(app: &AppHandle, name: &str, value: impl Serialize) -> Result<(), UiError> {
    let store = app.store(app.state::<PreferencesFile>().path()).map_err(|error| UiError::storage(&error))?;
    store.set(name, serde_json::to_value(value).map_err(|error| UiError::storage(&error))?);
    store.save().map_err(|error| UiError::storage(&error))
}
