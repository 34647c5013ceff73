//! What a request asks for, parsed: the query string's small language as typed values. Nothing in here knows SQL.

mod filter;
mod order;
mod scan;
mod select;

pub(super) use filter::{Condition, Operator, Quantifier, Test, items};
pub(super) use order::Term;
pub(super) use select::Item;

use super::error::RestError;

/// A column, or something inside a JSON column: `a`, `a->b`, `a->b->>c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub column: String,
    pub path: Vec<Step>,
}

/// One step into JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub key: String,
    /// `->>`: the value as text.
    pub as_text: bool,
}

/// Everything that the query string says, but for a function's arguments.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// Empty: all columns.
    pub select: Vec<Item>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    pub order: Vec<Term>,
    pub limit: Option<u64>,
    pub offset: u64,
    /// `columns`: which keys of the body count.
    pub columns: Option<Vec<String>>,
    /// `on_conflict`: which columns make two rows the same.
    pub on_conflict: Option<Vec<String>>,
}

impl Query {
    /// Reads the parameters, without those that are a function's arguments.
    pub(super) fn read(parameters: &[(String, String)]) -> Result<Self, RestError> {
        let mut query = Self::default();
        for (name, value) in parameters {
            match name.as_str() {
                "select" => query.select = select::read(value)?,
                "order" => query.order = order::read(value)?,
                "limit" => query.limit = Some(bound(value, "limit")?),
                "offset" => query.offset = bound(value, "offset")?,
                "columns" => query.columns = Some(scan::names(value)?),
                "on_conflict" => query.on_conflict = Some(scan::names(value)?),
                name => query.conditions.push(filter::read(name, value)?),
            }
        }
        Ok(query)
    }
}

/// A number of rows.
fn bound(text: &str, name: &str) -> Result<u64, RestError> {
    if let Ok(number) = text.parse::<u32>() {
        return Ok(number.into());
    }
    if text.parse::<i64>().is_ok_and(|number| number < 0) && name == "limit" {
        let error = RestError::new(416, "PGRST103", "Requested range not satisfiable");
        return Err(error.details("Limit should be greater than or equal to zero."));
    }
    Err(unreadable(name, text))
}

/// PostgREST's word for a parameter that is not in its language.
fn unreadable(what: &str, text: &str) -> RestError {
    let message = format!("\"failed to parse {what} ({text})\" (line 1, column 1)");
    RestError::new(400, "PGRST100", message).details(format!("unexpected text in {what}"))
}
