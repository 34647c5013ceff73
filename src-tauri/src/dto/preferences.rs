//! How the window looks and speaks.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Colours.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Words.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    #[default]
    System,
    En,
    De,
}

/// Theme and language.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
pub(crate) struct Preferences {
    theme: Theme,
    language: Language,
}
