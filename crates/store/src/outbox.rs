//! Changes of the cart that the server has not confirmed.

use std::collections::BTreeSet;

use carryover_cart::ProductId;
use sqlx::{Row, Sqlite, Transaction};

use crate::{Store, StoreError, owner::owner};

/// A change that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLine {
    /// Of which product.
    pub product: ProductId,
    /// How many there are to be: an absolute quantity, so that sending it twice changes nothing.
    pub quantity: u32,
    /// Which of this device's changes it is. Later ones have higher numbers.
    pub revision: i64,
    /// When it was made, milliseconds since 1970.
    pub changed_at_ms: i64,
}

impl Store {
    /// What waits to be sent for the current owner, oldest change first, `most` at the most. However often a line was
    /// changed, it waits once.
    pub async fn pending(&self, most: u32) -> Result<Vec<PendingLine>, StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        let rows = sqlx::query(
            "select product_id, quantity, revision, changed_at from outbox where scope = ? and owner = ? order by revision
             limit ?",
        )
        .bind(scope)
        .bind(owner)
        .bind(most)
        .fetch_all(&mut *tx)
        .await?;
        let line = |row: &sqlx::sqlite::SqliteRow| {
            Ok(PendingLine {
                product: ProductId::new(row.try_get::<String, _>(0)?),
                quantity: row.try_get(1)?,
                revision: row.try_get(2)?,
                changed_at_ms: row.try_get(3)?,
            })
        };
        rows.iter().map(line).collect()
    }
}

/// Puts a line's quantity in, in place of an older one.
pub(crate) async fn put(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    product: &ProductId,
    quantity: u32,
    now_ms: i64,
) -> Result<(), StoreError> {
    let revision: i64 = sqlx::query_scalar(
        "insert into revisions (scope, last) values (?, 1) on conflict (scope) do update set last = last + 1 returning last",
    )
    .bind(scope)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "insert into outbox (scope, owner, product_id, quantity, revision, changed_at) values (?, ?, ?, ?, ?, ?)
         on conflict (scope, owner, product_id)
         do update set quantity = excluded.quantity, revision = excluded.revision, changed_at = excluded.changed_at",
    )
    .bind(scope)
    .bind(owner)
    .bind(product.as_str())
    .bind(quantity)
    .bind(revision)
    .bind(now_ms)
    .execute(&mut **tx)
    .await?;
    Ok(())
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
