//! What the person must be told, kept until they put it away: a program that is killed between changing a line and showing why
//! tells it at the next start.

use carryover_cart::LineNote;
use serde::{Deserialize, Serialize};
use sqlx::{Row, Sqlite, Transaction};
use uuid::Uuid;

use crate::{Outcome, Store, StoreError, owner::owner};

const BAD_BODY: StoreError = StoreError::Inconsistent { table: "notices", column: "body" };

/// Something that the person must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// To put it away by.
    pub id: i64,
    /// What.
    pub note: Note,
}

/// What the person must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// A line changed without the person asking for it.
    Line(LineNote),
    /// The database was damaged.
    Recovered(Recovered),
    /// The guest's cart was handed over to the account that is signed in now.
    HandedOver(HandedOver),
}

/// What became of a hand-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// To undo it by.
    pub claim_id: Uuid,
    /// What became of the two carts.
    pub outcome: Outcome,
    /// How many lines of the account's cart are other than before.
    pub changed: u32,
    /// Until when it can be undone, milliseconds since 1970.
    pub undo_until_ms: i64,
}

/// What became of a damaged database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// The damaged file's new name, in the same folder.
    pub set_aside: String,
    /// How many lines of carts could be read.
    pub lines: u64,
}

impl Store {
    /// What the person must be told, oldest first.
    pub async fn notices(&self) -> Result<Vec<StoredNotice>, StoreError> {
        let mut tx = self.begin().await?;
        let owner = owner(&mut tx, self.scope.as_str()).await?;
        let rows = sqlx::query(
            "select id, body from notices where scope = ? and (owner = ? or owner is null) order by created_at, id",
        )
        .bind(self.scope.as_str())
        .bind(owner)
        .fetch_all(&mut *tx)
        .await?;
        let notice = |row: &sqlx::sqlite::SqliteRow| {
            let body: String = row.try_get(1)?;
            Ok(StoredNotice { id: row.try_get(0)?, note: serde_json::from_str(&body).map_err(|_| BAD_BODY)? })
        };
        rows.iter().map(notice).collect()
    }

    /// The person has read it.
    pub async fn put_notice_away(&self, id: i64) -> Result<(), StoreError> {
        sqlx::query("delete from notices where id = ?").bind(id).execute(self.pool()).await?;
        Ok(())
    }

    pub(crate) async fn note_recovery(&self, recovered: &Recovered, now_ms: i64) -> Result<(), StoreError> {
        let body = serde_json::to_string(&Note::Recovered(recovered.clone())).map_err(|_| BAD_BODY)?;
        sqlx::query("insert into notices (scope, body, created_at) values (?, ?, ?)")
            .bind(self.scope.as_str())
            .bind(body)
            .bind(now_ms)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

/// Keeps a note for one owner.
pub(crate) async fn put_for(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    note: &Note,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("insert into notices (scope, owner, body, created_at) values (?, ?, ?, ?)")
        .bind(scope)
        .bind(owner)
        .bind(serde_json::to_string(note).map_err(|_| BAD_BODY)?)
        .bind(now_ms)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps a note about a line, in place of an older one about the same product.
pub(crate) async fn put(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    note: &LineNote,
    now_ms: i64,
) -> Result<(), StoreError> {
    let product = note.product().as_str();
    sqlx::query("delete from notices where scope = ? and owner = ? and product_id = ?")
        .bind(scope)
        .bind(owner)
        .bind(product)
        .execute(&mut **tx)
        .await?;
    sqlx::query("insert into notices (scope, owner, product_id, body, created_at) values (?, ?, ?, ?, ?)")
        .bind(scope)
        .bind(owner)
        .bind(product)
        .bind(serde_json::to_string(&Note::Line(note.clone())).map_err(|_| BAD_BODY)?)
        .bind(now_ms)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
