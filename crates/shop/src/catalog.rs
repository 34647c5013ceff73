//! What there is to buy.

use carryover_cart::{Limit, Money, ProductId};
use serde::{Deserialize, Serialize};

/// A shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its key.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Something to buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its key.
    pub id: ProductId,
    /// The shelf it stands on.
    pub category_id: String,
    /// Its name.
    pub name: String,
    /// What it is, in a sentence or two.
    pub description: String,
    /// What one costs.
    pub price: Money,
    /// How many one cart may hold.
    pub limit: Limit,
    /// The picture's file name, without its ending.
    pub picture: String,
}

/// All there is to buy, in the order of the shelves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The shelves.
    pub categories: Vec<Category>,
    /// The products.
    pub products: Vec<Product>,
}

impl Catalog {
    /// The product of this key.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.iter().find(|product| product.id == *id)
    }
}
