//! What there is to buy.

use std::collections::HashMap;

use carryover_cart::{Limit, Money, Offer, ProductId};
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
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Form")]
pub struct Catalog {
    categories: Vec<Category>,
    products: Vec<Product>,
    /// Where in `products` each one is.
    #[serde(skip)]
    index: HashMap<ProductId, usize>,
}

#[derive(Deserialize)]
struct Form {
    categories: Vec<Category>,
    products: Vec<Product>,
}

impl From<Form> for Catalog {
    fn from(form: Form) -> Self {
        Self::new(form.categories, form.products)
    }
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        (&self.categories, &self.products) == (&other.categories, &other.products)
    }
}

impl Eq for Catalog {}

impl Catalog {
    /// Of these shelves and products.
    pub fn new(categories: Vec<Category>, products: Vec<Product>) -> Self {
        let index = products.iter().enumerate().map(|(place, product)| (product.id.clone(), place)).collect();
        Self { categories, products, index }
    }

    /// The shelves.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The products.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product of this key.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(*self.index.get(id)?)
    }

    /// What the product is sold for, if it is sold.
    pub fn offer(&self, id: &ProductId) -> Option<Offer> {
        self.product(id).map(|product| Offer { price: product.price, limit: product.limit })
    }
}
