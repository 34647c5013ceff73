//! Rows as an answer.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{error::RestError, media::Media, sql::quote};

/// The expression that makes the answer's body from the rows of `rows`, whose columns are `names`. It says `rows.*`, for
/// `rows` alone would be the column that a request may name so.
pub(super) fn body(media: Media, names: &[String]) -> String {
    match media {
        Media::Rows { strip_nulls: false } | Media::Row { strip_nulls: false } => {
            "coalesce(json_agg(rows.*), '[]')::text".to_owned()
        }
        Media::Rows { strip_nulls: true } | Media::Row { strip_nulls: true } => {
            "coalesce(json_agg(json_strip_nulls(row_to_json(rows.*))), '[]')::text".to_owned()
        }
        Media::Csv => {
            let texts: Vec<_> = names.iter().map(|name| format!("rows.{}::text", quote(name))).collect();
            format!("coalesce(json_agg(json_build_array({})), '[]')::text", texts.join(", "))
        }
    }
}

/// The body in the form that was asked for.
pub(super) fn render(media: Media, rows: String, count: u64, names: &[String]) -> Result<String, RestError> {
    match media {
        Media::Rows { .. } => Ok(rows),
        Media::Row { .. } if count == 1 => {
            // One object in brackets.
            Ok(rows.trim().trim_start_matches('[').trim_end_matches(']').trim().to_owned())
        }
        Media::Row { .. } => {
            let error = RestError::new(406, "PGRST116", "Cannot coerce the result to a single JSON object");
            Err(error.details(format!("The result contains {count} rows")))
        }
        Media::Csv => Ok(csv(&rows, names)),
    }
}

/// RFC 4180, with lines that end as PostgREST's do.
fn csv(rows: &str, names: &[String]) -> String {
    let rows: Vec<Vec<Value>> = serde_json::from_str(rows).unwrap_or_default();
    let line = |cells: Vec<&str>| cells.into_iter().map(cell).collect::<Vec<_>>().join(",");
    let mut lines = vec![line(names.iter().map(String::as_str).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(|value| value.as_str().unwrap_or_default()).collect())));
    lines.join("\n")
}

fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// An answer with this body.
pub(super) fn with(status: StatusCode, media: Media, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response()
}

/// Adds a header whose value is plain ASCII.
pub(super) fn add(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
