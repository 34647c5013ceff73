//! Values as the CLI lets them be written: durations as Go has them; booleans, numbers and lists also as text, since that is what
//! `env(NAME)` and environment variables bring.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, de};

/// A value, or text that says one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said<T> {
    Value(T),
    Text(String),
}

/// Reads either; `kind` is for the message.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de> + FromStr>(from: D, kind: &str) -> Result<T, D::Error> {
    match Said::deserialize(from) {
        Ok(Said::Value(value)) => Ok(value),
        Ok(Said::Text(text)) => text.trim().parse().map_err(|_| de::Error::custom(format!("{text:?} is not {kind}"))),
        Err(_) => Err(de::Error::custom(format!("this must be {kind}"))),
    }
}

/// `true` or `false`.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    said(from, "true or false")
}

/// A whole number that the field has room for.
pub(super) fn number<'de, D: Deserializer<'de>, T: Deserialize<'de> + FromStr>(from: D) -> Result<T, D::Error> {
    said(from, "a whole number, 0 or more")
}

/// A list of texts; in one text they are parted by commas.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    match Said::<Vec<String>>::deserialize(from) {
        Ok(Said::Value(list)) => Ok(list),
        Ok(Said::Text(text)) => {
            Ok(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
        }
        Err(_) => Err(de::Error::custom("this must be a list of texts")),
    }
}

/// Durations as Go writes them: `1s`, `5m`, `1h30m`.
pub(super) fn go_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_go_duration(&text)
        .ok_or_else(|| de::Error::custom(format!("{text:?} is no duration such as \"1s\" or \"5m\"")))
}

/// A duration; none means that there is no end.
pub(super) fn some_go_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
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
        let part = match &rest[digits..unit_end] {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        total = total.checked_add(part)?;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        assert_eq!(parse_go_duration("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse_go_duration("250ms"), Some(Duration::from_millis(250)));
        for wrong in ["", "s", "5", "5x", "-1s", "18446744073709551615s1s", "99999999999999999999s"] {
            assert_eq!(parse_go_duration(wrong), None, "{wrong}");
        }
    }
}
