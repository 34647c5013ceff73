//! Forgetting everything about the person, so that nothing of it can be read from the file afterwards.

use crate::{Store, StoreError};

/// Every table that holds something of a person, children first.
const PERSONAL: [&str; 11] = [
    "delete from notices where scope = ?",
    "delete from outbox where scope = ?",
    "delete from cart_lines where scope = ?",
    "delete from carts where scope = ?",
    "delete from upgrades where scope = ?",
    "delete from hand_offs where scope = ?",
    "delete from sign_up_attempts where scope = ?",
    "delete from ended_sessions where scope = ?",
    "delete from unreadable_records where scope = ?",
    "delete from records where scope = ?",
    "delete from forgetting where scope = ?",
];

impl Store {
    /// The person asked to be forgotten: written down before the server is asked.
    pub async fn begin_to_forget(&self, now_ms: i64) -> Result<(), StoreError> {
        sqlx::query("insert into forgetting (scope, asked_at) values (?, ?) on conflict do nothing")
            .bind(self.scope.as_str())
            .bind(now_ms)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Whether somebody asked to be forgotten and it is not done.
    pub async fn is_forgetting(&self) -> Result<bool, StoreError> {
        let asked: Option<i64> = sqlx::query_scalar("select asked_at from forgetting where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(self.pool())
            .await?;
        Ok(asked.is_some())
    }

    /// Nothing is forgotten after all: the server never heard of it, or the person went on shopping.
    pub async fn stop_forgetting(&self) -> Result<(), StoreError> {
        sqlx::query("delete from forgetting where scope = ?").bind(self.scope.as_str()).execute(self.pool()).await?;
        Ok(())
    }

    /// Removes all that is kept of the person, and every byte of it: from the pages of the file, its log, and copies of it that
    /// were set aside. The catalog stays, which is of nobody.
    pub async fn forget(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_writing().await?;
        for table in PERSONAL {
            sqlx::query(table).bind(self.scope.as_str()).execute(&mut *tx).await?;
        }
        // Another name at the server: nobody must find that it is the same device.
        sqlx::query("update device set id = lower(hex(randomblob(16)))").execute(&mut *tx).await?;
        tx.commit().await?;
        // Deleted rows leave their bytes in free pages, and committed ones in the log.
        for sweep in ["vacuum", "pragma wal_checkpoint(truncate)"] {
            sqlx::query(sweep).execute(self.pool()).await?;
        }
        self.remove_copies()
    }
}
