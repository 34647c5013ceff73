//! Rows of a table: read, insert, update, delete.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio_postgres::{Transaction, types::ToSql};

use super::{
    caller::Caller,
    error::RestError,
    filter::{Columns, quote, value},
};
use crate::state::Sandbox;

type Parameters = Query<Vec<(String, String)>>;

/// What a statement does, and whether its rows are sent back.
struct Statement {
    sql: String,
    values: Vec<String>,
}

pub(crate) async fn read(
    State(sandbox): State<Arc<Sandbox>>,
    Path(table): Path<String>,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    let rows = run(&sandbox, &headers, &table, |columns| {
        let clause = columns.conditions(&parameters, 0)?;
        let (list, tail) = (columns.list(value(&parameters, "select"))?, columns.tail(&parameters)?);
        let inner = format!("select {list} from public.{}{}{tail}", quote(&table), clause.sql);
        Ok(Statement {
            sql: format!("select coalesce(json_agg(r), '[]')::text from ({inner}) r"),
            values: clause.values,
        })
    })
    .await?;
    Ok(json(StatusCode::OK, rows))
}

pub(crate) async fn insert(
    State(sandbox): State<Arc<Sandbox>>,
    Path(table): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, RestError> {
    let rows: Value = parse(&body)?;
    let rows = if rows.is_array() { rows } else { Value::Array(vec![rows]) };
    let wants_rows = wants_rows(&headers);
    let answer = run(&sandbox, &headers, &table, |columns| {
        let first = rows.get(0).and_then(Value::as_object).ok_or_else(|| RestError::new(400, "PGRST102", "All object keys must match"))?;
        let names = columns.of_object(first.keys())?.join(", ");
        let table = quote(&table);
        let inner = format!(
            "insert into public.{table} ({names}) select {names} from json_populate_recordset(null::public.{table}, ($1::text)::json)"
        );
        Ok(Statement { sql: returning(&inner, wants_rows), values: vec![rows.to_string()] })
    })
    .await?;
    Ok(written(StatusCode::CREATED, wants_rows, answer))
}

pub(crate) async fn update(
    State(sandbox): State<Arc<Sandbox>>,
    Path(table): Path<String>,
    Query(parameters): Parameters,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, RestError> {
    let row: Value = parse(&body)?;
    let wants_rows = wants_rows(&headers);
    let answer = run(&sandbox, &headers, &table, |columns| {
        let fields = row.as_object().ok_or_else(|| RestError::new(400, "PGRST102", "Expected a JSON object"))?;
        let names = columns.of_object(fields.keys())?;
        let clause = columns.conditions(&parameters, 1)?;
        let (list, table) = (names.join(", "), quote(&table));
        let inner = format!(
            "update public.{table} set ({list}) = (select {list} from json_populate_record(null::public.{table}, ($1::text)::json)){}",
            clause.sql
        );
        let values = std::iter::once(row.to_string()).chain(clause.values).collect();
        Ok(Statement { sql: returning(&inner, wants_rows), values })
    })
    .await?;
    Ok(written(StatusCode::OK, wants_rows, answer))
}

pub(crate) async fn delete(
    State(sandbox): State<Arc<Sandbox>>,
    Path(table): Path<String>,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    let wants_rows = wants_rows(&headers);
    let answer = run(&sandbox, &headers, &table, |columns| {
        let clause = columns.conditions(&parameters, 0)?;
        let inner = format!("delete from public.{}{}", quote(&table), clause.sql);
        Ok(Statement { sql: returning(&inner, wants_rows), values: clause.values })
    })
    .await?;
    Ok(written(StatusCode::OK, wants_rows, answer))
}

/// Builds the statement from the table's columns and runs it as the caller. The answer is JSON text.
async fn run(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    table: &str,
    build: impl FnOnce(&Columns) -> Result<Statement, RestError>,
) -> Result<String, RestError> {
    let caller = Caller::of(sandbox, headers)?;
    let mut turn = sandbox.turn().await.map_err(RestError::unavailable)?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let statement = build(&columns(&tx, table).await?)?;
    caller.enter(&tx).await.map_err(failed)?;
    let values: Vec<&(dyn ToSql + Sync)> = statement.values.iter().map(|value| value as _).collect();
    let row = tx.query_one(&statement.sql, &values).await.map_err(failed)?;
    let answer = row.try_get(0).map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(answer)
}

async fn columns(tx: &Transaction<'_>, table: &str) -> Result<Columns, RestError> {
    let rows = tx
        .query(
            "select a.attname::text, format_type(a.atttypid, a.atttypmod)
             from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relname = $1 and c.relkind in ('r', 'v', 'p') and a.attnum > 0 and not a.attisdropped",
            &[&table],
        )
        .await
        .map_err(|error| RestError::database(&error, "service_role"))?;
    if rows.is_empty() {
        let message = format!("Could not find the table 'public.{table}' in the schema cache");
        return Err(RestError::new(404, "PGRST205", message));
    }
    Ok(Columns::new(rows.iter().map(|row| (row.get(0), row.get(1))).collect()))
}

/// A write that tells its rows, or their number. To tell them takes the right to read them, to count them does not.
fn returning(write: &str, rows: bool) -> String {
    if rows {
        format!("with w as ({write} returning *) select coalesce(json_agg(w), '[]')::text from w")
    } else {
        format!("with w as ({write} returning 1) select count(*)::text from w")
    }
}

fn wants_rows(headers: &HeaderMap) -> bool {
    headers
        .get_all("prefer")
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.contains("return=representation")))
}

fn written(status: StatusCode, wants_rows: bool, answer: String) -> Response {
    match (wants_rows, status) {
        (true, _) => json(status, answer),
        (false, StatusCode::CREATED) => StatusCode::CREATED.into_response(),
        (false, _) => StatusCode::NO_CONTENT.into_response(),
    }
}

fn parse(body: &Bytes) -> Result<Value, RestError> {
    serde_json::from_slice(body).map_err(|_| RestError::new(400, "PGRST102", "Empty or invalid json"))
}

/// An answer that is JSON already.
pub(crate) fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
