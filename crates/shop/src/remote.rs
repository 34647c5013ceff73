//! The data API of the backend, as PostgREST speaks it.

use std::time::Duration;

use carryover_auth::AccessToken;
use carryover_cart::{Currency, Limit, Money, ProductId};
use carryover_store::ServerCart;
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

/// What the server made of a cart it was sent.
#[derive(Debug)]
pub(crate) struct SetCart {
    /// The whole cart as it is now.
    pub cart: ServerCart,
    /// Lines it did not take as they were.
    pub refused: Vec<RefusedLine>,
}

/// A line that the server did not take as it was.
#[derive(Debug, Deserialize)]
pub(crate) struct RefusedLine {
    pub product_id: ProductId,
    pub reason: RefusedReason,
    pub allowed: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefusedReason {
    OverLimit,
    Unavailable,
}

#[derive(Deserialize)]
struct CartBody {
    version: i64,
    lines: Vec<LineBody>,
    #[serde(default)]
    refused: Vec<RefusedLine>,
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
        Ok(Catalog { categories, products: products.into_iter().map(Product::from).collect() })
    }

    /// The user's cart.
    pub(crate) async fn cart(&self, token: AccessToken) -> Result<ServerCart, RemoteError> {
        let body: CartBody = self.call("rpc/get_cart", &token, &json!({})).await?;
        Ok(body.into())
    }

    /// Sets absolute quantities. Sending the same twice changes nothing more.
    pub(crate) async fn set_cart_lines(
        &self,
        token: AccessToken,
        lines: &[(ProductId, u32)],
    ) -> Result<SetCart, RemoteError> {
        let lines: Vec<_> =
            lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect();
        let mut body: CartBody = self.call("rpc/set_cart_lines", &token, &json!({ "lines": lines })).await?;
        let refused = std::mem::take(&mut body.refused);
        Ok(SetCart { cart: body.into(), refused })
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
    serde_json::from_slice(&body).map_err(|_| RemoteError::Unintelligible)
}

impl From<CartBody> for ServerCart {
    fn from(body: CartBody) -> Self {
        Self {
            version: body.version,
            lines: body.lines.into_iter().map(|line| (line.product_id, line.quantity)).collect(),
        }
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
