//! Signing out: here first and at once, at the server when it can be reached.

use std::sync::Arc;

use super::{Inner, commit::IfStoreFails};
use crate::{Cause, Engine, Error, Scope, SessionStore, document::Revocation, kept::Kept};

/// How to sign out. The default ends this session only, and no guest's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignOut {
    /// Which sessions end.
    pub scope: Scope,
    /// A guest who signs out is lost for good: nobody can sign in as them again. Only with this are they.
    pub lose_guest: bool,
}

impl<S: SessionStore> Engine<S> {
    /// Signs out. Whatever the network does, this program is signed out when it returns; the server is told in the background,
    /// and after a restart if need be. With [`Scope::Others`] this session stays, and the call is made here and now.
    pub async fn sign_out(&self, how: SignOut) -> Result<(), Error> {
        self.detached(|inner| async move {
            if how.scope == Scope::Others {
                let api = inner.api.clone();
                let call = |token| {
                    let api = api.clone();
                    async move { api.logout(&token, Scope::Others).await }
                };
                return inner.with_token(call).await.map(drop);
            }
            inner.sign_out(how).await
        })
        .await
    }

    /// How many sessions the server must still be told to end.
    pub fn revocations_waiting(&self) -> usize {
        self.0.memory().document.revocations.len()
    }
}

/// Whether the server has been told.
enum Told {
    Yes,
    Later,
}

impl<S: SessionStore> Inner<S> {
    async fn sign_out(self: &Arc<Self>, how: SignOut) -> Result<(), Error> {
        let now = self.clock.now();
        let guest_refused = self
            .commit(IfStoreFails::Remember, |document| {
                if document.session.as_ref().is_some_and(|kept| kept.is_anonymous) && !how.lose_guest {
                    return (true, None);
                }
                (false, document.signed_out(how.scope, now).then_some(Cause::SignedOut))
            })
            .await?;
        if guest_refused {
            return Err(Error::WouldLoseGuest);
        }
        self.memory().failing = None;
        self.revoke_in_background();
        Ok(())
    }

    pub(super) fn revoke_in_background(self: &Arc<Self>) {
        if self.memory().document.revocations.is_empty() {
            return;
        }
        let inner = self.clone();
        self.spawn(async move { inner.revoke_all().await });
    }

    /// Tells the server of every session that is to end. What can't be told now stays for later.
    pub(super) async fn revoke_all(self: &Arc<Self>) -> Result<(), Error> {
        let waiting = {
            let memory = self.memory();
            if !memory.durable && memory.document.session.is_some() {
                // The store may still have the old session as the one in use: it dies when the new one is safe (item 33).
                return Ok(());
            }
            memory.document.revocations.clone()
        };
        for revocation in waiting {
            if let Told::Yes = self.revoke(revocation.clone()).await? {
                self.commit(IfStoreFails::Remember, |document| {
                    document.revocations.retain(|other| other.id != revocation.id);
                    ((), Some(Cause::Kept))
                })
                .await?;
            }
        }
        Ok(())
    }

    async fn revoke(self: &Arc<Self>, mut revocation: Revocation) -> Result<Told, Error> {
        let expired = !self.memory().is_valid(&revocation.session, &*self.clock);
        if expired {
            // Only a valid token can end its session.
            match self.api.refresh(&revocation.session.refresh_token).await {
                Ok(next) => {
                    revocation.session = Kept(Arc::new(next));
                    self.renew(&revocation).await?;
                }
                Err(error) if error.is_retryable() => return Ok(Told::Later),
                // It is over already, or will never be refreshed again: nothing to end.
                Err(_) => return Ok(Told::Yes),
            }
        }
        match self.api.logout(&revocation.session.access_token, revocation.scope).await {
            Err(error) if error.is_retryable() => Ok(Told::Later),
            Err(error) => {
                tracing::info!(%error, "the server does not end the session; it runs out by itself");
                Ok(Told::Yes)
            }
            Ok(()) => Ok(Told::Yes),
        }
    }

    /// Its old tokens are spent.
    async fn renew(self: &Arc<Self>, revocation: &Revocation) -> Result<(), Error> {
        self.commit(IfStoreFails::Remember, |document| {
            let kept = document.revocations.iter_mut().find(|other| other.id == revocation.id);
            let found = kept.map(|kept| kept.session = revocation.session.clone());
            ((), found.map(|()| Cause::Kept))
        })
        .await
    }
}
