//! What there is to buy.

use carryover_shop as shop;
use serde::Serialize;
use specta::Type;

use super::Money;

/// A shelf.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Category {
    id: String,
    name: String,
}

/// Something to buy.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Product {
    id: String,
    category_id: String,
    name: String,
    description: String,
    price: Money,
    stock: u32,
    max_per_order: u32,
    picture: String,
}

/// All there is to buy.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Catalog {
    categories: Vec<Category>,
    products: Vec<Product>,
}

impl From<&shop::Catalog> for Catalog {
    fn from(catalog: &shop::Catalog) -> Self {
        let category = |c: &shop::Category| Category { id: c.id.clone(), name: c.name.clone() };
        Self {
            categories: catalog.categories().iter().map(category).collect(),
            products: catalog.products().iter().map(Product::from).collect(),
        }
    }
}

impl From<&shop::Product> for Product {
    fn from(product: &shop::Product) -> Self {
        Self {
            id: product.id.to_string(),
            category_id: product.category_id.clone(),
            name: product.name.clone(),
            description: product.description.clone(),
            price: (&product.price).into(),
            stock: product.limit.stock,
            max_per_order: product.limit.max_per_order,
            picture: product.picture.clone(),
        }
    }
}
