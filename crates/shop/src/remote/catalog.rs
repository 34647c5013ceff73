//! What there is to buy.

use carryover_cart::{Currency, Limit, Money, ProductId};
use serde::Deserialize;

use super::{Remote, RemoteError};
use crate::{Catalog, Category, Product};

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
    /// The catalog, as the publishable key alone may read it.
    pub(crate) async fn catalog(&self) -> Result<Catalog, RemoteError> {
        let categories: Vec<Category> = self.read("categories?select=id,name&order=position", None).await?;
        let products: Vec<ProductBody> = self
            .read("products?select=id,category_id,name,description,price_minor,currency,stock,max_per_order,picture&order=position", None)
            .await?;
        Ok(Catalog::new(categories, products.into_iter().map(Product::from).collect()))
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
