//! Which backend the program works with: the command line's, or the one chosen in the settings.

use std::{fs, path::Path};

use carryover_shop::{Backend, BackendError};
use tauri::{AppHandle, Manager};

use crate::{
    args::Args,
    dto::{BackendChoice, BackendSettings},
    error::UiError,
    preferences::{self, PreferencesFile},
};

/// Under this name the choice lies in the file of the preferences.
const KEY: &str = "backend";

/// What this run works with.
#[derive(Clone)]
pub(crate) struct InUse {
    /// `None` is the sandbox.
    pub hosted: Option<Backend>,
    /// The command line says so.
    fixed: bool,
}

impl InUse {
    /// Decides at the start. A choice that can't be read, or not be used any more, is none: the settings show what was kept.
    pub(crate) fn decide(args: &Args, data_dir: &Path) -> Result<Self, BackendError> {
        if let Some(named) = args.hosted()? {
            return Ok(Self { hosted: Some(named), fixed: true });
        }
        let hosted = match kept(data_dir) {
            BackendChoice::Sandbox => None,
            BackendChoice::Hosted { url, publishable_key } => Backend::parse(&url, &publishable_key).ok(),
        };
        Ok(Self { hosted, fixed: false })
    }

    fn choice(&self) -> BackendChoice {
        self.hosted.as_ref().map_or(BackendChoice::Sandbox, BackendChoice::from)
    }
}

/// Before there is an app to ask for its store, the file itself says it.
fn kept(data_dir: &Path) -> BackendChoice {
    let text = fs::read(PreferencesFile::in_folder(data_dir).path()).unwrap_or_default();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    serde_json::from_value(file[KEY].clone()).unwrap_or_default()
}

/// What the settings show.
pub(crate) fn settings(app: &AppHandle) -> BackendSettings {
    let in_use = app.state::<InUse>();
    let chosen = preferences::get(app, KEY).unwrap_or_default();
    BackendSettings { chosen, in_use: in_use.choice(), fixed: in_use.fixed }
}

/// Keeps a choice for the next start. A project is tried first.
pub(crate) async fn choose(app: &AppHandle, choice: BackendChoice) -> Result<(), UiError> {
    let kept = match choice {
        BackendChoice::Sandbox => BackendChoice::Sandbox,
        BackendChoice::Hosted { url, publishable_key } => {
            let backend = Backend::parse(&url, &publishable_key)?;
            backend.try_out().await?;
            BackendChoice::from(&backend)
        }
    };
    preferences::put(app, KEY, kept)
}
