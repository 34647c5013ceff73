//! What happened to a line without the person of this device asking for it.

use serde::{Deserialize, Serialize};

use crate::ProductId;

/// Something that a person must be told about one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineNote {
    /// The server gave less than was asked for.
    Reduced {
        /// Of what.
        product: ProductId,
        /// How many the cart holds now.
        quantity: u32,
    },
    /// The server has none of it: it left the cart.
    Unavailable {
        /// Which.
        product: ProductId,
    },
    /// Another device of this person set another quantity.
    ChangedElsewhere {
        /// Of what.
        product: ProductId,
        /// How many the cart holds now.
        quantity: u32,
    },
    /// Another device of this person took it out.
    RemovedElsewhere {
        /// Which.
        product: ProductId,
    },
}

impl LineNote {
    /// The product that it is about.
    pub fn product(&self) -> &ProductId {
        match self {
            Self::Reduced { product, .. }
            | Self::Unavailable { product }
            | Self::ChangedElsewhere { product, .. }
            | Self::RemovedElsewhere { product } => product,
        }
    }
}
