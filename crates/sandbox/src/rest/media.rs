//! What form the answer takes: the header `Accept`.

use axum::http::{HeaderMap, header};

use super::error::RestError;

/// A form that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// A list of rows.
    Rows {
        strip_nulls: bool,
    },
    /// Exactly one row, as an object.
    Row {
        strip_nulls: bool,
    },
    Csv,
}

impl Media {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, RestError> {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let accept = values.collect::<Vec<_>>().join(",");
        let mut wishes = accept.split(',').map(|wish| wish.trim().to_ascii_lowercase()).filter(|wish| !wish.is_empty());
        let mut asked = false;
        let found = wishes.find_map(|wish| {
            asked = true;
            let mut parts = wish.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let strip_nulls = parts.any(|part| part == "nulls=stripped");
            match name {
                "*/*" | "application/*" | "application/json" => Some(Self::Rows { strip_nulls: false }),
                "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" => Some(Self::Rows { strip_nulls }),
                "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => Some(Self::Row { strip_nulls }),
                "text/csv" => Some(Self::Csv),
                _ => None,
            }
        });
        match found {
            Some(media) => Ok(media),
            None if !asked => Ok(Self::Rows { strip_nulls: false }),
            None => {
                let message = format!("None of these media types are available: {accept}");
                Err(RestError::new(406, "PGRST107", message))
            }
        }
    }

    /// `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Rows { strip_nulls: false } => "application/json; charset=utf-8",
            Self::Rows { strip_nulls: true } => "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8",
            Self::Row { strip_nulls: false } => "application/vnd.pgrst.object+json; charset=utf-8",
            Self::Row { strip_nulls: true } => "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}
