//! By what people sign in, and what members have ordered. Times in milliseconds since 1970.

use carryover_shop as shop;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Money;

/// An e-mail address or a phone number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ContactKind {
    Email,
    Phone,
}

/// Where a code is sent, and by what a person is found: as it was typed, or as the server knows it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub(crate) struct Contact {
    pub kind: ContactKind,
    pub value: String,
}

/// By what one can sign in here.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct SignInOptions {
    email: bool,
    phone: bool,
    providers: Vec<String>,
}

/// Why an identity can't be unlinked. Last: it is the only way in.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptBecause {
    Last,
}

/// One way to sign in. Kept because: why it can't be unlinked.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct LinkedIdentity {
    id: String,
    provider: String,
    label: Option<String>,
    kept_because: Option<KeptBecause>,
}

/// By what a member can sign in. Providers: those that can still be linked.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Account {
    email: Option<String>,
    phone: Option<String>,
    identities: Vec<LinkedIdentity>,
    providers: Vec<String>,
}

/// Which sessions of a member end.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignOutScope {
    Here,
    Others,
}

/// A line of an order: as the product was when it was ordered.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct OrderLine {
    product_id: String,
    name: String,
    quantity: u32,
    price: Money,
}

/// What somebody has ordered.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Order {
    id: String,
    placed_at: i64,
    total: Money,
    lines: Vec<OrderLine>,
}

impl From<ContactKind> for shop::ContactKind {
    fn from(kind: ContactKind) -> Self {
        match kind {
            ContactKind::Email => Self::Email,
            ContactKind::Phone => Self::Phone,
        }
    }
}

impl From<&shop::Contact> for Contact {
    fn from(contact: &shop::Contact) -> Self {
        match contact {
            shop::Contact::Email(email) => Self { kind: ContactKind::Email, value: email.as_str().to_owned() },
            shop::Contact::Phone(phone) => Self { kind: ContactKind::Phone, value: format!("+{}", phone.as_str()) },
        }
    }
}

impl From<shop::SignInOptions> for SignInOptions {
    fn from(options: shop::SignInOptions) -> Self {
        Self { email: options.email, phone: options.phone, providers: options.providers }
    }
}

impl From<shop::Account> for Account {
    fn from(account: shop::Account) -> Self {
        let identity = |identity: shop::LinkedIdentity| LinkedIdentity {
            id: identity.id.to_string(),
            provider: identity.provider,
            label: identity.label,
            kept_because: identity.kept_because.map(|shop::KeptBecause::Last| KeptBecause::Last),
        };
        Self {
            email: account.email,
            phone: account.phone.map(|phone| format!("+{phone}")),
            identities: account.identities.into_iter().map(identity).collect(),
            providers: account.providers,
        }
    }
}

impl From<shop::Order> for Order {
    fn from(order: shop::Order) -> Self {
        let line = |line: shop::OrderLine| OrderLine {
            product_id: line.product_id.to_string(),
            name: line.name,
            quantity: line.quantity,
            price: (&line.price).into(),
        };
        Self {
            id: order.id.to_string(),
            placed_at: order.placed_at_ms,
            total: (&order.total).into(),
            lines: order.lines.into_iter().map(line).collect(),
        }
    }
}
