//! `supabase/config.toml`: the Supabase CLI's own file, as far as it concerns this backend, with the environment over it.

mod auth;
mod environment;
mod keys;
#[cfg(test)]
mod tests;
mod value;

use std::{env, fs, io, path::Path};

use serde::Deserialize;

pub(crate) use auth::{Auth, Captcha, CaptchaProvider, External, PasswordRequirements, RateLimit};
use environment::Variables;
pub(crate) use value::parse_go_duration;

use crate::jwt::{Jwt, SigningKey};

/// The file built in.
const BUILT_IN: &str = include_str!("../../../../supabase/config.toml");
/// How it is called in messages.
const BUILT_IN_NAME: &str = "supabase/config.toml";
/// As short as a secret may be (the CLI's own bound).
const SHORTEST_SECRET: usize = 16;

/// A project's settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// `[auth]`.
    #[serde(default)]
    pub(crate) auth: Auth,
    /// What `signing_keys_path` names, read.
    #[serde(skip)]
    pub(crate) signing_keys: Vec<SigningKey>,
}

/// Why settings can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such file, or not readable.
    #[error("{file} can't be read: {cause}")]
    File {
        /// Which.
        file: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Not TOML, or a value of the wrong kind.
    #[error("{file}: {cause}")]
    Value {
        /// Which.
        file: String,
        /// Line, key and what is wrong.
        #[source]
        cause: Box<toml::de::Error>,
    },
    /// A key that nobody knows.
    #[error("{file}, line {line}: {words}")]
    Key {
        /// Which file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong, what could have been meant, and what there is.
        words: String,
    },
    /// A variable whose value is wrong.
    #[error("the environment variable {name}: {words}")]
    Variable {
        /// Which.
        name: String,
        /// What is wrong.
        words: String,
    },
    /// A value that the sandbox can't do with, or without.
    #[error("{key}: {words}")]
    Unusable {
        /// Which.
        key: &'static str,
        /// What is wrong, and what to do.
        words: String,
    },
}

impl ConfigError {
    fn value(file: &str, cause: toml::de::Error) -> Self {
        Self::Value { file: file.to_owned(), cause: Box::new(cause) }
    }
}

impl Config {
    /// The publishable key and the service role key that go with these settings.
    pub fn keys(&self) -> (String, String) {
        let jwt = Jwt::of(self);
        (jwt.publishable_key(), jwt.service_role_key())
    }

    /// Reads a `config.toml`, with the environment over it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|cause| ConfigError::File { file: file.clone(), cause })?;
        Self::with(&file, &text, &|name| env::var(name).ok())
    }

    /// The settings built in, with the environment over them.
    pub fn built_in() -> Result<Self, ConfigError> {
        Self::with(BUILT_IN_NAME, BUILT_IN, &|name| env::var(name).ok())
    }

    /// Reads settings from text alone; `file` is for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::with(file, text, &|_| None)
    }

    fn with(file: &str, text: &str, variables: Variables<'_>) -> Result<Self, ConfigError> {
        let text = environment::filled_in(text, variables);
        keys::check(file, &text)?;
        let config: Self = toml::from_str(&text).map_err(|cause| ConfigError::value(file, cause))?;
        environment::over(config, &text, variables)?.checked(Path::new(file).parent())
    }

    /// What a value's own type can't hold, and the keys.
    fn checked(mut self, folder: Option<&Path>) -> Result<Self, ConfigError> {
        let unusable = |key, words: String| Err(ConfigError::Unusable { key, words });
        let unset = |name: &str| format!("the environment variable {name} is not set");
        if self.auth.captcha.enabled {
            if let Some(name) = environment::missing(&self.auth.captcha.secret) {
                return unusable("auth.captcha.secret", unset(name));
            }
            if self.auth.captcha.secret.is_empty() {
                return unusable("auth.captcha.secret", "a captcha needs the secret of its site".to_owned());
            }
        }
        if let Some(name) = environment::missing(&self.auth.jwt_secret) {
            return unusable("auth.jwt_secret", unset(name));
        }
        if self.auth.jwt_secret.len() < SHORTEST_SECRET {
            return unusable("auth.jwt_secret", format!("{SHORTEST_SECRET} characters or more are needed"));
        }
        if !(1..=604_800).contains(&self.auth.jwt_expiry) {
            return unusable("auth.jwt_expiry", "between 1 second and a week (604800)".to_owned());
        }
        for external in self.auth.external.values_mut() {
            // The sandbox plays the provider: it gives itself what a real one would have given.
            for credential in [&mut external.client_id, &mut external.secret] {
                if environment::missing(credential).is_some() {
                    "sandbox".clone_into(credential);
                }
            }
        }
        if !self.auth.signing_keys_path.is_empty() {
            let path = folder.unwrap_or(Path::new("")).join(&self.auth.signing_keys_path);
            let read = fs::read_to_string(&path).map_err(|cause| cause.to_string());
            let keys = read.and_then(|text| SigningKey::read_set(&text));
            self.signing_keys = match keys {
                Ok(keys) => keys,
                Err(cause) => return unusable("auth.signing_keys_path", format!("{}: {cause}", path.display())),
            };
        }
        Ok(self)
    }
}

impl Default for Config {
    fn default() -> Self {
        // A test holds that the built-in file parses; were it not to, the CLI's defaults would serve.
        Self::parse(BUILT_IN_NAME, BUILT_IN)
            .unwrap_or_else(|_| Self { auth: Auth::default(), signing_keys: Vec::new() })
    }
}
