//! Function calls: `rpc/{function}`.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Map, Value};
use tokio_postgres::{Transaction, types::ToSql};

use super::{caller::Caller, error::RestError, filter::quote, table::json};
use crate::state::Sandbox;

/// A function as PostgreSQL's catalog knows it.
struct Signature {
    /// Name and type of each argument.
    arguments: Vec<(String, String)>,
    returns_set: bool,
    returns_void: bool,
}

pub(crate) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, RestError> {
    let arguments = if body.is_empty() { Value::Object(Map::new()) } else { parse(&body)? };
    let Value::Object(arguments) = arguments else {
        return Err(RestError::new(400, "PGRST102", "Expected a JSON object"));
    };
    call(&sandbox, &headers, &function, &arguments, false).await
}

pub(crate) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    Path(function): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    let arguments = parameters.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    call(&sandbox, &headers, &function, &arguments, true).await
}

fn parse(body: &Bytes) -> Result<Value, RestError> {
    serde_json::from_slice(body).map_err(|_| RestError::new(400, "PGRST102", "Empty or invalid json"))
}

async fn call(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    function: &str,
    arguments: &Map<String, Value>,
    read_only: bool,
) -> Result<Response, RestError> {
    let caller = Caller::of(sandbox, headers)?;
    let mut turn = sandbox.turn().await.map_err(RestError::unavailable)?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let signature = signature(&tx, function, arguments).await?;
    if read_only {
        tx.batch_execute("set transaction read only").await.map_err(failed)?;
    }
    caller.enter(&tx).await.map_err(failed)?;
    let values: Vec<String> = signature.arguments.iter().map(|(name, _)| text(&arguments[name])).collect();
    let bound: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let row = tx.query_one(&statement(function, &signature), &bound).await.map_err(failed)?;
    let answer: Option<String> = row.try_get(0).map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    if signature.returns_void {
        return Ok(json(StatusCode::NO_CONTENT, String::new()));
    }
    Ok(json(StatusCode::OK, answer.unwrap_or_else(|| "null".to_owned())))
}

fn statement(function: &str, signature: &Signature) -> String {
    let arguments: Vec<_> = signature
        .arguments
        .iter()
        .enumerate()
        .map(|(index, (name, kind))| format!("{} => (${}::text)::{kind}", quote(name), index + 1))
        .collect();
    let call = format!("public.{}({})", quote(function), arguments.join(", "));
    if signature.returns_set {
        format!("select coalesce(json_agg(r), '[]')::text from {call} r")
    } else if signature.returns_void {
        format!("select ({call})::text")
    } else {
        format!("select to_json({call})::text")
    }
}

/// The function of this name whose arguments are the ones given.
async fn signature(tx: &Transaction<'_>, function: &str, given: &Map<String, Value>) -> Result<Signature, RestError> {
    let rows = tx
        .query(
            "select coalesce(p.proargnames, '{}')::text[], array(select format_type(t, null) from unnest(p.proargtypes) with ordinality a (t, i) order by i),
                 p.proretset, p.prorettype = 'void'::regtype, p.pronargdefaults::int
             from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where n.nspname = 'public' and p.proname = $1 and p.prokind = 'f'",
            &[&function],
        )
        .await
        .map_err(|error| RestError::database(&error, "service_role"))?;
    for row in rows {
        let (names, kinds): (Vec<String>, Vec<String>) = (row.get(0), row.get(1));
        let mut arguments: Vec<_> = names.into_iter().zip(kinds).collect();
        let needed = arguments.len() - usize::try_from(row.get::<_, i32>(4)).unwrap_or_default();
        let mut index = 0;
        // The last ones may have defaults and be left out.
        arguments.retain(|(name, _)| {
            index += 1;
            index <= needed || given.contains_key(name)
        });
        let fits = arguments.len() == given.len() && arguments.iter().all(|(name, _)| given.contains_key(name));
        if fits {
            return Ok(Signature { arguments, returns_set: row.get(2), returns_void: row.get(3) });
        }
    }
    let parameters: Vec<_> = given.keys().map(String::as_str).collect();
    let message =
        format!("Could not find the function public.{function}({}) in the schema cache", parameters.join(", "));
    Err(RestError::new(404, "PGRST202", message))
}

/// A value as the text that PostgreSQL reads: strings as they are, all else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
