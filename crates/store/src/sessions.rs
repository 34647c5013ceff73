//! Who this device is. One transaction changes it: the sealed record, the owner of the cart and the journal together.

use sqlx::{Row, Sqlite, Transaction};
use uuid::Uuid;

use crate::{Store, StoreError, attempts, carts, hand_offs, owner::VISITOR, upgrades};

/// What the session engine keeps. The tokens are in `sealed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Counts the changes of the record, from 1.
    pub generation: u64,
    /// Who is signed in, if anybody.
    pub who: Option<Who>,
    /// The record, sealed.
    pub sealed: Vec<u8>,
    /// Whether this is the person's own signing out.
    pub signs_out: bool,
}

/// Somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// Whose session it is.
    pub user_id: Uuid,
    /// Whether the access token says "guest".
    pub is_anonymous: bool,
}

/// What a change of person means for the cart and the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhoChange {
    /// The same person as before, or nobody as before.
    None,
    /// A guest was made: the visitor's cart becomes theirs.
    AdoptVisitorCart(Who),
    /// A member signed in where nobody was. A cart that was claimed for them is theirs now; any other of a visitor stays the
    /// visitor's, for nobody said what it is to be beside their own.
    SignIn(Who),
    /// The guest became a member: the upgrade under way is done.
    FinishUpgrade,
    /// Another account took over. What of the first one's cart was handed to it, it has now; else each keeps their own.
    Switch(Who, Who),
    /// A guest's session is over: a record of whose it was stays, and the cart goes on as a visitor's, so that nothing is lost.
    End(Who),
    /// A member's session is over. Their cart, and what of it was not sent, waits here until they are back: nobody else gets it.
    EndOfMember(Who),
    /// A member signed out: the server keeps their cart for them, and whoever comes next on this device must not get it.
    SignOut(Who),
}

impl WhoChange {
    fn between(before: Option<Who>, after: Option<Who>, signs_out: bool) -> Self {
        match (before, after) {
            (None, Some(who)) if who.is_anonymous => Self::AdoptVisitorCart(who),
            (None, Some(who)) => Self::SignIn(who),
            (Some(who), None) if signs_out && !who.is_anonymous => Self::SignOut(who),
            (Some(who), None) if who.is_anonymous => Self::End(who),
            (Some(who), None) => Self::EndOfMember(who),
            (Some(before), Some(after)) if before.user_id != after.user_id => Self::Switch(before, after),
            (Some(before), Some(after)) if before.is_anonymous && !after.is_anonymous => Self::FinishUpgrade,
            (None, None) | (Some(_), Some(_)) => Self::None,
        }
    }
}

impl Store {
    /// The record, if there is one.
    pub async fn record(&self) -> Result<Option<RecordRow>, StoreError> {
        let mut tx = self.begin().await?;
        self.read_record(&mut tx).await
    }

    async fn read_record(&self, tx: &mut Transaction<'static, Sqlite>) -> Result<Option<RecordRow>, StoreError> {
        let row = sqlx::query("select generation, user_id, is_anonymous, sealed from records where scope = ?")
            .bind(self.scope.as_str())
            .fetch_optional(&mut **tx)
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
                signs_out: false,
            })
        })
        .transpose()
    }

    /// Puts a record in the place of the one before it, with what that means for the cart and the journal, or changes nothing.
    /// False when another program was first. Who was signed in before is what this file says, not what a caller believes: after
    /// a failed write it may be behind by several changes.
    pub async fn commit_record(&self, row: &RecordRow, now_ms: i64) -> Result<bool, StoreError> {
        let mut tx = self.begin_writing().await?;
        let before = self.read_record(&mut tx).await?.and_then(|record| record.who);
        if !self.put_record(&mut tx, row, now_ms).await? {
            return Ok(false);
        }
        let scope = self.scope.as_str();
        match WhoChange::between(before, row.who, row.signs_out) {
            WhoChange::None => {}
            WhoChange::AdoptVisitorCart(who) => {
                carts::adopt_visitor(&mut tx, scope, &who.user_id.to_string()).await?;
                attempts::clear(&mut tx, scope).await?;
            }
            WhoChange::SignIn(who) => {
                hand_offs::complete(&mut tx, scope, VISITOR, who.user_id, now_ms).await?;
                upgrades::clear(&mut tx, scope).await?;
            }
            WhoChange::FinishUpgrade => {
                hand_offs::clear(&mut tx, scope).await?;
                upgrades::clear(&mut tx, scope).await?;
            }
            WhoChange::Switch(before, after) => {
                hand_offs::complete(&mut tx, scope, &before.user_id.to_string(), after.user_id, now_ms).await?;
                upgrades::clear(&mut tx, scope).await?;
            }
            WhoChange::SignOut(who) => {
                note_end(&mut tx, scope, &who, "signed_out", now_ms).await?;
                hand_offs::clear(&mut tx, scope).await?;
                upgrades::clear(&mut tx, scope).await?;
                carts::remove(&mut tx, scope, &who.user_id.to_string()).await?;
            }
            WhoChange::End(who) => {
                note_end(&mut tx, scope, &who, "ended", now_ms).await?;
                upgrades::clear(&mut tx, scope).await?;
                carts::give_to_visitor(&mut tx, scope, &who.user_id.to_string(), now_ms).await?;
            }
            WhoChange::EndOfMember(who) => {
                note_end(&mut tx, scope, &who, "ended", now_ms).await?;
                upgrades::clear(&mut tx, scope).await?;
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
            carts::give_to_visitor(&mut tx, scope, &who.user_id.to_string(), now_ms).await?;
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
