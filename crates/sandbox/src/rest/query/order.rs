//! `order`: by which columns, which way, and where nulls go.

use super::{Field, scan::Scanner, unreadable};
use crate::rest::error::RestError;

/// One of the columns that order the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rest) struct Term {
    pub field: Field,
    pub descending: bool,
    /// PostgreSQL's own rule where nothing is said.
    pub nulls_first: Option<bool>,
}

pub(super) fn read(text: &str) -> Result<Vec<Term>, RestError> {
    let bad = || unreadable("order", text);
    let mut scanner = Scanner(text);
    let mut terms = Vec::new();
    while !scanner.is_done() {
        let mut term = Term { field: scanner.field().ok_or_else(bad)?, descending: false, nulls_first: None };
        while scanner.take(".") {
            match scanner.until(|letter| matches!(letter, '.' | ',')) {
                "asc" => term.descending = false,
                "desc" => term.descending = true,
                "nullsfirst" => term.nulls_first = Some(true),
                "nullslast" => term.nulls_first = Some(false),
                _ => return Err(bad()),
            }
        }
        terms.push(term);
        if !scanner.take(",") && !scanner.is_done() {
            return Err(bad());
        }
    }
    Ok(terms)
}
