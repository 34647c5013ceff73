//! Writes: `POST`, `PATCH`, `PUT` and `DELETE` on `/{table}`.

mod body;
mod statement;

use axum::{
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use url::form_urlencoded;

use self::{
    body::Rows,
    statement::{Write, key_of},
};
use super::{
    Incoming, answer,
    catalog::Columns,
    error::RestError,
    media::Media,
    prefer::{Prefer, Return},
    query::Query,
    run::{self, Outcome},
    sql::{Scope, Values},
};

pub(super) async fn post(incoming: Incoming) -> Result<Response, RestError> {
    let rows = Rows::read(&incoming.body)?;
    write(incoming, Method::POST, Some(rows)).await
}

pub(super) async fn patch(incoming: Incoming) -> Result<Response, RestError> {
    let rows = Rows::read(&incoming.body)?;
    write(incoming, Method::PATCH, Some(rows)).await
}

pub(super) async fn put(incoming: Incoming) -> Result<Response, RestError> {
    let rows = Rows::read(&incoming.body)?;
    write(incoming, Method::PUT, Some(rows)).await
}

pub(super) async fn delete(incoming: Incoming) -> Result<Response, RestError> {
    write(incoming, Method::DELETE, None).await
}

async fn write(incoming: Incoming, method: Method, rows: Option<Rows>) -> Result<Response, RestError> {
    let (media, prefer) = (Media::read(&incoming.headers)?, Prefer::read(&incoming.headers)?);
    let query = Query::read(&incoming.parameters)?;
    let (caller, mut turn) = incoming.begin().await?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let columns = Columns::of_table(&tx, &incoming.name).await?;
    let kinds = run::kinds(&tx, &query).await?;
    caller.enter(&tx).await.map_err(failed)?;
    let scope = Scope { columns: &columns, kinds: &kinds };
    let write = Write { table: &incoming.name, scope, query: &query, prefer: &prefer, media };
    let mut values = Values::default();
    let (sql, names) = match (&method, &rows) {
        (&Method::POST, Some(rows)) => write.insert(rows, &mut values)?,
        (&Method::PUT, Some(rows)) => write.put(rows, &mut values)?,
        (&Method::PATCH, Some(rows)) => write.update(rows, &mut values)?,
        _ => write.delete(&mut values)?,
    };
    let outcome = run::statement(&tx, &caller, &sql, &values.0).await?;
    if let Some(most) = prefer.max_affected
        && outcome.rows > most
        && method != Method::POST
    {
        let error = RestError::new(400, "PGRST124", "Query result exceeds max-affected preference constraint");
        return Err(error.details(format!("The query affects {} rows", outcome.rows)));
    }
    // Before the commit: one row that was asked for and is not there undoes the write.
    let response = respond(&incoming, &method, &write, outcome, &names)?;
    tx.commit().await.map_err(failed)?;
    Ok(response)
}

fn respond(
    incoming: &Incoming,
    method: &Method,
    write: &Write<'_>,
    outcome: Outcome,
    names: &[String],
) -> Result<Response, RestError> {
    let (prefer, rows) = (write.prefer, outcome.rows);
    let created = match *method {
        Method::POST => true,
        // How many there were before.
        Method::PUT => outcome.total == Some(0),
        _ => false,
    };
    let shows = prefer.returns == Return::Representation;
    let status = match (created, shows) {
        (true, _) => StatusCode::CREATED,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::NO_CONTENT,
    };
    let mut response = if shows {
        let body = answer::render(write.media, outcome.body.unwrap_or_default(), rows, names)?;
        answer::with(status, write.media, body)
    } else {
        status.into_response()
    };
    let part = if *method == Method::PATCH && rows > 0 { format!("0-{}", rows - 1) } else { "*".to_owned() };
    let total = if prefer.count { rows.to_string() } else { "*".to_owned() };
    answer::add(&mut response, "content-range", &format!("{part}/{total}"));
    if prefer.returns == Return::HeadersOnly && rows == 1 {
        let keys: Vec<Value> = outcome.keys.and_then(|keys| serde_json::from_str(&keys).ok()).unwrap_or_default();
        if let Some(location) = keys.first().and_then(|key| location(&incoming.name, &key_of(write.scope.columns), key))
        {
            answer::add(&mut response, "location", &location);
        }
    }
    let heeded = ["return=", "count=", "resolution=", "missing=", "max-affected=", "handling="];
    if let Some(applied) = prefer.applied(&heeded) {
        response.headers_mut().insert("preference-applied", applied);
    }
    Ok(response)
}

/// Where the row that was made can be read.
fn location(table: &str, key: &[String], row: &Value) -> Option<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in key {
        query.append_pair(name, &format!("eq.{}", body::text(&row[name])));
    }
    let table: String = form_urlencoded::byte_serialize(table.as_bytes()).collect();
    (!key.is_empty()).then(|| format!("/{table}?{}", query.finish()))
}
