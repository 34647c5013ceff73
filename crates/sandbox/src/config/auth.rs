//! `[auth]` and its tables: the Supabase CLI's own keys and defaults.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde::Deserialize;

use super::value::{flag, go_duration, list, number, some_go_duration};

/// `[auth]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the file, as they are")]
pub(crate) struct Auth {
    pub site_url: String,
    #[serde(deserialize_with = "list")]
    pub additional_redirect_urls: Vec<String>,
    #[serde(deserialize_with = "number")]
    pub jwt_expiry: i64,
    /// Empty: the sandbox's own address with `/auth/v1`.
    pub jwt_issuer: String,
    pub jwt_secret: String,
    /// A file of private keys (RFC 7517), beside the settings; the first one signs.
    pub signing_keys_path: String,
    #[serde(deserialize_with = "flag")]
    pub enable_refresh_token_rotation: bool,
    #[serde(deserialize_with = "number")]
    pub refresh_token_reuse_interval: u32,
    #[serde(deserialize_with = "flag")]
    pub enable_signup: bool,
    #[serde(deserialize_with = "flag")]
    pub enable_anonymous_sign_ins: bool,
    #[serde(deserialize_with = "flag")]
    pub enable_manual_linking: bool,
    #[serde(deserialize_with = "number")]
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

/// `[auth.rate_limit]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct RateLimit {
    #[serde(deserialize_with = "number")]
    pub anonymous_users: u32,
    #[serde(deserialize_with = "number")]
    pub token_refresh: u32,
    #[serde(deserialize_with = "number")]
    pub sign_in_sign_ups: u32,
    #[serde(deserialize_with = "number")]
    pub token_verifications: u32,
    #[serde(deserialize_with = "number")]
    pub sms_sent: u32,
}

/// `[auth.email]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the file, as they are")]
pub(crate) struct Email {
    #[serde(deserialize_with = "flag")]
    pub enable_signup: bool,
    #[serde(deserialize_with = "flag")]
    pub enable_confirmations: bool,
    #[serde(deserialize_with = "flag")]
    pub double_confirm_changes: bool,
    #[serde(deserialize_with = "flag")]
    pub secure_password_change: bool,
    /// The CLI has no key for this; a hosted project's dashboard does.
    #[serde(deserialize_with = "flag")]
    pub require_current_password: bool,
    #[serde(deserialize_with = "go_duration")]
    pub max_frequency: Duration,
    #[serde(deserialize_with = "number")]
    pub otp_length: usize,
    #[serde(deserialize_with = "number")]
    pub otp_expiry: u32,
}

/// `[auth.sms]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Sms {
    #[serde(deserialize_with = "flag")]
    pub enable_signup: bool,
    #[serde(deserialize_with = "flag")]
    pub enable_confirmations: bool,
    #[serde(deserialize_with = "go_duration")]
    pub max_frequency: Duration,
    pub template: String,
    /// Codes of numbers that are for tests: nothing is sent to them.
    pub test_otp: HashMap<String, String>,
}

/// `[auth.captcha]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Captcha {
    #[serde(deserialize_with = "flag")]
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

/// `[auth.sessions]`: how long sessions live; for ever unless the file says otherwise.
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
    #[serde(deserialize_with = "flag")]
    pub enabled: bool,
    pub client_id: String,
    pub secret: String,
    pub redirect_uri: String,
    #[serde(deserialize_with = "flag")]
    pub email_optional: bool,
    #[serde(deserialize_with = "flag")]
    pub skip_nonce_check: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            site_url: "http://127.0.0.1:3000".to_owned(),
            additional_redirect_urls: vec!["https://127.0.0.1:3000".to_owned()],
            jwt_expiry: 3600,
            jwt_issuer: String::new(),
            jwt_secret: "super-secret-jwt-token-with-at-least-32-characters-long".to_owned(),
            signing_keys_path: String::new(),
            enable_refresh_token_rotation: true,
            refresh_token_reuse_interval: 10,
            enable_signup: true,
            enable_anonymous_sign_ins: false,
            enable_manual_linking: false,
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
