//! Guests: one, however many ask.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Inner, commit::IfStoreFails, refresh::Key};
use crate::{CaptchaToken, Cause, Code, Engine, Error, Session, SessionStore, kept::Kept};

/// What a new guest comes with.
#[derive(Debug, Clone, Default)]
pub struct NewGuest {
    /// Their metadata.
    pub data: Map<String, Value>,
    /// Proof that a person asks, where the project wants one.
    pub captcha: Option<CaptchaToken>,
}

impl<S: SessionStore> Engine<S> {
    /// The session there is, or else a new guest: one, however many ask in however many processes. A session that might still
    /// live is never given up for a new guest.
    ///
    /// The sign-up is written down before it is sent. If its answer never comes, be it that the network fails or the program
    /// is killed, nobody knows whether there is a guest now: every later call says [`Error::AmbiguousSignUp`] and sends
    /// nothing, until [`Engine::accept_lost_guest`].
    pub async fn ensure_anonymous(&self) -> Result<Arc<Session>, Error> {
        self.ensure_anonymous_with(NewGuest::default()).await
    }

    /// The same, and if a guest is made, this is what they come with.
    pub async fn ensure_anonymous_with(&self, guest: NewGuest) -> Result<Arc<Session>, Error> {
        match self.0.memory().session() {
            Err(Error::NoSession) => {}
            known => return known,
        }
        self.0.share(Key::SignUp, |inner| inner.sign_up_anonymously(guest)).await
    }

    /// A sign-up whose answer was lost may have left a guest whom nobody holds and the server's clean-up will remove. This
    /// says: so be it, the next [`Engine::ensure_anonymous`] makes another.
    pub async fn accept_lost_guest(&self) -> Result<(), Error> {
        self.detached(|inner| async move { inner.note_sign_up(false).await }).await
    }
}

impl<S: SessionStore> Inner<S> {
    async fn sign_up_anonymously(self: Arc<Self>, guest: NewGuest) -> Result<Arc<Session>, Error> {
        // Without a turn two processes could make two guests.
        let _turn = self.store.turn().await.map_err(Error::store)?;
        self.reload().await?;
        match self.memory().session() {
            Err(Error::NoSession) => {}
            known => return known,
        }
        if self.memory().document.sign_up_sent {
            return Err(Error::AmbiguousSignUp);
        }
        self.note_sign_up(true).await?;
        let sent = self.clock.elapsed();
        match self.api.sign_up_anonymously(&guest.data, guest.captcha.as_ref()).await {
            Ok(session) => {
                self.hear(&session, sent);
                self.welcome(Arc::new(session)).await
            }
            Err(error) if may_have_happened(&error) => Err(Error::AmbiguousSignUp),
            Err(error) => {
                self.note_sign_up(false).await?;
                Err(error)
            }
        }
    }

    async fn note_sign_up(self: &Arc<Self>, sent: bool) -> Result<(), Error> {
        let if_store_fails = if sent { IfStoreFails::Refuse } else { IfStoreFails::Remember };
        self.commit(if_store_fails, |document| {
            let change = document.sign_up_sent != sent;
            document.sign_up_sent = sent;
            ((), change.then_some(Cause::Kept))
        })
        .await
    }

    /// The guest moves in, unless somebody signed in meanwhile: then the guest, who owns nothing yet, is let go.
    async fn welcome(self: &Arc<Self>, guest: Arc<Session>) -> Result<Arc<Session>, Error> {
        self.commit(IfStoreFails::Remember, |document| {
            document.sign_up_sent = false;
            if let Some(current) = document.session.clone() {
                document.let_go(guest.clone());
                return (current.0, Some(Cause::Kept));
            }
            document.session = Some(Kept(guest.clone()));
            (guest.clone(), Some(Cause::SignedUpAnonymously))
        })
        .await
    }
}

/// Whether the server may have made the guest although there is no session to show for it: no answer at all, a page of
/// a gateway that may have lost the server's answer, a body that broke off.
fn may_have_happened(error: &Error) -> bool {
    match error {
        Error::NoAnswer(_) => true,
        Error::Foreign { status, .. } => *status < 300 || *status >= 500,
        Error::Api(error) => error.code == Code::RequestTimeout,
        _ => false,
    }
}
