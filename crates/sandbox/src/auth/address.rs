//! E-mail addresses and phone numbers in the form they are stored in (wire reference, section 13).

use super::error::ApiError;

/// An e-mail address: the shape HTML5 asks for, in lower case.
pub(crate) fn email(typed: &str) -> Result<String, ApiError> {
    let invalid = || ApiError::validation("Unable to validate email address: invalid format");
    if typed.is_empty() {
        return Err(ApiError::validation("An email address is required"));
    }
    if typed.len() > 255 {
        return Err(ApiError::validation("An email address is too long"));
    }
    let (local, domain) = typed.rsplit_once('@').ok_or_else(invalid)?;
    let local_ok =
        !local.is_empty() && local.chars().all(|c| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !local_ok || !domain.split('.').all(label_ok) {
        return Err(invalid());
    }
    Ok(typed.to_lowercase())
}

/// A phone number (E.164): digits only, without the plus.
pub(crate) fn phone(typed: &str) -> Result<String, ApiError> {
    let number = loose_phone(typed);
    let plausible =
        (2..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    if plausible { Ok(number) } else { Err(ApiError::validation("Invalid phone number format (E.164 required)")) }
}

/// A phone number as a login takes it: looked up, whatever it is.
pub(crate) fn loose_phone(typed: &str) -> String {
    typed.strip_prefix('+').unwrap_or(typed).replace(' ', "")
}

/// By which way a message to a phone goes.
pub(crate) fn channel(typed: &str) -> Result<(), ApiError> {
    match typed {
        "" | "sms" | "whatsapp" => Ok(()),
        _ => Err(ApiError::validation("Invalid channel, supported values are 'sms' or 'whatsapp'")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_have_the_html5_shape() {
        for good in ["a@localhost", "Ana+1@Example.com", "o'neil@example.org"] {
            assert_eq!(super::email(good).ok(), Some(good.to_lowercase()), "{good}");
        }
        for bad in ["", "a", "@b.c", "a@", "a@-b.c", "a b@c.d", "a@b..c"] {
            assert!(super::email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_digits_without_the_plus() {
        for (typed, number) in [("+49 151 2345", "491512345"), ("49151", "49151")] {
            assert_eq!(super::phone(typed).ok().as_deref(), Some(number));
        }
        for bad in ["", "+", "0151", "++49", "49-151", "1234567890123456", "1"] {
            assert!(super::phone(bad).is_err(), "{bad}");
        }
    }
}
