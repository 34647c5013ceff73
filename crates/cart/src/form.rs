//! How a cart is written down: with a version, so that a later program reads what this one wrote, and this one says so when it
//! can't read what a later one did.

use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{Cart, Line, Money, ProductId};

/// The version that is written.
const VERSION: u32 = 1;

/// A form that this program does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cart was written in version {0}, which this program does not know")]
pub struct FormError(pub u32);

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    lines: Vec<LineForm>,
}

#[derive(Serialize, Deserialize)]
struct LineForm {
    product_id: ProductId,
    quantity: NonZeroU32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Money>,
    position: u64,
}

/// Read first, alone: the rest of a later version may have any shape.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Serialize for Cart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = self.lines().map(|(product, line)| LineForm {
            product_id: product.clone(),
            quantity: line.quantity,
            seen: line.seen,
            position: line.position,
        });
        Form { version: VERSION, lines: lines.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let any = serde_json::Value::deserialize(deserializer)?;
        let Version { version } = Version::deserialize(&any).map_err(D::Error::custom)?;
        if version != VERSION {
            return Err(D::Error::custom(FormError(version)));
        }
        let form = Form::deserialize(any).map_err(D::Error::custom)?;
        let lines = form.lines.into_iter();
        Ok(lines
            .map(|LineForm { product_id, quantity, seen, position }| (product_id, Line { quantity, seen, position }))
            .collect())
    }
}
