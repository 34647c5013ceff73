//! The catalog as last fetched, so that the shop is open before the network is.

use crate::{Store, StoreError};

impl Store {
    /// The catalog's JSON as last stored, if any.
    pub async fn catalog(&self) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("select body from catalogs where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(self.pool())
            .await?)
    }

    /// Stores the catalog's JSON.
    pub async fn set_catalog(&self, body: &str, now_ms: i64) -> Result<(), StoreError> {
        sqlx::query(
            "insert into catalogs (scope, body, fetched_at) values (?, ?, ?)
             on conflict (scope) do update set body = excluded.body, fetched_at = excluded.fetched_at",
        )
        .bind(self.scope.as_str())
        .bind(body)
        .bind(now_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
