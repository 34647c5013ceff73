//! Passwords: what is asked of one, and how it is kept (wire reference, section 13).

use rand::RngExt;
use tokio::task::spawn_blocking;

use super::error::ApiError;
use crate::config::{Auth, PasswordRequirements};

/// Upstream's: about a twentieth of a second.
const COST: u32 = 10;
/// bcrypt reads no further.
const LONGEST: usize = 72;
/// Below this no setting goes.
const SHORTEST: usize = 6;
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{};'\\:\"|<>?,./`~";

/// What a password lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weakness {
    pub message: String,
    pub reasons: Vec<&'static str>,
}

/// Refuses a password that nobody should choose.
pub(crate) fn check(settings: &Auth, password: &str) -> Result<(), ApiError> {
    if password.len() > LONGEST {
        return Err(ApiError::validation("Password cannot be longer than 72 characters"));
    }
    match weakness(settings, password) {
        Some(weakness) => Err(ApiError::weak_password(weakness.message, weakness.reasons)),
        None => Ok(()),
    }
}

/// What a password lacks by the project's settings, if anything.
pub(crate) fn weakness(settings: &Auth, password: &str) -> Option<Weakness> {
    let shortest = settings.minimum_password_length.max(SHORTEST);
    let (mut messages, mut reasons) = (Vec::new(), Vec::new());
    if password.len() < shortest {
        messages.push(format!("Password should be at least {shortest} characters."));
        reasons.push("length");
    }
    let sets = sets(settings.password_requirements);
    if sets.iter().any(|set| !password.contains(|c| set.contains(c))) {
        messages.push(format!("Password should contain at least one character of each: {}.", sets.join(", ")));
        reasons.push("characters");
    }
    (!reasons.is_empty()).then(|| Weakness { message: messages.join(" "), reasons })
}

fn sets(requirements: PasswordRequirements) -> &'static [&'static str] {
    match requirements {
        PasswordRequirements::None => &[],
        PasswordRequirements::LettersDigits => &[LETTERS, DIGITS],
        PasswordRequirements::LowerUpperLettersDigits => &[LOWER, UPPER, DIGITS],
        PasswordRequirements::LowerUpperLettersDigitsSymbols => &[LOWER, UPPER, DIGITS, SYMBOLS],
    }
}

/// What is stored in place of a password. Slow on purpose, so not on the threads that serve.
pub(crate) async fn hash(password: &str) -> Result<String, ApiError> {
    let password = password.to_owned();
    let hashed = spawn_blocking(move || bcrypt::hash(password, COST)).await;
    hashed.ok().and_then(Result::ok).ok_or_else(|| ApiError::new(500, "unexpected_failure", "Error hashing a password"))
}

/// Whether a password is the one behind a hash. Nothing matches an empty hash or one of another kind.
pub(crate) async fn matches(password: &str, hash: &str) -> bool {
    if hash.is_empty() {
        return false;
    }
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let verified = spawn_blocking(move || bcrypt::verify(password, &hash)).await;
    matches!(verified, Ok(Ok(true)))
}

/// A password that nobody knows, for those who sign up without one.
pub(crate) fn random() -> String {
    let mut rng = rand::rng();
    (0..32).map(|_| char::from(LETTERS.as_bytes()[rng.random_range(0..LETTERS.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn settings(requirements: &str) -> Auth {
        let text = format!("[auth]\nminimum_password_length = 8\npassword_requirements = \"{requirements}\"\n");
        Config::parse("test", &text).expect("parses").auth
    }

    #[test]
    fn every_lack_is_named_once() {
        let settings = settings("lower_upper_letters_digits_symbols");
        let weakness = weakness(&settings, "abc").expect("weak");
        assert_eq!(weakness.reasons, ["length", "characters"]);
        assert!(weakness.message.starts_with("Password should be at least 8 characters. Password should contain"));
        assert!(check(&settings, "abcDEF1!").is_ok());
    }

    #[test]
    fn length_counts_in_bytes() {
        let settings = settings("");
        assert!(check(&settings, "äöüß").is_ok());
        assert_eq!(check(&settings, &"x".repeat(73)).expect_err("too long").code, "validation_failed");
    }

    #[tokio::test]
    async fn a_hash_knows_its_password() {
        let hashed = hash("correct horse").await.expect("hashed");
        assert!(matches("correct horse", &hashed).await);
        assert!(!matches("correct house", &hashed).await);
        assert!(!matches("", "").await);
        assert!(!matches("x", "no hash").await);
    }
}
