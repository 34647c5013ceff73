//! Accounts at a provider, and what it tells about them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_postgres::{Error, Row, Transaction};

use super::Provider;
use crate::hex;

/// Somebody with an account.
pub(super) struct Account {
    pub sub: String,
    pub name: String,
    pub email: String,
    pub address: Address,
}

/// What the provider says about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    Verified,
    Unverified,
    Missing,
}

impl Address {
    /// As the consent page and the database name it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "verified" => Self::Verified,
            "unverified" => Self::Unverified,
            "missing" => Self::Missing,
            _ => return None,
        })
    }
}

/// Columns of an account, as `read` wants them.
const COLUMNS: &str = "sub, name, email, address";

fn read(row: &Row) -> Result<Account, Error> {
    let address: String = row.try_get(3)?;
    let address = Address::named(&address).unwrap_or(Address::Verified);
    Ok(Account { sub: row.try_get(0)?, name: row.try_get(1)?, email: row.try_get(2)?, address })
}

pub(super) async fn all(tx: &Transaction<'_>, provider: &str) -> Result<Vec<Account>, Error> {
    let rows = tx
        .query(
            &format!(
                "select {COLUMNS} from sandbox.provider_accounts where provider = $1 order by created_at limit 50"
            ),
            &[&provider],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The account with this id; with `email` it has another address from now on.
pub(super) async fn choose(
    tx: &Transaction<'_>,
    provider: &str,
    sub: &str,
    email: Option<&str>,
) -> Result<Option<Account>, Error> {
    let row = tx
        .query_opt(
            &format!(
                "update sandbox.provider_accounts set email = coalesce($3, email) where provider = $1 and sub = $2
                 returning {COLUMNS}"
            ),
            &[&provider, &sub, &email],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The account of an address, made if there is none. Its id follows from the address, so that scripts can tell it.
pub(super) async fn make(
    tx: &Transaction<'_>,
    provider: &str,
    name: &str,
    email: &str,
    now: f64,
) -> Result<Account, Error> {
    let sub = hex::encode(&Sha256::digest(format!("{provider} {email}"))[..10]);
    let row = tx
        .query_one(
            &format!(
                "insert into sandbox.provider_accounts (provider, sub, name, email, created_at)
                 values ($1, $2, $3, $4, to_timestamp($5))
                 on conflict (provider, sub) do update set name = excluded.name, email = excluded.email
                 returning {COLUMNS}"
            ),
            &[&provider, &sub, &name, &email, &now],
        )
        .await?;
    read(&row)
}

/// The claims that the provider sends, as Supabase Auth keeps them in an identity.
pub(super) fn told(provider: &Provider<'_>, account: &Account, address: Address) -> Value {
    let Account { sub, name, email, .. } = account;
    let mut told = json!({
        "iss": provider.issuer(), "sub": sub, "provider_id": sub, "email_verified": address == Address::Verified, "phone_verified": false,
    });
    if address != Address::Missing {
        told["email"] = json!(email);
    }
    if !name.is_empty() {
        told["name"] = json!(name);
        told["full_name"] = json!(name);
    }
    if provider.name == "github" {
        let login = email.split('@').next().unwrap_or_default();
        told["user_name"] = json!(login);
        told["preferred_username"] = json!(login);
    }
    told
}
