//! Request bodies: JSON whatever the content type says (wire reference, section 0).

use axum::body::Bytes;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// Reads a body. An empty one is an error; `{}` is not.
pub(crate) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(400, "bad_json", format!("Could not parse request body as JSON: {error}")))
}

/// An e-mail address in the form it is stored in (wire reference, section 13).
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
}
