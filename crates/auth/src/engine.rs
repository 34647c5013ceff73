//! The session engine: the one place that replaces a session.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};

use crate::{
    AccessToken, Api, Cause, Change, Email, EndReason, Error, Otp, RefreshToken, Session, SessionStore, State,
};

/// A token is renewed this long before it runs out, so that a request under way does not outlive it.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// How often a token is refreshed to see the upgrade in its claims before we say that it is not there yet.
const UPGRADE_REFRESHES: usize = 3;

/// What became of the wish to link an address.
#[derive(Debug)]
pub enum LinkEmail {
    /// A code is on its way to the address.
    CodeSent,
    /// The server asked for no code: the user is a member already, and so says the token.
    Linked(Arc<Session>),
}

/// Holds one session and keeps it alive.
pub struct Engine<S> {
    api: Api,
    store: S,
    state: watch::Sender<State>,
    /// Whoever replaces the session holds this. A refresh that others wait for happens once.
    turn: Mutex<()>,
}

impl<S: SessionStore> Engine<S> {
    /// Reads the stored session. Disk only: works offline, with a session of any age.
    pub async fn load(api: Api, store: S) -> Result<Self, Error> {
        let state = match store.load().await.map_err(store_error)? {
            Some(session) => State::Present(Arc::new(session)),
            None => State::Absent,
        };
        Ok(Self { api, store, state: watch::Sender::new(state), turn: Mutex::new(()) })
    }

    /// The state now, and word of every change.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// The session now, whatever its age.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.state.borrow().session().cloned()
    }

    /// The session there is, or else a new guest: one, however many ask at once.
    ///
    /// A session that might still live is never given up for a new guest. After [`Error::NoAnswer`] a guest may have been
    /// made that nobody holds; the server's clean-up removes it.
    pub async fn ensure_anonymous(&self) -> Result<Arc<Session>, Error> {
        let _turn = self.turn.lock().await;
        if let Some(session) = self.session() {
            return Ok(session);
        }
        let session = self.api.sign_up_anonymously().await?;
        self.replace(session, Cause::SignedUpAnonymously).await
    }

    /// A token that is valid now, refreshed if need be; or an error, never the API key.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        let session = self.session().ok_or(Error::NoSession)?;
        if self.is_fresh(&session) {
            return Ok(session.access_token.clone());
        }
        match self.refresh(&session.refresh_token).await {
            Ok(session) => Ok(session.access_token.clone()),
            // The margin is ours, not the server's: until the end the old token serves.
            Err(error) if error.is_retryable() && self.now() < session.expires_at => {
                tracing::warn!(%error, "refresh failed; the access token is still valid");
                Ok(session.access_token.clone())
            }
            Err(error) => Err(error),
        }
    }

    /// Refreshes now, for instance after the server refused the token.
    pub async fn refresh_now(&self) -> Result<Arc<Session>, Error> {
        let session = self.session().ok_or(Error::NoSession)?;
        self.refresh(&session.refresh_token).await
    }

    /// Starts the upgrade: links an address to the user of this session.
    pub async fn link_email(&self, email: &Email) -> Result<LinkEmail, Error> {
        let token = self.access_token().await?;
        let user = self.api.update_email(&token, email).await?;
        if user.is_anonymous || user.email.as_deref() != Some(email.as_str()) {
            return Ok(LinkEmail::CodeSent);
        }
        let session = self.session().ok_or(Error::NoSession)?;
        let _turn = self.turn.lock().await;
        let session = self.until_permanent(session.refresh_token.clone()).await?;
        self.replace(session, Cause::Upgraded).await.map(LinkEmail::Linked)
    }

    /// Completes the upgrade with the code from the mail. The user id stays; afterwards the token in use says
    /// `is_anonymous: false`. On an error the guest's session is as it was.
    pub async fn confirm_email(&self, email: &Email, otp: &Otp) -> Result<Arc<Session>, Error> {
        let guest = self.session().ok_or(Error::NoSession)?;
        let _turn = self.turn.lock().await;
        let mut session = self.api.verify_email_change(email, otp).await?;
        if session.user.id != guest.user.id {
            return Err(Error::OtherUser);
        }
        if session.is_anonymous() {
            // The code is spent: keep what it bought before asking for more.
            let kept = self.replace(session, Cause::Refreshed).await?;
            session = self.until_permanent(kept.refresh_token.clone()).await?;
        }
        let session = self.replace(session, Cause::Upgraded).await?;
        self.revoke_superseded(&guest).await;
        Ok(session)
    }

    /// Refreshes from `token` until the claims say permanent: the users table is ahead of tokens issued earlier.
    async fn until_permanent(&self, mut token: RefreshToken) -> Result<Session, Error> {
        for _ in 0..UPGRADE_REFRESHES {
            let session = self.api.refresh(&token).await?;
            if !session.is_anonymous() {
                return Ok(session);
            }
            token = session.refresh_token;
        }
        Err(Error::StillAnonymous)
    }

    /// The guest's own session lives on at the server after a code was verified; nobody needs it any more. A failure
    /// leaves it to run out.
    async fn revoke_superseded(&self, old: &Session) {
        if let Err(error) = self.api.logout_local(&old.access_token).await {
            tracing::info!(%error, "the superseded session was not revoked");
        }
    }

    async fn refresh(&self, spent: &RefreshToken) -> Result<Arc<Session>, Error> {
        let _turn = self.turn.lock().await;
        let current = self.session().ok_or(Error::NoSession)?;
        if current.refresh_token.expose() != spent.expose() {
            // Somebody refreshed while we waited for our turn.
            return Ok(current);
        }
        match self.api.refresh(&current.refresh_token).await {
            Ok(session) if session.user.id != current.user.id => Err(Error::OtherUser),
            Ok(session) => self.replace(session, Cause::Refreshed).await,
            Err(error) if error.code().is_some_and(crate::Code::ends_session) => {
                tracing::warn!(%error, "the session is over");
                self.end(&current).await?;
                Err(Error::SessionEnded)
            }
            Err(error) => Err(error),
        }
    }

    /// Durable first, then known. If the store fails the tokens stay in memory: the old ones are spent.
    async fn replace(&self, session: Session, cause: Cause) -> Result<Arc<Session>, Error> {
        let session = Arc::new(session);
        let stored = self.store.commit(&Change::Replace { session: &session, cause }).await;
        self.state.send_replace(State::Present(session.clone()));
        stored.map_err(store_error)?;
        Ok(session)
    }

    async fn end(&self, session: &Session) -> Result<(), Error> {
        let (user_id, reason) = (session.user.id, EndReason::ByServer);
        self.store.commit(&Change::End { user_id, reason }).await.map_err(store_error)?;
        self.state.send_replace(State::Ended { user_id, reason });
        Ok(())
    }

    fn is_fresh(&self, session: &Session) -> bool {
        self.now() < session.expires_at.saturating_sub(MARGIN).unwrap_or(session.expires_at)
    }

    fn now(&self) -> Timestamp {
        self.api.clock().now()
    }
}

fn store_error<E: std::error::Error + Send + Sync + 'static>(error: E) -> Error {
    Error::Store(Box::new(error))
}
