//! Tokens for requests.

use std::{future::Future, sync::Arc};

use super::Inner;
use crate::{AccessToken, Engine, Error, Session, SessionStore, User, UserUpdate, engine::commit::IfStoreFails};

impl<S: SessionStore> Engine<S> {
    /// A token that is valid now, refreshed if need be; or an error, never the API key. While it is valid this neither
    /// touches the disk nor waits. During an outage it answers at once with what the last attempt met, until it is time for
    /// the next one.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.0.valid_session().await?.access_token.clone())
    }

    /// Refreshes now, pause or no pause: after the server refused a token, or because a person asks.
    pub async fn refresh_now(&self) -> Result<Arc<Session>, Error> {
        let session = self.0.memory().session()?;
        self.0.refresh(&session, true).await
    }

    /// Ends every pause: the network is back, the computer woke up, the person is back from another window, where they may
    /// have confirmed a link.
    pub fn try_again(&self) {
        let mut memory = self.0.memory();
        memory.looked_at = None;
        if let Some(failing) = &mut memory.failing {
            failing.not_before = std::time::Duration::ZERO;
        }
        drop(memory);
        self.0.poke.notify_one();
    }

    /// The user as the server has them now.
    pub async fn user(&self) -> Result<User, Error> {
        self.detached(|inner| async move {
            let api = inner.api.clone();
            let (_, user) = inner.with_token(|token| user(api.clone(), token)).await?;
            inner.know_user(&user).await?;
            Ok(user)
        })
        .await
    }

    /// Changes the user: password, metadata. Addresses and numbers are [`Engine::link`]'s, which waits for their codes. The
    /// tokens stay as they are, whatever happened to them meanwhile.
    pub async fn update_user(&self, update: UserUpdate) -> Result<User, Error> {
        self.detached(|inner| async move {
            let api = inner.api.clone();
            let (_, user) = inner.with_token(|token| update_user(api.clone(), token, update.clone())).await?;
            inner.know_user(&user).await?;
            Ok(user)
        })
        .await
    }
}

async fn user(api: crate::Api, token: AccessToken) -> Result<User, Error> {
    api.user(&token).await
}

pub(super) async fn update_user(api: crate::Api, token: AccessToken, update: UserUpdate) -> Result<User, Error> {
    api.update_user(&token, &update).await
}

impl<S: SessionStore> Inner<S> {
    pub(super) async fn valid_session(self: &Arc<Self>) -> Result<Arc<Session>, Error> {
        let (session, cooling) = {
            let memory = self.memory();
            let session = memory.session()?;
            if memory.is_fresh(&session, &*self.clock) {
                return Ok(session);
            }
            (session, self.cooling(&memory))
        };
        let error = match cooling {
            Some(error) => error,
            None => match self.refresh(&session, false).await {
                Ok(session) => return Ok(session),
                Err(error) => error,
            },
        };
        // The margin is ours, not the server's: until the end the old token serves.
        let memory = self.memory();
        match memory.session() {
            Ok(current) if current.continues(&session) && memory.is_valid(&current, &*self.clock) => Ok(current),
            _ => Err(error),
        }
    }

    /// Calls with a valid token. If the server does not accept it, the session is refreshed, which tells whether it is over,
    /// and the call made once more: it was refused before it did anything.
    pub(super) async fn with_token<T, F>(
        self: &Arc<Self>,
        call: impl Fn(AccessToken) -> F,
    ) -> Result<(Arc<Session>, T), Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let session = self.valid_session().await?;
        match call(session.access_token.clone()).await {
            Err(error) if error.refuses_token() => {
                let next = self.refresh(&session, true).await?;
                let answer = call(next.access_token.clone()).await?;
                Ok((next, answer))
            }
            answer => Ok((session, answer?)),
        }
    }

    /// Takes a profile over, if it is that of whoever is signed in by now. Tokens are not touched (item 19).
    pub(super) async fn know_user(self: &Arc<Self>, user: &User) -> Result<(), Error> {
        self.commit(IfStoreFails::Remember, |document| ((), document.profile(user))).await
    }
}
