//! Addresses and phone numbers as Supabase Auth compares them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An e-mail address, trimmed and in lower case: the form in which the server stores it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email(String);

impl Email {
    /// Reads what a person typed. `None` when it has not the shape `local@domain`; the server has the last word.
    pub fn parse(typed: &str) -> Option<Self> {
        let address = typed.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        let plausible = !local.is_empty()
            && !domain.is_empty()
            && address.len() <= 255
            && !domain.starts_with(['.', '-'])
            && !domain.ends_with(['.', '-'])
            && !address.contains(|c: char| c.is_whitespace() || c.is_control());
        plausible.then_some(Self(address))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A phone number in the international form of E.164: digits alone, as the server stores it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone(String);

impl Phone {
    /// Reads what a person typed: a number with its country code, with or without `+`, spaces, dots, dashes and brackets.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let number = typed.strip_prefix('+').or_else(|| typed.strip_prefix("00")).unwrap_or(typed);
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
        let plausible =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        plausible.then_some(Self(digits))
    }

    /// The number as text, digits alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a code can be sent, and by what a person can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// By mail.
    Email(Email),
    /// By text message.
    Phone(Phone),
}

impl Contact {
    /// The address or the number.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Phone(phone) => phone.as_str(),
        }
    }

    /// Puts it into a request's body under the key that the wire has for it.
    pub(crate) fn put_into(&self, body: &mut Map<String, Value>) {
        let key = match self {
            Self::Email(_) => "email",
            Self::Phone(_) => "phone",
        };
        body.insert(key.to_owned(), self.as_str().into());
    }
}

impl From<Email> for Contact {
    fn from(email: Email) -> Self {
        Self::Email(email)
    }
}

impl From<Phone> for Contact {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
    }
}

/// Personal data: logs see that there is an address, not which.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_lowered() {
        let email = Email::parse("  Ana@Example.COM ").map(|e| e.as_str().to_owned());
        assert_eq!(email.as_deref(), Some("ana@example.com"));
    }

    #[test]
    fn what_no_server_would_take_is_refused() {
        for typed in ["", "@", "ana", "ana@", "@example.com", "a b@example.com", "ana@.com", "ana@example."] {
            assert!(Email::parse(typed).is_none(), "{typed:?} passed");
        }
        for typed in ["", "+", "12", "0151 234567", "+49 151 abc", "12345678901234567"] {
            assert!(Phone::parse(typed).is_none(), "{typed:?} passed");
        }
    }

    #[test]
    fn numbers_become_digits() {
        for typed in ["+49 (151) 234-567", "0049 151 234567", "49151234567"] {
            assert_eq!(Phone::parse(typed).map(|p| p.as_str().to_owned()).as_deref(), Some("49151234567"), "{typed}");
        }
    }
}
