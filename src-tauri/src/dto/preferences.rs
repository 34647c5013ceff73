//! How the window looks and speaks, and what it need not ask again.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
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
pub(crate) struct Preferences {
    theme: Theme,
    language: Language,
    two_carts: TwoCarts,
}

impl Preferences {
    /// What was kept, by this version or another one: what is missing or not understood is as it is at first.
    pub(crate) fn kept(value: &Value) -> Self {
        fn field<T: Default + DeserializeOwned>(value: &Value, name: &str) -> T {
            value.get(name).and_then(|field| T::deserialize(field).ok()).unwrap_or_default()
        }
        Self { theme: field(value, "theme"), language: field(value, "language"), two_carts: field(value, "two_carts") }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_of_another_version_loses_only_what_is_not_understood() {
        let kept = Preferences::kept(&json!({ "theme": "dark", "language": "tlh", "more": 1 }));
        assert_eq!(json!(kept), json!({ "theme": "dark", "language": "system", "two_carts": "ask" }));
        assert_eq!(json!(Preferences::kept(&json!("nonsense"))), json!(Preferences::default()));
    }
}
