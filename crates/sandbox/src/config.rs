//! `supabase/config.toml`: the Supabase CLI's own keys, as far as they concern this backend.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Deserializer, de};

/// The file built in.
const BUILT_IN: &str = include_str!("../../../supabase/config.toml");

/// A project's settings. Keys that the sandbox does not know are left to others.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// `[auth]`.
    pub(crate) auth: Auth,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the file, as they are")]
pub(crate) struct Auth {
    pub site_url: String,
    pub jwt_expiry: i64,
    pub jwt_secret: String,
    pub enable_refresh_token_rotation: bool,
    pub refresh_token_reuse_interval: u32,
    pub enable_signup: bool,
    pub enable_anonymous_sign_ins: bool,
    pub enable_manual_linking: bool,
    pub additional_redirect_urls: Vec<String>,
    pub minimum_password_length: usize,
    pub password_requirements: PasswordRequirements,
    pub rate_limit: RateLimit,
    pub email: Email,
    pub sms: Sms,
    pub captcha: Captcha,
    pub sessions: Sessions,
    pub external: BTreeMap<String, External>,
}

/// Sets of characters of which a password needs one each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordRequirements {
    #[default]
    #[serde(rename = "")]
    None,
    LettersDigits,
    LowerUpperLettersDigits,
    LowerUpperLettersDigitsSymbols,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct RateLimit {
    pub anonymous_users: u32,
    pub token_refresh: u32,
    pub sign_in_sign_ups: u32,
    pub token_verifications: u32,
    pub sms_sent: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the file, as they are")]
pub(crate) struct Email {
    pub enable_signup: bool,
    pub enable_confirmations: bool,
    pub double_confirm_changes: bool,
    pub secure_password_change: bool,
    /// The CLI has no key for this; a hosted project's dashboard does.
    pub require_current_password: bool,
    #[serde(deserialize_with = "go_duration")]
    pub max_frequency: Duration,
    pub otp_length: usize,
    pub otp_expiry: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Sms {
    pub enable_signup: bool,
    pub enable_confirmations: bool,
    #[serde(deserialize_with = "go_duration")]
    pub max_frequency: Duration,
    pub template: String,
    /// Codes of numbers that are for tests: nothing is sent to them.
    pub test_otp: HashMap<String, String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Captcha {
    pub enabled: bool,
    pub provider: CaptchaProvider,
    pub secret: String,
}

/// Who decides whether a visitor is a robot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CaptchaProvider {
    #[default]
    Hcaptcha,
    Turnstile,
}

/// How long sessions live; for ever unless the file says otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sessions {
    #[serde(deserialize_with = "some_go_duration")]
    pub timebox: Option<Duration>,
    #[serde(deserialize_with = "some_go_duration")]
    pub inactivity_timeout: Option<Duration>,
}

/// `[auth.external.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct External {
    pub enabled: bool,
    pub client_id: String,
    pub secret: String,
    pub redirect_uri: String,
    pub email_optional: bool,
    pub skip_nonce_check: bool,
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
        cause: std::io::Error,
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
}

impl Config {
    /// The publishable key and the service role key that go with these settings.
    pub fn keys(&self) -> (String, String) {
        let jwt = crate::jwt::Jwt::new(&self.auth.jwt_secret);
        (jwt.publishable_key(), jwt.service_role_key())
    }

    /// Reads a `config.toml`.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::File { file: file.clone(), cause })?;
        Self::parse(&file, &text)
    }

    /// Reads settings from text; `file` is for the message.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|cause| ConfigError::Value { file: file.to_owned(), cause: Box::new(cause) })
    }
}

impl Default for Config {
    fn default() -> Self {
        // A test holds that the built-in file parses; were it not to, the CLI's defaults would serve.
        Self::parse("supabase/config.toml", BUILT_IN).unwrap_or(Self { auth: Auth::default() })
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            site_url: "http://127.0.0.1:3000".to_owned(),
            jwt_expiry: 3600,
            jwt_secret: "super-secret-jwt-token-with-at-least-32-characters-long".to_owned(),
            enable_refresh_token_rotation: true,
            refresh_token_reuse_interval: 10,
            enable_signup: true,
            enable_anonymous_sign_ins: false,
            enable_manual_linking: false,
            additional_redirect_urls: vec!["https://127.0.0.1:3000".to_owned()],
            minimum_password_length: 6,
            password_requirements: PasswordRequirements::default(),
            rate_limit: RateLimit::default(),
            email: Email::default(),
            sms: Sms::default(),
            captcha: Captcha::default(),
            sessions: Sessions::default(),
            external: BTreeMap::new(),
        }
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { anonymous_users: 30, token_refresh: 150, sign_in_sign_ups: 30, token_verifications: 30, sms_sent: 30 }
    }
}

impl Default for Email {
    fn default() -> Self {
        Self {
            enable_signup: true,
            enable_confirmations: false,
            double_confirm_changes: true,
            secure_password_change: false,
            require_current_password: false,
            max_frequency: Duration::from_secs(1),
            otp_length: 6,
            otp_expiry: 3600,
        }
    }
}

impl Default for Sms {
    fn default() -> Self {
        Self {
            enable_signup: false,
            enable_confirmations: false,
            max_frequency: Duration::from_secs(5),
            template: "Your code is {{ .Code }}".to_owned(),
            test_otp: HashMap::new(),
        }
    }
}

/// Durations as Go writes them: `1s`, `5m`, `1h30m`.
fn go_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_go_duration(&text)
        .ok_or_else(|| de::Error::custom(format!("{text:?} is no duration such as \"1s\" or \"5m\"")))
}

/// A duration; none means that there is no end.
fn some_go_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    go_duration(from).map(|duration| Some(duration).filter(|duration| !duration.is_zero()))
}

/// As `go_duration`, from text.
pub(crate) fn parse_go_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|&n| n > 0)?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |n| digits + n);
        total += match &rest[digits..unit_end] {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_is_the_one_in_force() {
        let config = Config::parse("supabase/config.toml", BUILT_IN).expect("parses");
        assert!(config.auth.enable_anonymous_sign_ins);
        assert!(config.auth.email.enable_confirmations);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        let error = Config::parse("c.toml", "[auth]\njwt_expiry = \"soon\"\n").expect_err("refused").to_string();
        assert!(error.contains("c.toml") && error.contains("line 2") && error.contains("jwt_expiry"), "{error}");
    }

    #[test]
    fn durations_are_gos() {
        assert_eq!(parse_go_duration("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse_go_duration("250ms"), Some(Duration::from_millis(250)));
        for wrong in ["", "s", "5", "5x", "-1s"] {
            assert_eq!(parse_go_duration(wrong), None, "{wrong}");
        }
    }
}
