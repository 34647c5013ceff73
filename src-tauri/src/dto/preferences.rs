//! How the window looks and speaks, and what it need not ask again.

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

/// What becomes of two carts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TwoCarts {
    #[default]
    Ask,
    Merge,
    Guest,
    Account,
}

/// Theme, language, and the answer that a person asked to be remembered on this device.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(default)]
pub(crate) struct Preferences {
    theme: Theme,
    language: Language,
    two_carts: TwoCarts,
}
