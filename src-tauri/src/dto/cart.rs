//! The cart.

use carryover_shop as shop;
use serde::Serialize;
use specta::Type;

/// An amount in minor units.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Money {
    minor: i64,
    currency: String,
}

impl From<&shop::Money> for Money {
    fn from(money: &shop::Money) -> Self {
        Self { minor: money.minor, currency: money.currency.to_string() }
    }
}

/// Whether the server has a line as it is here; refused: it gave less than was asked for.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineSync {
    Pending,
    Synced,
    Refused,
}

/// A line of the cart. No unit price: it is no longer sold. A seen price: it was another one when the line was last touched.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct CartLine {
    product_id: String,
    position: u64,
    name: String,
    picture: String,
    quantity: u32,
    limit: u32,
    unit_price: Option<Money>,
    seen_price: Option<Money>,
    line_total: Option<Money>,
    sync: LineSync,
}

/// The cart without its lines. Unsaved: lines that the server does not have as they are here.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct CartTotals {
    lines: usize,
    items: u32,
    total: Option<Money>,
    unsaved: usize,
}

/// A change of the cart that is on disk. Undo: the number to take it back by; none if nothing changed.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct Changed {
    revision: u64,
    undo: Option<u32>,
    reduced: bool,
}

impl From<&shop::CartLine> for CartLine {
    fn from(line: &shop::CartLine) -> Self {
        Self {
            product_id: line.product_id.to_string(),
            position: line.position,
            name: line.name.clone(),
            picture: line.picture.clone(),
            quantity: line.quantity,
            limit: line.limit,
            unit_price: line.unit_price.as_ref().map(Money::from),
            seen_price: line.seen_price.as_ref().map(Money::from),
            line_total: line.line_total.as_ref().map(Money::from),
            sync: match line.sync {
                shop::LineSync::Pending => LineSync::Pending,
                shop::LineSync::Synced => LineSync::Synced,
                shop::LineSync::Refused => LineSync::Refused,
            },
        }
    }
}

impl From<&shop::CartView> for CartTotals {
    fn from(cart: &shop::CartView) -> Self {
        Self {
            lines: cart.lines.len(),
            items: cart.items,
            total: cart.total.as_ref().map(Money::from),
            unsaved: cart.unsaved,
        }
    }
}

impl From<shop::Changed> for Changed {
    fn from(changed: shop::Changed) -> Self {
        Self { revision: changed.revision, undo: changed.undo, reduced: changed.reduced }
    }
}
