//! The sign-up under way. A server that made a guest whose answer was lost replaces them at the next try of the same attempt
//! (`supabase/migrations`, `replace_unheard_guest`).

use sqlx::{Row, Sqlite, Transaction};
use uuid::Uuid;

use crate::{Store, StoreError};

/// A try to sign up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpAttempt {
    /// The same for every try until there is a guest. Random: whoever knew it could replace the guest.
    pub id: String,
    /// Which try it is, from 1.
    pub number: u32,
}

impl Store {
    /// The next try. Written down before it is told, so that no two tries have one number.
    pub async fn next_sign_up_attempt(&self) -> Result<SignUpAttempt, StoreError> {
        let row = sqlx::query(
            "insert into sign_up_attempts (scope, id, number) values (?, ?, 1)
             on conflict (scope) do update set number = number + 1 returning id, number",
        )
        .bind(self.scope.as_str())
        .bind(Uuid::new_v4().simple().to_string())
        .fetch_one(self.pool())
        .await?;
        Ok(SignUpAttempt { id: row.try_get(0)?, number: row.try_get(1)? })
    }
}

/// There is a guest: the next sign-up will be another one's.
pub(crate) async fn clear(tx: &mut Transaction<'static, Sqlite>, scope: &str) -> Result<(), StoreError> {
    sqlx::query("delete from sign_up_attempts where scope = ?").bind(scope).execute(&mut **tx).await?;
    Ok(())
}
