//! Who this device is. One transaction changes it: the sealed record, the owner of the cart and the journal together.

use sqlx::{Row, Sqlite, Transaction};
use uuid::Uuid;

use crate::{Store, StoreError, carts, upgrades};

/// What the session engine keeps. The tokens are in `sealed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Counts the changes of the record, from 1.
    pub generation: u64,
    /// Who is signed in, if anybody.
    pub who: Option<Who>,
    /// The record, sealed.
    pub sealed: Vec<u8>,
}

/// Somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// Whose session it is.
    pub user_id: Uuid,
    /// Whether the access token says "guest".
    pub is_anonymous: bool,
}

/// What else commits with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhoCommit {
    /// The same person as before, or nobody as before.
    Nothing,
    /// Somebody signed in, a new guest as a rule: the visitor's cart becomes theirs.
    AdoptVisitorCart,
    /// The guest became a member: the upgrade under way is done.
    FinishUpgrade,
    /// Another account took over: each keeps their own cart.
    Switch,
    /// The session is over: a record of whose it was stays, and the cart goes on as a visitor's, so that nothing is lost.
    End {
        /// Who it was.
        who: Who,
        /// Why, for whoever looks later.
        reason: String,
    },
}

impl Store {
    /// The record, if there is one.
    pub async fn record(&self) -> Result<Option<RecordRow>, StoreError> {
        let row = sqlx::query("select generation, user_id, is_anonymous, sealed from records where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| {
            let user_id: Option<String> = row.try_get("user_id")?;
            let is_anonymous = row.try_get("is_anonymous")?;
            let generation: i64 = row.try_get("generation")?;
            Ok(RecordRow {
                generation: generation.unsigned_abs(),
                who: user_id
                    .map(|id| Ok::<_, StoreError>(Who { user_id: parse_id(&id)?, is_anonymous }))
                    .transpose()?,
                sealed: row.try_get("sealed")?,
            })
        })
        .transpose()
    }

    /// Puts a record in the place of the one before it, with what belongs to the change, or changes nothing. False when another
    /// program was first.
    pub async fn commit_record(&self, row: &RecordRow, with: &WhoCommit, now_ms: i64) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        if !self.put_record(&mut tx, row, now_ms).await? {
            return Ok(false);
        }
        let scope = self.scope.as_str();
        match (with, row.who) {
            (WhoCommit::Nothing, _) | (WhoCommit::AdoptVisitorCart, None) => {}
            (WhoCommit::AdoptVisitorCart, Some(who)) => {
                carts::adopt_visitor(&mut tx, scope, &who.user_id.to_string()).await?;
            }
            (WhoCommit::FinishUpgrade | WhoCommit::Switch, _) => upgrades::clear(&mut tx, scope).await?,
            (WhoCommit::End { who, reason }, _) => {
                let user_id = who.user_id.to_string();
                note_end(&mut tx, scope, who, reason, now_ms).await?;
                upgrades::clear(&mut tx, scope).await?;
                carts::give_to_visitor(&mut tx, scope, &user_id).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn put_record(
        &self,
        tx: &mut Transaction<'static, Sqlite>,
        row: &RecordRow,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let generation = i64::try_from(row.generation).map_err(|_| OVERFLOW)?;
        // The first statement writes: the file is this program's alone from here on.
        let sql = if generation == 1 {
            "insert into records (scope, generation, user_id, is_anonymous, sealed, updated_at) values (?, ?, ?, ?, ?, ?)
             on conflict (scope) do nothing"
        } else {
            "update records set generation = ?2, user_id = ?3, is_anonymous = ?4, sealed = ?5, updated_at = ?6
             where scope = ?1 and generation = ?2 - 1"
        };
        let done = sqlx::query(sql)
            .bind(self.scope.as_str())
            .bind(generation)
            .bind(row.who.map(|who| who.user_id.to_string()))
            .bind(row.who.is_some_and(|who| who.is_anonymous))
            .bind(&row.sealed)
            .bind(now_ms)
            .execute(&mut **tx)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Moves a record that can't be read aside; the cart goes on as a visitor's.
    pub async fn set_record_aside(&self, now_ms: i64) -> Result<(), StoreError> {
        let Some(row) = self.record().await? else { return Ok(()) };
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        sqlx::query(
            "insert into unreadable_records (scope, user_id, sealed, set_aside_at)
             select scope, user_id, sealed, ? from records where scope = ?",
        )
        .bind(now_ms)
        .bind(scope)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from records where scope = ?").bind(scope).execute(&mut *tx).await?;
        upgrades::clear(&mut tx, scope).await?;
        if let Some(who) = row.who {
            note_end(&mut tx, scope, &who, "unreadable", now_ms).await?;
            carts::give_to_visitor(&mut tx, scope, &who.user_id.to_string()).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn note_end(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    who: &Who,
    reason: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("insert into ended_sessions (scope, user_id, is_anonymous, reason, ended_at) values (?, ?, ?, ?, ?)")
        .bind(scope)
        .bind(who.user_id.to_string())
        .bind(who.is_anonymous)
        .bind(reason)
        .bind(now_ms)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

const OVERFLOW: StoreError = StoreError::Inconsistent { table: "records", column: "generation" };

fn parse_id(text: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|_| StoreError::Inconsistent { table: "records", column: "user_id" })
}
