//! The data API of the backend, as PostgREST speaks it.

use std::time::Duration;

use carryover_auth::AccessToken;
use carryover_cart::{Answer, Currency, Limit, Money, ProductId, Refusal, ServerCart};
use carryover_store::PendingLine;
use reqwest::{RequestBuilder, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use url::Url;

use crate::{Backend, Catalog, Category, Product};

/// A failed call of the data API.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Not reached, or no answer in time. All our calls can be repeated.
    #[error("the server can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The token was not accepted.
    #[error("the server does not accept the access token")]
    Unauthorized,
    /// The server refused.
    #[error("the server refused with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer makes no sense.
    #[error("the server's answer can't be understood")]
    Unintelligible,
    /// The backend's address is no URL that can be called.
    #[error("the address of the server is not usable")]
    BadUrl,
}

impl RemoteError {
    /// Whether waiting can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unauthorized | Self::Unintelligible => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::BadUrl => false,
        }
    }

    /// Whether the server surely never saw the request.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self, Self::Unreachable(error) if error.is_connect())
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// The data API at one address.
pub(crate) struct Remote {
    http: reqwest::Client,
    rest: Url,
    publishable_key: String,
}

#[derive(Deserialize)]
struct CartBody {
    version: i64,
    lines: Vec<LineBody>,
    #[serde(default)]
    refused: Vec<Refusal>,
}

#[derive(Deserialize)]
struct LineBody {
    product_id: ProductId,
    quantity: u32,
}

#[derive(Deserialize)]
struct ProductBody {
    id: ProductId,
    category_id: String,
    name: String,
    description: String,
    price_minor: i64,
    currency: Currency,
    stock: u32,
    max_per_order: u32,
    picture: String,
}

impl Remote {
    pub(crate) fn new(backend: &Backend) -> Result<Self, RemoteError> {
        let rest = backend.url.join("rest/v1/").map_err(|_| RemoteError::BadUrl)?;
        let http = carryover_auth::http_client().map_err(RemoteError::Unreachable)?;
        Ok(Self { http, rest, publishable_key: backend.publishable_key.clone() })
    }

    /// The catalog, as the publishable key alone may read it.
    pub(crate) async fn catalog(&self) -> Result<Catalog, RemoteError> {
        let categories: Vec<Category> = self.read("categories?select=id,name&order=position").await?;
        let products: Vec<ProductBody> = self
            .read("products?select=id,category_id,name,description,price_minor,currency,stock,max_per_order,picture&order=position")
            .await?;
        Ok(Catalog::new(categories, products.into_iter().map(Product::from).collect()))
    }

    /// The user's cart.
    pub(crate) async fn cart(&self, token: AccessToken) -> Result<ServerCart, RemoteError> {
        let body: CartBody = self.call("rpc/get_cart", &token, &json!({})).await?;
        Ok(Answer::from(body).cart)
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
        let body: CartBody =
            self.call("rpc/set_cart_lines", &token, &json!({ "lines": lines, "device": device })).await?;
        Ok(body.into())
    }

    /// Deletes the guest and all that is theirs. Asking twice is no error.
    pub(crate) async fn forget_me(&self, token: AccessToken) -> Result<(), RemoteError> {
        self.call("rpc/forget_me", &token, &json!({})).await
    }

    /// All that the server keeps of the user.
    pub(crate) async fn export_me(&self, token: AccessToken) -> Result<serde_json::Value, RemoteError> {
        self.call("rpc/export_me", &token, &json!({})).await
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        let url = self.rest.join(path).map_err(|_| RemoteError::BadUrl)?;
        send(self.http.get(url).header("apikey", &self.publishable_key)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        path: &str,
        token: &AccessToken,
        body: &serde_json::Value,
    ) -> Result<T, RemoteError> {
        let url = self.rest.join(path).map_err(|_| RemoteError::BadUrl)?;
        let request = self.http.post(url).header("apikey", &self.publishable_key).bearer_auth(token.expose());
        send(request.json(body)).await
    }
}

async fn send<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, RemoteError> {
    let response = request.send().await.map_err(|error| RemoteError::Unreachable(error.without_url()))?;
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err(RemoteError::Unauthorized);
    }
    if !status.is_success() {
        let retry_after =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        return Err(RemoteError::Refused {
            status: status.as_u16(),
            retry_after: retry_after.map(Duration::from_secs),
        });
    }
    let body = response.bytes().await.map_err(|error| RemoteError::Unreachable(error.without_url()))?;
    // A function that returns nothing answers with nothing.
    let body = if body.is_empty() { b"null".as_slice() } else { &body };
    serde_json::from_slice(body).map_err(|_| RemoteError::Unintelligible)
}

impl From<CartBody> for Answer {
    fn from(body: CartBody) -> Self {
        let lines = body.lines.into_iter().map(|line| (line.product_id, line.quantity)).collect();
        Self { cart: ServerCart { version: body.version, lines }, refused: body.refused }
    }
}

impl From<ProductBody> for Product {
    fn from(body: ProductBody) -> Self {
        Self {
            id: body.id,
            category_id: body.category_id,
            name: body.name,
            description: body.description,
            price: Money { minor: body.price_minor, currency: body.currency },
            limit: Limit { stock: body.stock, max_per_order: body.max_per_order },
            picture: body.picture,
        }
    }
}
