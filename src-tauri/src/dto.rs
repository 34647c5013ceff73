//! What crosses to TypeScript. Plain data, no behaviour: views of the shop's own types.

use carryover_shop as shop;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An amount in minor units.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Money {
    minor: i64,
    currency: String,
}

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

/// Who this is.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Identity {
    Visitor,
    Guest { user_id: String },
    Member { user_id: String, email: Option<String> },
}

/// Whether the server has a line as it is here.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineSync {
    Pending,
    Synced,
}

/// A line of the cart. No price: it is no longer sold.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct CartLine {
    product_id: String,
    name: String,
    picture: String,
    quantity: u32,
    limit: u32,
    unit_price: Option<Money>,
    line_total: Option<Money>,
    sync: LineSync,
}

/// The cart.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct CartView {
    lines: Vec<CartLine>,
    items: u32,
    total: Option<Money>,
}

/// Where the cart is safe.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SaveState {
    Nothing,
    OnThisDevice,
    Syncing,
    AllSaved,
    Offline,
}

/// Whether there is a catalog.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CatalogState {
    Loading,
    Ready,
    Unavailable,
}

/// Whether there is a catalog, and which.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct CatalogStatus {
    state: CatalogState,
    revision: u32,
}

/// The upgrade under way. Times in milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Upgrade {
    Idle,
    CodeSent { email: String, resend_at: i64, expires_at: i64 },
}

/// Something a person must be told.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Notice {
    id: u32,
    kind: NoticeKind,
    product: Option<String>,
    allowed: Option<u32>,
}

/// What a person must be told.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoticeKind {
    LimitReduced,
    Unavailable,
    KeyFile,
    IdentityLost,
    BackendFailed,
}

/// Which kind of backend.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Backend {
    Sandbox,
    Hosted,
}

/// Everything the window shows, at one instant.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Snapshot {
    revision: u64,
    identity: Identity,
    cart: CartView,
    save: SaveState,
    catalog: CatalogStatus,
    upgrade: Upgrade,
    notices: Vec<Notice>,
    backend: Backend,
}

/// Colours.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Words.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    #[default]
    System,
    En,
    De,
}

/// Theme and language.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
pub(crate) struct Preferences {
    theme: Theme,
    language: Language,
}

impl From<&shop::Money> for Money {
    fn from(money: &shop::Money) -> Self {
        Self { minor: money.minor, currency: money.currency.to_string() }
    }
}

impl From<&shop::Catalog> for Catalog {
    fn from(catalog: &shop::Catalog) -> Self {
        let category = |c: &shop::Category| Category { id: c.id.clone(), name: c.name.clone() };
        Self {
            categories: catalog.categories.iter().map(category).collect(),
            products: catalog.products.iter().map(Product::from).collect(),
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

impl From<&shop::Snapshot> for Snapshot {
    fn from(snapshot: &shop::Snapshot) -> Self {
        Self {
            revision: snapshot.revision,
            identity: (&snapshot.identity).into(),
            cart: CartView {
                lines: snapshot.cart.lines.iter().map(CartLine::from).collect(),
                items: snapshot.cart.items,
                total: snapshot.cart.total.as_ref().map(Money::from),
            },
            save: snapshot.save.into(),
            catalog: CatalogStatus {
                state: match snapshot.catalog.state {
                    shop::CatalogState::Loading => CatalogState::Loading,
                    shop::CatalogState::Ready => CatalogState::Ready,
                    shop::CatalogState::Unavailable => CatalogState::Unavailable,
                },
                revision: snapshot.catalog.revision,
            },
            upgrade: (&snapshot.upgrade).into(),
            notices: snapshot.notices.iter().map(Notice::from).collect(),
            backend: match snapshot.backend {
                shop::BackendKind::Sandbox => Backend::Sandbox,
                shop::BackendKind::Hosted { .. } => Backend::Hosted,
            },
        }
    }
}

impl From<&shop::Identity> for Identity {
    fn from(identity: &shop::Identity) -> Self {
        match identity {
            shop::Identity::Visitor => Self::Visitor,
            shop::Identity::Guest { user_id } => Self::Guest { user_id: user_id.to_string() },
            shop::Identity::Member { user_id, email } => {
                Self::Member { user_id: user_id.to_string(), email: email.clone() }
            }
        }
    }
}

impl From<&shop::CartLine> for CartLine {
    fn from(line: &shop::CartLine) -> Self {
        Self {
            product_id: line.product_id.to_string(),
            name: line.name.clone(),
            picture: line.picture.clone(),
            quantity: line.quantity,
            limit: line.limit,
            unit_price: line.unit_price.as_ref().map(Money::from),
            line_total: line.line_total.as_ref().map(Money::from),
            sync: match line.sync {
                shop::LineSync::Pending => LineSync::Pending,
                shop::LineSync::Synced => LineSync::Synced,
            },
        }
    }
}

impl From<shop::SaveState> for SaveState {
    fn from(save: shop::SaveState) -> Self {
        match save {
            shop::SaveState::Nothing => Self::Nothing,
            shop::SaveState::OnThisDevice => Self::OnThisDevice,
            shop::SaveState::Syncing => Self::Syncing,
            shop::SaveState::AllSaved => Self::AllSaved,
            shop::SaveState::Offline => Self::Offline,
        }
    }
}

impl From<&shop::UpgradeView> for Upgrade {
    fn from(upgrade: &shop::UpgradeView) -> Self {
        match upgrade {
            shop::UpgradeView::Idle => Self::Idle,
            shop::UpgradeView::CodeSent { email, resend_at, expires_at } => {
                Self::CodeSent { email: email.clone(), resend_at: *resend_at, expires_at: *expires_at }
            }
        }
    }
}

impl From<&shop::Notice> for Notice {
    fn from(notice: &shop::Notice) -> Self {
        let (kind, product, allowed) = match &notice.kind {
            shop::NoticeKind::LimitReduced { product, allowed } => {
                (NoticeKind::LimitReduced, Some(product), Some(*allowed))
            }
            shop::NoticeKind::Unavailable { product } => (NoticeKind::Unavailable, Some(product), None),
            shop::NoticeKind::KeyFile => (NoticeKind::KeyFile, None, None),
            shop::NoticeKind::IdentityLost => (NoticeKind::IdentityLost, None, None),
            shop::NoticeKind::BackendFailed => (NoticeKind::BackendFailed, None, None),
        };
        Self { id: notice.id, kind, product: product.map(ToString::to_string), allowed }
    }
}
