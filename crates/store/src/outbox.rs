//! Changes of the cart that the server has not confirmed.

use std::collections::BTreeSet;

use carryover_cart::ProductId;
use sqlx::{Row, Sqlite, Transaction};

use crate::{Store, StoreError, owner::owner};

/// What waits to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// Absolute quantities, oldest change first.
    pub lines: Vec<(ProductId, u32)>,
    /// The newest change among them.
    pub revision: i64,
}

impl Store {
    /// What waits to be sent for the current owner.
    pub async fn pending(&self) -> Result<Pending, StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        let rows = sqlx::query(
            "select product_id, quantity, revision from outbox where scope = ? and owner = ? order by revision",
        )
        .bind(scope)
        .bind(owner)
        .fetch_all(&mut *tx)
        .await?;
        let mut pending = Pending::default();
        for row in rows {
            pending.lines.push((ProductId::new(row.try_get::<String, _>(0)?), row.try_get(1)?));
            pending.revision = row.try_get(2)?;
        }
        Ok(pending)
    }
}

/// Puts a line's quantity in, in place of an older one. Returns the revision.
pub(crate) async fn put(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    product: &ProductId,
    quantity: u32,
) -> Result<i64, StoreError> {
    let revision: i64 = sqlx::query_scalar(
        "insert into revisions (scope, last) values (?, 1) on conflict (scope) do update set last = last + 1 returning last",
    )
    .bind(scope)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "insert into outbox (scope, owner, product_id, quantity, revision) values (?, ?, ?, ?, ?)
         on conflict (scope, owner, product_id) do update set quantity = excluded.quantity, revision = excluded.revision",
    )
    .bind(scope)
    .bind(owner)
    .bind(product.as_str())
    .bind(quantity)
    .bind(revision)
    .execute(&mut **tx)
    .await?;
    Ok(revision)
}

/// The changes up to `revision` are done. A line changed since has a higher one and stays.
pub(crate) async fn confirm(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    revision: i64,
) -> Result<(), StoreError> {
    sqlx::query("delete from outbox where scope = ? and owner = ? and revision <= ?")
        .bind(scope)
        .bind(owner)
        .bind(revision)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The products that wait.
pub(crate) async fn products(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
) -> Result<BTreeSet<ProductId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("select product_id from outbox where scope = ? and owner = ?")
        .bind(scope)
        .bind(owner)
        .fetch_all(&mut **tx)
        .await?;
    Ok(ids.into_iter().map(ProductId::new).collect())
}
