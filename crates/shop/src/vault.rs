//! The session, sealed, in the same file and transaction as whose cart it is.

use std::{fs::File, io, sync::Arc};

use carryover_auth::{Cause, Change, Clock, Record, Replaced, Session, SessionStore, TurnFile};
use carryover_store::{RecordRow, Scope, SealError, Sealer, Store, StoreError, Who};

/// Seals the session engine's record into the store.
pub struct Vault {
    store: Store,
    scope: Scope,
    sealer: Sealer,
    turn: TurnFile,
    clock: Arc<dyn Clock>,
}

/// Why the record can't be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key does not open it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The file that programs take turns by failed.
    #[error("the file for taking turns failed")]
    Turn(#[source] io::Error),
}

impl Vault {
    /// Over `store`, whose rows are those of `scope`; programs on it take turns by `turn`.
    pub fn new(store: Store, scope: Scope, sealer: Sealer, turn: TurnFile, clock: Arc<dyn Clock>) -> Self {
        Self { store, scope, sealer, turn, clock }
    }

    /// What the seal is bound to: a record moved to another place does not open there.
    fn place(&self, who: Option<Who>) -> String {
        let who = who.map_or_else(|| "nobody".to_owned(), |who| who.user_id.to_string());
        format!("sessions/{}/{who}", self.scope.as_str())
    }
}

impl SessionStore for Vault {
    type Error = VaultError;
    type Turn = File;

    async fn load(&self) -> Result<Option<Record>, VaultError> {
        let Some(row) = self.store.record().await? else {
            return Ok(None);
        };
        let bytes = self.sealer.open(&self.place(row.who), &row.sealed)?;
        Ok(Some(Record { generation: row.generation, bytes }))
    }

    async fn replace(&self, change: &Change<'_>) -> Result<Replaced, VaultError> {
        let next = change.session.map(|session| who(session));
        let row = RecordRow {
            generation: change.expected + 1,
            who: next,
            sealed: self.sealer.seal(&self.place(next), change.bytes)?,
            signs_out: change.cause == Cause::SignedOut,
        };
        let done = self.store.commit_record(&row, self.clock.now().as_millisecond()).await?;
        Ok(if done { Replaced::Done } else { Replaced::Stale })
    }

    async fn turn(&self) -> Result<File, VaultError> {
        self.turn.take().await.map_err(VaultError::Turn)
    }

    async fn set_aside(&self) -> Result<(), VaultError> {
        Ok(self.store.set_record_aside(self.clock.now().as_millisecond()).await?)
    }
}

fn who(session: &Session) -> Who {
    Who { user_id: session.user.id, is_anonymous: session.is_anonymous }
}
