//! One request, one transaction: the catalog first, as the owner; then the statement, as the caller.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method};
use tokio_postgres::{Transaction, types::ToSql};

use super::{
    caller::Caller,
    catalog,
    error::RestError,
    query::{Item, Query},
};

/// The only schema that is served.
const SCHEMA: &str = "public";

/// What a statement brought back.
pub(super) struct Outcome {
    /// JSON text.
    pub body: Option<String>,
    pub rows: u64,
    pub total: Option<u64>,
    /// JSON text of the keys that a write touched.
    pub keys: Option<String>,
}

/// Runs a statement whose columns are body, rows, total and keys.
pub(super) async fn statement(
    tx: &Transaction<'_>,
    caller: &Caller,
    sql: &str,
    values: &[String],
) -> Result<Outcome, RestError> {
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let bound: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let row = tx.query_one(sql, &bound).await.map_err(failed)?;
    let count = |index: usize| row.try_get::<_, Option<i64>>(index).map_err(failed);
    Ok(Outcome {
        body: row.try_get(0).map_err(failed)?,
        rows: count(1)?.and_then(|rows| rows.try_into().ok()).unwrap_or(0),
        total: count(2)?.and_then(|total| total.try_into().ok()),
        keys: row.try_get(3).map_err(failed)?,
    })
}

/// The types that a query's casts name.
pub(super) async fn kinds(tx: &Transaction<'_>, query: &Query) -> Result<HashMap<String, String>, RestError> {
    let mut kinds = HashMap::new();
    for item in &query.select {
        if let Item::One { cast: Some(cast), .. } = item {
            kinds.insert(cast.clone(), catalog::kind(tx, cast).await?);
        }
    }
    Ok(kinds)
}

/// Refuses a schema other than the one that there is.
pub(super) fn check_schema(method: &Method, headers: &HeaderMap) -> Result<(), RestError> {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let name = if is_read { "accept-profile" } else { "content-profile" };
    let asked = headers.get(name).and_then(|value| value.to_str().ok());
    match asked {
        Some(asked) if asked != SCHEMA => {
            let error = RestError::new(406, "PGRST106", format!("Invalid schema: {asked}"));
            Err(error.hint(Some(format!("Only the following schemas are exposed: {SCHEMA}"))))
        }
        _ => Ok(()),
    }
}
