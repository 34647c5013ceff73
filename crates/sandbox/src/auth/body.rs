//! Request bodies: JSON whatever the content type says (wire reference, section 0).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Reads a body by Go's rules: keys in any case, unknown ones ignored, `null` as if it were not there. An empty one is an
/// error; `{}` is not.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let value = serde_json::from_slice(body).map_err(bad_json)?;
    if holds_nul(&value) {
        return Err(ApiError::new(400, "bad_json", "Could not parse request body as JSON: it holds a NUL character"));
    }
    let object = match value {
        Value::Object(fields) => Value::Object(known_case(fields)),
        Value::Null => Value::Object(Map::new()),
        other => other,
    };
    serde_json::from_value(object).map_err(bad_json)
}

/// Keys in lower case, values that are there. A key that is in lower case already wins over one that is not.
fn known_case(fields: Map<String, Value>) -> Map<String, Value> {
    let mut known = Map::new();
    for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
        let lower = key.to_ascii_lowercase();
        if key == lower || !known.contains_key(&lower) {
            known.insert(lower, value);
        }
    }
    known
}

/// Whether PostgreSQL would refuse a text in here, in the middle of a transaction.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn bad_json(error: serde_json::Error) -> ApiError {
    ApiError::new(400, "bad_json", format!("Could not parse request body as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    #[test]
    fn keys_come_in_any_case_and_null_is_nothing() {
        let read = |body: &str| super::parse::<Map<String, Value>>(body.as_bytes()).map(Value::Object);
        assert_eq!(
            read(r#"{ "EMAIL": "a@b.c", "phone": null, "data": { "Key": null } }"#).ok(),
            Some(json!({ "email": "a@b.c", "data": { "Key": null } }))
        );
        assert_eq!(read("null").ok(), Some(json!({})));
        for bad in ["", "[]", "{", "7", "{} {}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
