//! Refreshing: one request for everybody who waits for the same token, one process at a time, and an end only by Supabase
//! Auth's own word.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::{
    Inner,
    commit::IfStoreFails,
    memory::{Failing, Memory},
};
use crate::{Cause, Error, Session, SessionStore, pause};

type Outcome = Result<Arc<Session>, Error>;
/// The outcome of a request under way, for everybody who waits for it.
type Landing = Shared<BoxFuture<'static, Outcome>>;

/// What a request is shared by.
#[derive(Clone)]
pub(super) enum Key {
    /// The session as it was when the refresh was asked for.
    Refresh(Arc<Session>),
    SignUp,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refresh(a), Self::Refresh(b)) => a.refresh_token.expose() == b.refresh_token.expose(),
            (Self::SignUp, Self::SignUp) => true,
            _ => false,
        }
    }
}

/// Requests under way that others may join.
#[derive(Default)]
pub(super) struct Flights(Mutex<Vec<(Key, Landing)>>);

impl Flights {
    fn lock(&self) -> MutexGuard<'_, Vec<(Key, Landing)>> {
        // The list is whole after every change of it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: SessionStore> Inner<S> {
    /// Joins the request of this key, or starts it.
    pub(super) async fn share<F>(self: &Arc<Self>, key: Key, work: impl FnOnce(Arc<Self>) -> F) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let outcome = {
            let mut flights = self.flights.lock();
            let under_way = flights.iter().find(|(other, _)| *other == key).map(|(_, outcome)| outcome.clone());
            under_way.unwrap_or_else(|| {
                let outcome = self.take_off(key.clone(), work(self.clone()));
                flights.push((key, outcome.clone()));
                outcome
            })
        };
        outcome.await
    }

    /// Starts work that lands even if every caller goes away.
    fn take_off(self: &Arc<Self>, key: Key, work: impl Future<Output = Outcome> + Send + 'static) -> Landing {
        let (inner, task) = (self.clone(), self.spawn(work));
        let landing = async move {
            let outcome = task.await.unwrap_or(Err(Error::Broken));
            inner.flights.lock().retain(|(other, _)| *other != key);
            outcome
        };
        let landing = landing.boxed().shared();
        tokio::spawn(landing.clone());
        landing
    }

    /// The session that follows on `session`. Unless `forced`, one that another process made is good enough.
    pub(super) async fn refresh(self: &Arc<Self>, session: &Arc<Session>, forced: bool) -> Outcome {
        let asked = session.clone();
        let outcome = self.share(Key::Refresh(asked.clone()), |inner| inner.fly(asked, forced)).await;
        if let Err(error) = &outcome {
            self.note_failure(session, error);
        }
        outcome
    }

    async fn fly(self: Arc<Self>, asked: Arc<Session>, forced: bool) -> Outcome {
        // Without a turn there is no protection against another process; to give a session up for that would be worse.
        let turn = self.store.turn().await;
        if let Err(error) = &turn {
            tracing::warn!(%error, "refreshing without a turn");
        }
        // Another process may have refreshed. A store that can't be read now leaves what is known.
        let _ = self.reload().await;
        let mut held = self.held(&asked)?;
        if !forced && held.refresh_token.expose() != asked.refresh_token.expose() && self.is_fresh(&held) {
            return Ok(held);
        }
        self.catch_up().await?;
        let mut looked_again = false;
        loop {
            let sent = self.clock.elapsed();
            match self.api.refresh(&held.refresh_token).await {
                Ok(next) => return self.take(&held, next, sent).await,
                Err(error) if error.ends_session() => {
                    // Perhaps a process that knows no turns was faster: then the store has its token (item 4).
                    let _ = self.reload().await;
                    let newer = self.held(&held)?;
                    if looked_again || newer.refresh_token.expose() == held.refresh_token.expose() {
                        return self.end(&held, &error).await;
                    }
                    (held, looked_again) = (newer, true);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What is held now of the session that `asked` belongs to.
    fn held(&self, asked: &Session) -> Outcome {
        let memory = self.memory();
        if let Some(holder) = memory.document.holder(&asked.refresh_token) {
            return Ok(holder);
        }
        let document = &memory.document;
        let mut sessions = document.session.iter().chain(&document.candidate);
        sessions.find(|kept| kept.continues(asked)).map(|kept| kept.0.clone()).ok_or(Error::Superseded)
    }

    async fn take(self: &Arc<Self>, held: &Arc<Session>, next: Session, sent: Duration) -> Outcome {
        if next.user.id != held.user.id {
            return Err(Error::OtherUser);
        }
        let next = Arc::new(next);
        self.hear(&next, sent);
        let kept = self
            .commit(IfStoreFails::Remember, |document| {
                let cause = document.refreshed(&held.refresh_token, next.clone());
                (cause.is_some(), cause)
            })
            .await?;
        if kept { Ok(next) } else { Err(Error::Superseded) }
    }

    async fn end(self: &Arc<Self>, held: &Session, error: &Error) -> Outcome {
        tracing::warn!(%error, "the session is over");
        let (code, now) = (error.code().map(ToString::to_string).unwrap_or_default(), self.clock.now());
        self.commit(IfStoreFails::Remember, |document| ((), document.ended(&held.refresh_token, code.clone(), now)))
            .await?;
        Err(Error::SessionEnded)
    }

    /// From now on callers get this error at once, until it is time to try again.
    fn note_failure(&self, session: &Session, error: &Error) {
        let mut memory = self.memory();
        let concerns_it = memory.document.session.as_ref().is_some_and(|kept| kept.continues(session));
        if !concerns_it || matches!(error, Error::Superseded | Error::ShutDown | Error::SessionEnded) {
            return;
        }
        let now = self.clock.elapsed();
        if memory.failing.as_ref().is_some_and(|failing| now < failing.not_before) {
            // One of many who shared the request: it is noted already.
            return;
        }
        tracing::warn!(%error, "the refresh did not succeed; the session is kept");
        let mut delays = match memory.failing.take() {
            Some(failing) => failing.delays,
            None => Box::new(pause::delays()),
        };
        let pause = error.retry_after().max(delays.next()).unwrap_or_default();
        memory.failing = Some(Failing { error: error.clone(), not_before: now + pause, delays });
        self.tell(&mut memory, Cause::RefreshFailed);
        self.poke.notify_one();
    }

    pub(super) fn hear(&self, session: &Session, sent: Duration) {
        self.memory().hear_server_time(session, sent, self.clock.now());
    }

    pub(super) fn is_fresh(&self, session: &Session) -> bool {
        self.memory().is_fresh(session, &*self.clock)
    }

    /// What is to be said in place of a refresh while it is not time to try again.
    pub(super) fn cooling(&self, memory: &Memory) -> Option<Error> {
        let failing = memory.failing.as_ref()?;
        (self.clock.elapsed() < failing.not_before).then(|| failing.error.clone())
    }
}
