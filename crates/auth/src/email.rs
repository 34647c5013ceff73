//! An e-mail address as Supabase Auth compares it.

use std::fmt;

/// An address, trimmed and in lower case: the form in which the server stores it.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for Email {
    /// Personal data: logs see that there is an address, not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_lowers() {
        let email = Email::parse("  Ana@Example.COM ").map(|e| e.as_str().to_owned());
        assert_eq!(email.as_deref(), Some("ana@example.com"));
    }

    #[test]
    fn refuses_what_no_server_would_take() {
        for typed in ["", "@", "ana", "ana@", "@example.com", "a b@example.com", "ana@.com", "ana@example."] {
            assert!(Email::parse(typed).is_none(), "{typed:?} passed");
        }
    }
}
