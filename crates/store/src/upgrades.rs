//! The journal of the upgrade under way. Its state is the use case's own value, stored as JSON.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Sqlite, Transaction};

use crate::{Store, StoreError};

const BAD_STATE: StoreError = StoreError::Inconsistent { table: "upgrades", column: "state" };

impl Store {
    /// The upgrade under way, if any.
    pub async fn upgrade<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        let state: Option<String> = sqlx::query_scalar("select state from upgrades where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(self.pool())
            .await?;
        state.map(|json| serde_json::from_str(&json).map_err(|_| BAD_STATE)).transpose()
    }

    /// Writes the step down before it is taken.
    pub async fn set_upgrade<T: Serialize>(&self, state: &T, now_ms: i64) -> Result<(), StoreError> {
        let json = serde_json::to_string(state).map_err(|_| BAD_STATE)?;
        sqlx::query(
            "insert into upgrades (scope, state, updated_at) values (?, ?, ?)
             on conflict (scope) do update set state = excluded.state, updated_at = excluded.updated_at",
        )
        .bind(self.scope.as_str())
        .bind(json)
        .bind(now_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets the upgrade under way: cancelled.
    pub async fn clear_upgrade(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        clear(&mut tx, self.scope.as_str()).await?;
        Ok(tx.commit().await?)
    }
}

pub(crate) async fn clear(tx: &mut Transaction<'static, Sqlite>, scope: &str) -> Result<(), StoreError> {
    sqlx::query("delete from upgrades where scope = ?").bind(scope).execute(&mut **tx).await?;
    Ok(())
}
