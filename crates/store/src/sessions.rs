//! Who this device is. One transaction changes it: session, owner of the cart and journal together.

use sqlx::Row;
use uuid::Uuid;

use crate::{Store, StoreError, carts, upgrades};

/// A stored session. The tokens are in `sealed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose.
    pub user_id: Uuid,
    /// Whether the access token says "guest".
    pub is_anonymous: bool,
    /// The session, sealed.
    pub sealed: Vec<u8>,
}

/// What else commits with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoCommit {
    /// A new guest: the visitor's cart becomes theirs.
    AdoptVisitorCart,
    /// The same user with new tokens.
    SameUser,
    /// The guest became a member: the upgrade under way is done.
    FinishUpgrade,
}

impl Store {
    /// The session, if somebody is signed in.
    pub async fn session(&self) -> Result<Option<SessionRow>, StoreError> {
        let row = sqlx::query("select user_id, is_anonymous, sealed from sessions where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| {
            Ok(SessionRow {
                user_id: parse_id(&row.try_get::<String, _>("user_id")?)?,
                is_anonymous: row.try_get("is_anonymous")?,
                sealed: row.try_get("sealed")?,
            })
        })
        .transpose()
    }

    /// Makes this session the one, with what belongs to it, or changes nothing.
    pub async fn commit_session(&self, row: &SessionRow, with: WhoCommit, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let user_id = row.user_id.to_string();
        sqlx::query(
            "insert into sessions (scope, user_id, is_anonymous, sealed, updated_at) values (?, ?, ?, ?, ?)
             on conflict (scope) do update set user_id = excluded.user_id, is_anonymous = excluded.is_anonymous,
                 sealed = excluded.sealed, updated_at = excluded.updated_at",
        )
        .bind(scope)
        .bind(&user_id)
        .bind(row.is_anonymous)
        .bind(&row.sealed)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        match with {
            WhoCommit::AdoptVisitorCart => carts::adopt_visitor(&mut tx, scope, &user_id).await?,
            WhoCommit::SameUser => {}
            WhoCommit::FinishUpgrade => upgrades::clear(&mut tx, scope).await?,
        }
        Ok(tx.commit().await?)
    }

    /// Ends the session: a record of whose it was stays, and the cart goes on as a visitor's, so that nothing is lost.
    pub async fn end_session(&self, user_id: Uuid, reason: &str, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let (scope, user_id) = (self.scope.as_str(), user_id.to_string());
        sqlx::query(
            "insert into ended_sessions (scope, user_id, is_anonymous, reason, ended_at)
             select scope, user_id, is_anonymous, ?, ? from sessions where scope = ? and user_id = ?",
        )
        .bind(reason)
        .bind(now_ms)
        .bind(scope)
        .bind(&user_id)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from sessions where scope = ? and user_id = ?")
            .bind(scope)
            .bind(&user_id)
            .execute(&mut *tx)
            .await?;
        upgrades::clear(&mut tx, scope).await?;
        carts::give_to_visitor(&mut tx, scope, &user_id).await?;
        Ok(tx.commit().await?)
    }
}

fn parse_id(text: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|_| StoreError::Inconsistent { table: "sessions", column: "user_id" })
}
