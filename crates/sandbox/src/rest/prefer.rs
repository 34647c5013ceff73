//! The header `Prefer` (RFC 7240), as far as PostgREST knows it.

use axum::http::{HeaderMap, HeaderValue};

use super::error::RestError;

/// What of the rows a write sends back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Return {
    #[default]
    Minimal,
    HeadersOnly,
    Representation,
}

/// What to do with a row that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    Merge,
    Ignore,
}

/// A request's wishes.
#[derive(Debug, Clone, Default)]
pub(super) struct Prefer {
    pub returns: Return,
    /// Whether the rows are counted. A planned or estimated count is the exact one here.
    pub count: bool,
    pub resolution: Option<Resolution>,
    /// `missing=default`: keys that a row lacks get the column's default.
    pub missing_default: bool,
    pub max_affected: Option<u64>,
    applied: Vec<String>,
}

impl Prefer {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, RestError> {
        let mut prefer = Self::default();
        let (mut strict, mut unknown) = (false, Vec::new());
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for wish in values.flat_map(|value| value.split([',', ';'])).map(str::trim).filter(|wish| !wish.is_empty()) {
            match wish {
                "return=minimal" => prefer.returns = Return::Minimal,
                "return=headers-only" => prefer.returns = Return::HeadersOnly,
                "return=representation" => prefer.returns = Return::Representation,
                "count=exact" | "count=planned" | "count=estimated" => prefer.count = true,
                "resolution=merge-duplicates" => prefer.resolution = Some(Resolution::Merge),
                "resolution=ignore-duplicates" => prefer.resolution = Some(Resolution::Ignore),
                "missing=default" => prefer.missing_default = true,
                "missing=null" | "handling=lenient" => {}
                "handling=strict" => strict = true,
                // As by default: whoever calls does not decide whether a transaction counts.
                "tx=commit" | "tx=rollback" => continue,
                wish => {
                    let most = wish.strip_prefix("max-affected=").and_then(|number| number.parse().ok());
                    if most.is_none() {
                        unknown.push(wish.to_owned());
                        continue;
                    }
                    prefer.max_affected = most;
                }
            }
            prefer.applied.push(wish.to_owned());
        }
        if strict && !unknown.is_empty() {
            let error = RestError::new(400, "PGRST122", "Invalid preferences given with handling=strict");
            return Err(error.details(format!("Invalid preferences: {}", unknown.join(", "))));
        }
        prefer.max_affected = prefer.max_affected.filter(|_| strict);
        Ok(prefer)
    }

    /// `Preference-Applied`: those that begin with one of `names`.
    pub(super) fn applied(&self, names: &[&str]) -> Option<HeaderValue> {
        let heeded = |wish: &&String| names.iter().any(|name| wish.starts_with(name));
        let applied: Vec<&str> = self.applied.iter().filter(heeded).map(String::as_str).collect();
        HeaderValue::from_str(&applied.join(", ")).ok().filter(|_| !applied.is_empty())
    }
}
