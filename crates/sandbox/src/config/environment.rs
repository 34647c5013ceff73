//! What the environment says: `env(NAME)` in a value, and variables over the file, both as the Supabase CLI has them.

use serde::Deserialize;
use serde_json::Value;
use toml::Table;

use super::{Config, ConfigError, keys::HEEDED};
use crate::provider;

/// Reads a variable; `None` if it is not set.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The text with every `"env(NAME)"` replaced by what the variable says. One that is not set stays as it is, as in the CLI:
/// whether that matters, only its reader knows.
pub(super) fn filled_in(text: &str, variables: Variables<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\"env(") {
        filled.push_str(before);
        let name = after.split_once(")\"").map(|(name, _)| name).filter(|name| is_name(name));
        let value = name.and_then(|name| Some((name, variables(name)?)));
        if let Some((name, value)) = value {
            filled.push_str(&quoted(&value));
            rest = &after[name.len() + 2..];
        } else {
            filled.push_str("\"env(");
            rest = after;
        }
    }
    filled + rest
}

/// As a TOML string on one line, so that the lines of messages stay those of the file. JSON's escapes are TOML's too; TOML
/// wants one more.
fn quoted(value: &str) -> String {
    Value::from(value).to_string().replace('\u{7f}', "\\u007f")
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The variable that a value still waits for.
pub(super) fn missing(value: &str) -> Option<&str> {
    value.strip_prefix("env(")?.strip_suffix(')').filter(|name| is_name(name))
}

/// Sets what variables say over the file: `SUPABASE_AUTH_SITE_URL` for `site_url` in `[auth]`, and so on for every key that
/// is heeded.
pub(super) fn over(config: Config, text: &str, variables: Variables<'_>) -> Result<Config, ConfigError> {
    let mut table: Table = text.parse().map_err(|cause| ConfigError::value("the settings", cause))?;
    let mut config = config;
    for path in paths() {
        let name = variable(&path);
        let Some(value) = variables(&name) else { continue };
        set(&mut table, &path, value);
        config = Config::deserialize(table.clone())
            .map_err(|cause| ConfigError::Variable { name, words: cause.message().to_owned() })?;
    }
    Ok(config)
}

/// Every heeded key that has one name, and those of each provider.
pub(super) fn paths() -> Vec<String> {
    let each = HEEDED.iter().flat_map(|pattern| match pattern.strip_prefix("auth.external.*.") {
        Some(key) => provider::NAMES.iter().map(|name| format!("auth.external.{name}.{key}")).collect(),
        None if pattern.contains('*') => Vec::new(),
        None => vec![(*pattern).to_owned()],
    });
    each.collect()
}

/// The name of a key's variable.
pub(super) fn variable(path: &str) -> String {
    format!("SUPABASE_{}", path.replace('.', "_").to_uppercase())
}

fn set(table: &mut Table, path: &str, value: String) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), toml::Value::String(value));
        }
        Some((first, rest)) => {
            let inner = table.entry(first).or_insert_with(|| toml::Value::Table(Table::new()));
            if let toml::Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
