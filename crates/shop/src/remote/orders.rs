//! Orders.

use carryover_auth::AccessToken;
use carryover_cart::{Currency, Money, ProductId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Remote, RemoteError};

/// What somebody has ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: Uuid,
    /// When, milliseconds since 1970.
    pub placed_at_ms: i64,
    /// What it cost.
    pub total: Money,
    /// Its lines.
    pub lines: Vec<OrderLine>,
}

/// A line of an order: as the product was when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Of what.
    pub product_id: ProductId,
    /// What it was called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one cost.
    pub price: Money,
}

#[derive(Deserialize)]
struct OrderBody {
    id: Uuid,
    placed_at: Timestamp,
    currency: Currency,
    total_minor: i64,
    #[serde(default)]
    lines: Vec<OrderLineBody>,
}

#[derive(Deserialize)]
struct OrderLineBody {
    order_id: Option<Uuid>,
    product_id: ProductId,
    name: String,
    quantity: u32,
    price_minor: i64,
    currency: Currency,
}

impl Remote {
    /// Orders what is in the cart, if it is still what was seen. The same key twice is one order.
    pub(crate) async fn place_order(
        &self,
        token: AccessToken,
        cart_version: i64,
        total_minor: i64,
        key: Uuid,
    ) -> Result<Order, RemoteError> {
        let arguments = json!({ "cart_version": cart_version, "total_minor": total_minor, "idempotency_key": key });
        let body: OrderBody = self.call("place_order", &token, &arguments).await?;
        Ok(body.into())
    }

    /// What the user has ordered, newest first.
    pub(crate) async fn orders(&self, token: AccessToken) -> Result<Vec<Order>, RemoteError> {
        let orders = "orders?select=id,placed_at,currency,total_minor&order=placed_at.desc";
        let mut orders: Vec<OrderBody> = self.read(orders, Some(&token)).await?;
        let lines = "order_lines?select=order_id,product_id,name,quantity,price_minor,currency&order=name";
        for line in self.read::<Vec<OrderLineBody>>(lines, Some(&token)).await? {
            if let Some(order) = orders.iter_mut().find(|order| Some(order.id) == line.order_id) {
                order.lines.push(line);
            }
        }
        Ok(orders.into_iter().map(Order::from).collect())
    }
}

impl From<OrderBody> for Order {
    fn from(body: OrderBody) -> Self {
        Self {
            id: body.id,
            placed_at_ms: body.placed_at.as_millisecond(),
            total: Money { minor: body.total_minor, currency: body.currency },
            lines: body.lines.into_iter().map(OrderLine::from).collect(),
        }
    }
}

impl From<OrderLineBody> for OrderLine {
    fn from(body: OrderLineBody) -> Self {
        Self {
            product_id: body.product_id,
            name: body.name,
            quantity: body.quantity,
            price: Money { minor: body.price_minor, currency: body.currency },
        }
    }
}
