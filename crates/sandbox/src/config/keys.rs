//! Which keys a project's file may have.

use toml::de::{DeTable, DeValue};

use super::ConfigError;
use crate::provider;

/// Keys that the sandbox heeds. `*` stands for any name.
pub(super) const HEEDED: &[&str] = &[
    "auth.site_url",
    "auth.additional_redirect_urls",
    "auth.jwt_expiry",
    "auth.jwt_issuer",
    "auth.jwt_secret",
    "auth.signing_keys_path",
    "auth.enable_refresh_token_rotation",
    "auth.refresh_token_reuse_interval",
    "auth.enable_signup",
    "auth.enable_anonymous_sign_ins",
    "auth.enable_manual_linking",
    "auth.minimum_password_length",
    "auth.password_requirements",
    "auth.rate_limit.anonymous_users",
    "auth.rate_limit.token_refresh",
    "auth.rate_limit.sign_in_sign_ups",
    "auth.rate_limit.token_verifications",
    "auth.rate_limit.sms_sent",
    "auth.captcha.enabled",
    "auth.captcha.provider",
    "auth.captcha.secret",
    "auth.email.enable_signup",
    "auth.email.enable_confirmations",
    "auth.email.double_confirm_changes",
    "auth.email.secure_password_change",
    "auth.email.require_current_password",
    "auth.email.max_frequency",
    "auth.email.otp_length",
    "auth.email.otp_expiry",
    "auth.sms.enable_signup",
    "auth.sms.enable_confirmations",
    "auth.sms.max_frequency",
    "auth.sms.template",
    "auth.sms.test_otp.*",
    "auth.sessions.timebox",
    "auth.sessions.inactivity_timeout",
    "auth.external.*.enabled",
    "auth.external.*.client_id",
    "auth.external.*.secret",
    "auth.external.*.redirect_uri",
    "auth.external.*.email_optional",
    "auth.external.*.skip_nonce_check",
];

/// What the CLI knows and the sandbox has no use for: whatever is in there is left to others.
const LEFT_TO_OTHERS: &[&str] = &[
    "project_id",
    "api",
    "db",
    "realtime",
    "studio",
    "inbucket",
    "storage",
    "edge_runtime",
    "functions",
    "analytics",
    "experimental",
    "remotes",
    // The sandbox is here to serve them.
    "auth.enabled",
    // It listens where it is told on the command line, and makes its own keys.
    "auth.external_url",
    "auth.publishable_key",
    "auth.secret_key",
    "auth.anon_key",
    "auth.service_role_key",
    // Mails and text messages go to the inbox, as they are.
    "auth.email.template",
    "auth.email.notification",
    "auth.email.smtp",
    // Counts only where mail is really sent.
    "auth.rate_limit.email_sent",
    "auth.sms.twilio",
    "auth.sms.twilio_verify",
    "auth.sms.messagebird",
    "auth.sms.textlocal",
    "auth.sms.vonage",
    // Out of scope.
    "auth.rate_limit.web3",
    "auth.hook",
    "auth.mfa",
    "auth.passkey",
    "auth.webauthn",
    "auth.web3",
    "auth.oauth_server",
    "auth.third_party",
    // The sandbox plays the providers itself.
    "auth.external.*.url",
];

/// Refuses the first key that nobody knows.
pub(super) fn check(file: &str, text: &str) -> Result<(), ConfigError> {
    let table = DeTable::parse(text).map_err(|cause| ConfigError::value(file, cause))?;
    let found = unknown(table.get_ref(), &[]);
    let Some((at, path)) = found else { return Ok(()) };
    let line = text[..at.min(text.len())].matches('\n').count() + 1;
    Err(ConfigError::Key { file: file.to_owned(), line, words: describe(&path) })
}

/// The first unknown key: where in the text, and its path.
fn unknown(table: &DeTable<'_>, above: &[String]) -> Option<(usize, Vec<String>)> {
    let mut found: Vec<_> = table
        .iter()
        .filter_map(|(key, value)| {
            let mut path = above.to_vec();
            path.push(key.get_ref().to_string());
            if is_left_to_others(&path) {
                return None;
            }
            match value.get_ref() {
                DeValue::Table(inner) if is_table(&path) => unknown(inner, &path),
                _ if is_heeded(&path) || is_table(&path) => None,
                _ => Some((key.span().start, path)),
            }
        })
        .collect();
    found.sort_unstable();
    found.into_iter().next()
}

/// Whether a name stands for a part of a pattern. Providers are those that Supabase Auth has.
fn stands_for(name: &str, part: &str, pattern: &str) -> bool {
    match part {
        "*" if pattern.starts_with("auth.external.") => provider::NAMES.contains(&name) || name == "x",
        "*" => true,
        part => part == name,
    }
}

/// Whether the first names of `path` are what `pattern` begins with.
fn agree(path: &[String], pattern: &str) -> bool {
    path.iter().zip(pattern.split('.')).all(|(name, part)| stands_for(name, part, pattern))
}

fn is_heeded(path: &[String]) -> bool {
    HEEDED.iter().any(|pattern| pattern.split('.').count() == path.len() && agree(path, pattern))
}

fn is_table(path: &[String]) -> bool {
    HEEDED.iter().any(|pattern| pattern.split('.').count() > path.len() && agree(path, pattern))
}

fn is_left_to_others(path: &[String]) -> bool {
    LEFT_TO_OTHERS.iter().any(|pattern| pattern.split('.').count() <= path.len() && agree(path, pattern))
}

/// What is wrong, what could have been meant, and what there is.
fn describe(path: &[String]) -> String {
    let (name, above) = path.split_last().map_or(("", &[][..]), |(name, above)| (name.as_str(), above));
    let mut known: Vec<&str> = HEEDED
        .iter()
        .chain(LEFT_TO_OTHERS)
        .filter(|pattern| pattern.split('.').count() > above.len() && agree(above, pattern))
        .filter_map(|pattern| pattern.split('.').nth(above.len()))
        .filter(|name| *name != "*")
        .collect();
    if above.join(".") == "auth.external" {
        known.extend(provider::NAMES);
    }
    known.sort_unstable();
    known.dedup();
    let place = if above.is_empty() { "the file".to_owned() } else { format!("[{}]", above.join(".")) };
    let near = known.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let near = near.filter(|near| strsim::jaro(near, name) > 0.8);
    let guess = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    format!("{place} has no key {name}.{guess} Keys there: {}", known.join(", "))
}
