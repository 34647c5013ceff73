//! Another account beside the guest, until the program has decided: the guest is never given up for a maybe.

use std::sync::Arc;

use super::commit::IfStoreFails;
use crate::{AccessToken, Cause, Engine, Error, Session, SessionStore};

impl<S: SessionStore> Engine<S> {
    /// The account that waits to be switched to. It survives a restart.
    pub fn candidate(&self) -> Option<Arc<Session>> {
        self.0.memory().document.candidate.as_ref().map(|kept| kept.0.clone())
    }

    /// A valid token of the candidate. The guest's is [`Engine::access_token`]: until the switch both can act.
    pub async fn candidate_token(&self) -> Result<AccessToken, Error> {
        let candidate = self.candidate().ok_or(Error::NoCandidate)?;
        if self.0.is_fresh(&candidate) {
            return Ok(candidate.access_token.clone());
        }
        let next = self.0.refresh(&candidate, false).await.map_err(|error| match error {
            // It was the candidate's session that ended, not the one in use.
            Error::SessionEnded | Error::Superseded => Error::NoCandidate,
            other => other,
        })?;
        Ok(next.access_token.clone())
    }

    /// The candidate takes the guest's place, in one write. The guest's session is revoked afterwards.
    pub async fn switch_to_candidate(&self) -> Result<Arc<Session>, Error> {
        self.detached(|inner| async move {
            let now = inner.clock.now();
            let switched = inner
                .commit(IfStoreFails::Refuse, |document| {
                    let switched = document.switch(now);
                    let cause = switched.as_ref().map(|_| Cause::Switched);
                    (switched, cause)
                })
                .await?;
            inner.revoke_in_background();
            switched.ok_or(Error::NoCandidate)
        })
        .await
    }

    /// The candidate is given up and its session revoked. The guest stays as they are.
    pub async fn drop_candidate(&self) -> Result<(), Error> {
        self.detached(|inner| async move {
            inner
                .commit(IfStoreFails::Remember, |document| ((), document.drop_candidate().then_some(Cause::Kept)))
                .await?;
            inner.revoke_in_background();
            Ok(())
        })
        .await
    }
}
