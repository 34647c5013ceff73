//! The session, sealed, in the same file and transaction as whose cart it is.

use std::sync::Arc;

use carryover_auth::{Cause, Change, Clock, EndReason, Session, SessionFormatError, SessionStore};
use carryover_store::{Scope, SealError, Sealer, SessionRow, Store, StoreError, WhoCommit};

/// Seals sessions into the store.
pub struct Vault {
    store: Store,
    scope: Scope,
    sealer: Sealer,
    clock: Arc<dyn Clock>,
}

/// Why a session can't be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key does not open it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It opens, but is no session.
    #[error(transparent)]
    Format(#[from] SessionFormatError),
}

impl Vault {
    /// Over `store`, whose rows are those of `scope`.
    pub fn new(store: Store, scope: Scope, sealer: Sealer, clock: Arc<dyn Clock>) -> Self {
        Self { store, scope, sealer, clock }
    }

    fn place(&self, user_id: impl std::fmt::Display) -> String {
        format!("sessions/{}/{user_id}", self.scope.as_str())
    }
}

impl SessionStore for Vault {
    type Error = VaultError;

    async fn load(&self) -> Result<Option<Session>, VaultError> {
        let Some(row) = self.store.session().await? else {
            return Ok(None);
        };
        let bytes = self.sealer.open(&self.place(row.user_id), &row.sealed)?;
        Ok(Some(Session::from_bytes(&bytes)?))
    }

    async fn commit(&self, change: &Change<'_>) -> Result<(), VaultError> {
        let now = self.clock.now().as_millisecond();
        match *change {
            Change::Replace { session, cause } => {
                let row = SessionRow {
                    user_id: session.user.id,
                    is_anonymous: session.is_anonymous(),
                    sealed: self.sealer.seal(&self.place(session.user.id), &session.to_bytes())?,
                };
                let with = match cause {
                    Cause::SignedUpAnonymously => WhoCommit::AdoptVisitorCart,
                    Cause::Refreshed => WhoCommit::SameUser,
                    Cause::Upgraded => WhoCommit::FinishUpgrade,
                };
                self.store.commit_session(&row, with, now).await?;
            }
            Change::End { user_id, reason: EndReason::ByServer } => {
                self.store.end_session(user_id, "by_server", now).await?;
            }
        }
        Ok(())
    }
}
