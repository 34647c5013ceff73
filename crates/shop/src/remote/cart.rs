//! The cart of whoever calls.

use carryover_auth::AccessToken;
use carryover_cart::{Answer, ProductId, Refusal, ServerCart};
use carryover_store::PendingLine;
use serde::Deserialize;
use serde_json::json;

use super::{Remote, RemoteError};

/// A cart as `get_cart()` answers.
#[derive(Deserialize)]
pub(super) struct CartBody {
    version: i64,
    lines: Vec<LineBody>,
    #[serde(default)]
    refused: Vec<Refusal>,
}

/// A line of it.
#[derive(Deserialize)]
pub(super) struct LineBody {
    pub product_id: ProductId,
    pub quantity: u32,
}

impl Remote {
    /// The user's cart.
    pub(crate) async fn cart(&self, token: AccessToken) -> Result<ServerCart, RemoteError> {
        let body: CartBody = self.call("get_cart", &token, &json!({})).await?;
        Ok(body.into())
    }

    /// Sets absolute quantities, each with its age and its number among the changes of `device`. Sending the same twice changes
    /// nothing more, and sending it late changes nothing that is newer.
    pub(crate) async fn set_cart_lines(
        &self,
        token: AccessToken,
        device: &str,
        lines: &[PendingLine],
        now_ms: i64,
    ) -> Result<Answer, RemoteError> {
        let line = |line: &PendingLine| {
            json!({
                "product_id": line.product,
                "quantity": line.quantity,
                "age_ms": now_ms.saturating_sub(line.changed_at_ms).max(0),
                "revision": line.revision,
            })
        };
        let lines: Vec<_> = lines.iter().map(line).collect();
        let mut body: CartBody =
            self.call("set_cart_lines", &token, &json!({ "lines": lines, "device": device })).await?;
        let refused = std::mem::take(&mut body.refused);
        Ok(Answer { cart: body.into(), refused })
    }
}

impl From<CartBody> for ServerCart {
    fn from(body: CartBody) -> Self {
        let lines = body.lines.into_iter().map(|line| (line.product_id, line.quantity)).collect();
        Self { version: body.version, lines }
    }
}
