//! The rows of a request's body.

use axum::body::Bytes;
use serde_json::{Map, Value};

use crate::rest::error::RestError;

/// JSON objects that all have the same keys, unless the request says which keys count.
pub(super) struct Rows(pub Vec<Map<String, Value>>);

impl Rows {
    pub(super) fn read(body: &Bytes) -> Result<Self, RestError> {
        let bad = || RestError::new(400, "PGRST102", "Empty or invalid json");
        let rows = match serde_json::from_slice(body).map_err(|_| bad())? {
            Value::Array(rows) => rows,
            row @ Value::Object(_) => vec![row],
            _ => return Err(bad()),
        };
        let object = |row| if let Value::Object(row) = row { Ok(row) } else { Err(bad()) };
        rows.into_iter().map(object).collect::<Result<_, _>>().map(Self)
    }

    /// The keys that count: those that the request names, or those that every row has.
    pub(super) fn keys(&self, named: Option<&[String]>) -> Result<Vec<String>, RestError> {
        if let Some(named) = named {
            return Ok(named.to_vec());
        }
        let keys = |row: &Map<String, Value>| row.keys().cloned().collect::<Vec<_>>();
        let first = self.0.first().map(keys).unwrap_or_default();
        if self.0.iter().any(|row| row.len() != first.len() || !first.iter().all(|key| row.contains_key(key))) {
            return Err(RestError::new(400, "PGRST102", "All object keys must match"));
        }
        Ok(first)
    }

    /// As JSON text.
    pub(super) fn json(&self) -> String {
        Value::Array(self.0.iter().cloned().map(Value::Object).collect()).to_string()
    }
}

/// A value as the text that PostgreSQL reads: strings as they are, all else as JSON.
pub(in crate::rest) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
