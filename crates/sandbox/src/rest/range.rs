//! Which of the rows are wanted: `limit` and `offset`, or the header `Range`; and how an answer says which these are.

use axum::http::{HeaderMap, StatusCode};

use super::{error::RestError, query::Query};

/// A part of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub offset: u64,
    pub limit: Option<u64>,
}

impl Range {
    /// What both say together; the header counts for reads only.
    pub(super) fn read(query: &Query, headers: &HeaderMap, is_read: bool) -> Result<Self, RestError> {
        let header = headers.get("range").and_then(|value| value.to_str().ok()).filter(|_| is_read);
        let Some((first, last)) = header.and_then(bounds) else {
            return Ok(Self { offset: query.offset, limit: query.limit });
        };
        if last.is_some_and(|last| last < first) {
            let error = RestError::new(416, "PGRST103", "Requested range not satisfiable");
            return Err(error
                .details("The lower boundary must be lower than or equal to the upper boundary in the Range header."));
        }
        let offset = first.max(query.offset);
        let ends = [last.map(|last| last + 1), query.limit.map(|limit| query.offset + limit)];
        let end = ends.into_iter().flatten().min();
        Ok(Self { offset, limit: end.map(|end| end.saturating_sub(offset)) })
    }

    /// Status and `Content-Range` of an answer with `rows` of `total` rows, if the total is known.
    pub(super) fn describe(self, rows: u64, total: Option<u64>) -> Result<(StatusCode, String), RestError> {
        if let Some(total) = total
            && self.offset > 0
            && self.offset >= total
        {
            let details = format!("An offset of {} was requested, but there are only {total} rows.", self.offset);
            return Err(RestError::new(416, "PGRST103", "Requested range not satisfiable").details(details));
        }
        let of = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        let part = if rows == 0 { "*".to_owned() } else { format!("{}-{}", self.offset, self.offset + rows - 1) };
        let partial = total.is_some_and(|total| rows < total);
        Ok((if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK }, format!("{part}/{of}")))
    }
}

/// `0-9`, `10-`, with or without its unit; one that can't be read asks for nothing.
fn bounds(text: &str) -> Option<(u64, Option<u64>)> {
    let text = text.strip_prefix("items=").unwrap_or(text);
    let (first, last) = text.split_once('-')?;
    let number = |text: &str| text.parse::<u32>().ok().map(u64::from);
    match last {
        "" => Some((number(first)?, None)),
        last => Some((number(first)?, Some(number(last)?))),
    }
}
