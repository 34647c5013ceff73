//! Function calls: `rpc/{function}`.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};
use tokio_postgres::Transaction;

use super::{
    Incoming, answer,
    caller::Caller,
    error::RestError,
    media::Media,
    prefer::Prefer,
    query::Query,
    range::Range,
    read::Selection,
    run,
    signature::{Returns, Signature},
    sql::{Scope, Values, quote},
};

/// Parameters that never are arguments.
const RESERVED: [&str; 8] = ["select", "order", "limit", "offset", "and", "or", "not.and", "not.or"];

pub(super) async fn post(incoming: Incoming) -> Result<Response, RestError> {
    let bad = |_| RestError::new(400, "PGRST102", "Empty or invalid json");
    let body = if incoming.body.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(&incoming.body).map_err(bad)?
    };
    let given: Vec<String> = body.as_object().map_or_else(Vec::new, |arguments| arguments.keys().cloned().collect());
    let (caller, mut turn) = incoming.begin().await?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let signature = Signature::find(&tx, &incoming.name, &given, true).await?;
    if !signature.takes_body() && !body.is_object() {
        return Err(RestError::new(400, "PGRST102", "Empty or invalid json"));
    }
    let call = call(&incoming, &signature, &body);
    let response = run_call(&incoming, &caller, &tx, &signature, call).await?;
    tx.commit().await.map_err(failed)?;
    Ok(response)
}

pub(super) async fn get(incoming: Incoming) -> Result<Response, RestError> {
    let (caller, mut turn) = incoming.begin().await?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let (given, others): (Vec<_>, Vec<_>) = incoming
        .parameters
        .iter()
        .cloned()
        .partition(|(name, value)| !RESERVED.contains(&name.as_str()) && !is_filter(value));
    let names: Vec<String> = given.iter().map(|(name, _)| name.clone()).collect();
    let signature = Signature::find(&tx, &incoming.name, &names, false).await?;
    tx.batch_execute("set transaction read only").await.map_err(failed)?;
    let mut values = Values::default();
    let mut arguments = Vec::new();
    for (name, value) in &given {
        if let Some(argument) = signature.arguments.iter().find(|argument| argument.name == *name) {
            arguments.push(argument.pass(&format!("({})::{}", values.bind(value), argument.kind)));
        }
    }
    let function = format!("public.{}({})", quote(&incoming.name), arguments.join(", "));
    let call = Call { function, source: None, values, parameters: others };
    let response = run_call(&incoming, &caller, &tx, &signature, call).await?;
    tx.commit().await.map_err(failed)?;
    Ok(response)
}

/// Whether a parameter filters a function's rows: it begins with an operator, as `gt.1`, `eq(any).{1,2}` or `not.is.null`.
fn is_filter(value: &str) -> bool {
    let word = value.split(['.', '(']).next().unwrap_or_default();
    value.contains('.') && OPERATORS.contains(&word)
}

/// What a parameter begins with that filters a function's rows.
const OPERATORS: [&str; 26] = [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "match",
    "imatch",
    "in",
    "is",
    "isdistinct",
    "cs",
    "cd",
    "ov",
    "sl",
    "sr",
    "nxr",
    "nxl",
    "adj",
    "not",
    "fts",
    "plfts",
    "phfts",
    "wfts",
];

/// A call as SQL: the function with its arguments, and where the arguments come from.
struct Call {
    function: String,
    source: Option<String>,
    values: Values,
    /// The parameters that are no arguments: they choose among the rows.
    parameters: Vec<(String, String)>,
}

/// Arguments from a JSON body, converted by PostgreSQL itself: arrays and composite values too.
fn call(incoming: &Incoming, signature: &Signature, body: &Value) -> Call {
    let (name, mut values) = (quote(&incoming.name), Values::default());
    let parameters = incoming.parameters.clone();
    if signature.takes_body() {
        let kind = &signature.arguments[0].kind;
        let function = format!("public.{name}(({})::{kind})", values.bind(body.to_string()));
        return Call { function, source: None, values, parameters };
    }
    let given: Vec<_> = signature.arguments.iter().filter(|argument| body.get(&argument.name).is_some()).collect();
    if given.is_empty() {
        return Call { function: format!("public.{name}()"), source: None, values, parameters };
    }
    let passed: Vec<_> = given.iter().map(|a| a.pass(&format!("arguments.{}", quote(&a.name)))).collect();
    let typed: Vec<_> = given.iter().map(|a| format!("{} {}", quote(&a.name), a.kind)).collect();
    let source =
        format!("json_to_record(({})::json) as arguments ({})", values.bind(body.to_string()), typed.join(", "));
    Call { function: format!("public.{name}({})", passed.join(", ")), source: Some(source), values, parameters }
}

async fn run_call(
    incoming: &Incoming,
    caller: &Caller,
    tx: &Transaction<'_>,
    signature: &Signature,
    call: Call,
) -> Result<Response, RestError> {
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let (media, prefer) = (Media::read(&incoming.headers)?, Prefer::read(&incoming.headers)?);
    let from = call.source.as_ref().map_or_else(String::new, |source| format!(" from {source}"));
    match &signature.returns {
        Returns::Rows { set, columns } => {
            let query = Query::read(&call.parameters)?;
            let range = Range::read(&query, &incoming.headers, true)?;
            let kinds = run::kinds(tx, &query).await?;
            caller.enter(tx).await.map_err(failed)?;
            let scope = Scope { columns, kinds: &kinds };
            let media = if *set { media } else { single(media) };
            let selection = Selection { query: &query, range, media, count: prefer.count };
            let rows = if from.is_empty() {
                format!("{} as called", call.function)
            } else {
                format!("(select called.*{from}, lateral {} as called) as called", call.function)
            };
            let (sql, values, names) = selection.statement(&scope, &rows, call.values)?;
            let outcome = run::statement(tx, caller, &sql, &values).await?;
            selection.answer(outcome, &names, &prefer)
        }
        returns => {
            caller.enter(tx).await.map_err(failed)?;
            let sql = match returns {
                Returns::Value { set: true } => format!(
                    "select coalesce(json_agg(value), '[]')::text, count(*), null::bigint, null::text from (select {}{from}) as called (value)",
                    call.function
                ),
                // Nothing is written down as an empty text, which is no JSON.
                Returns::Nothing => {
                    format!("select ({})::text, 1::bigint, null::bigint, null::text{from}", call.function)
                }
                _ => format!("select to_json({})::text, 1::bigint, null::bigint, null::text{from}", call.function),
            };
            let outcome = run::statement(tx, caller, &sql, &call.values.0).await?;
            if matches!(returns, Returns::Nothing) {
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            let body = outcome.body.unwrap_or_else(|| "null".to_owned());
            let mut response = answer::with(StatusCode::OK, Media::Rows { strip_nulls: false }, body);
            answer::add(&mut response, "content-range", "0-0/*");
            Ok(response)
        }
    }
}

/// A function that returns one row returns an object.
fn single(media: Media) -> Media {
    match media {
        Media::Rows { strip_nulls } => Media::Row { strip_nulls },
        media => media,
    }
}
