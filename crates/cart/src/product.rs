//! What a line is about.

use std::{borrow::Borrow, fmt};

use serde::{Deserialize, Serialize};

/// The key of a product: a slug, as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(String);

impl ProductId {
    /// Takes a key as it is; whether such a product exists is for the catalog to say.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ProductId {
    fn borrow(&self) -> &str {
        &self.0
    }
}
