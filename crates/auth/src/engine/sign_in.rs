//! Signing in to an account that exists. Over a guest only as the caller says in so many words (item 9).

use std::{future::Future, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Inner, commit::IfStoreFails};
use crate::{
    Api, CaptchaToken, Cause, Contact, Engine, Error, IdToken, Otp, Password, Proof, Session, SessionStore, SignedUp,
    User, Verified,
    document::{Arrival, Document},
};

/// What becomes of a guest when somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverGuest {
    /// The sign-in is refused before anything is sent.
    #[default]
    Refuse,
    /// The guest stays; the account waits beside them as the candidate.
    Park,
    /// The guest is given up.
    Discard,
}

/// Where a sign-in led.
#[derive(Debug)]
pub enum SignedIn {
    /// This is the session now.
    Current(Arc<Session>),
    /// The guest is still the one who is signed in; this is the candidate.
    Candidate(Arc<Session>),
}

/// Where a sign-up with a password led.
#[derive(Debug)]
pub enum SignedUpAs {
    /// Signed in at once.
    SignedIn(SignedIn),
    /// A code is on its way; the user as the server shows them.
    Confirm(Box<User>),
}

impl<S: SessionStore> Engine<S> {
    /// With a password.
    pub async fn sign_in_with_password(
        &self,
        contact: impl Into<Contact>,
        password: Password,
        captcha: Option<CaptchaToken>,
        over_guest: OverGuest,
    ) -> Result<SignedIn, Error> {
        let contact = contact.into();
        let call = |api: Api| async move { api.sign_in_with_password(&contact, &password, captcha.as_ref()).await };
        self.sign_in(over_guest, call).await
    }

    /// With a code that [`Api::send_otp`] sent.
    pub async fn sign_in_with_otp(
        &self,
        contact: impl Into<Contact>,
        otp: &Otp,
        over_guest: OverGuest,
    ) -> Result<SignedIn, Error> {
        self.sign_in_with_proof(Proof::of_sign_in(&contact.into(), otp), over_guest).await
    }

    /// With any proof that a message arrived.
    pub async fn sign_in_with_proof(&self, proof: Proof, over_guest: OverGuest) -> Result<SignedIn, Error> {
        self.sign_in(over_guest, |api| async move {
            match api.verify(&proof).await? {
                Verified::Session(session) => Ok(*session),
                Verified::OtherCodeNeeded => Err(Error::NothingPending),
            }
        })
        .await
    }

    /// With what a provider's own sign-in gave.
    pub async fn sign_in_with_id_token(
        &self,
        token: IdToken,
        captcha: Option<CaptchaToken>,
        over_guest: OverGuest,
    ) -> Result<SignedIn, Error> {
        self.sign_in(over_guest, |api| async move { api.sign_in_with_id_token(&token, captcha.as_ref()).await }).await
    }

    /// Makes an account with a password and, if the project confirms nothing, signs in to it.
    pub async fn sign_up(
        &self,
        contact: impl Into<Contact>,
        password: Password,
        data: Map<String, Value>,
        captcha: Option<CaptchaToken>,
        over_guest: OverGuest,
    ) -> Result<SignedUpAs, Error> {
        let contact = contact.into();
        self.detached(|inner| async move {
            inner.may_sign_in(over_guest)?;
            let sent = inner.clock.elapsed();
            match inner.api.sign_up(&contact, &password, &data, None, captcha.as_ref()).await? {
                SignedUp::Session(session) => inner.arrived(*session, over_guest, sent).await.map(SignedUpAs::SignedIn),
                SignedUp::Confirm(user) => Ok(SignedUpAs::Confirm(user)),
            }
        })
        .await
    }

    /// Takes over tokens from elsewhere, such as another client's store ([`Session::import`]). Makes no request: they are
    /// refreshed when they are first needed.
    pub async fn adopt(&self, session: Session, over_guest: OverGuest) -> Result<SignedIn, Error> {
        self.detached(|inner| async move {
            inner.may_sign_in(over_guest)?;
            inner.arrive(Arc::new(session), over_guest, |_| {}).await
        })
        .await
    }

    async fn sign_in<F>(
        &self,
        over_guest: OverGuest,
        call: impl FnOnce(Api) -> F + Send + 'static,
    ) -> Result<SignedIn, Error>
    where
        F: Future<Output = Result<Session, Error>> + Send,
    {
        self.detached(|inner| async move {
            inner.may_sign_in(over_guest)?;
            let sent = inner.clock.elapsed();
            let session = call(inner.api.clone()).await?;
            inner.arrived(session, over_guest, sent).await
        })
        .await
    }
}

impl<S: SessionStore> Inner<S> {
    pub(super) fn may_sign_in(&self, over_guest: OverGuest) -> Result<(), Error> {
        match self.memory().session() {
            Ok(session) if session.is_anonymous && over_guest == OverGuest::Refuse => Err(Error::GuestPresent),
            Ok(_) | Err(Error::NoSession) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A session that was just issued.
    pub(super) async fn arrived(
        self: &Arc<Self>,
        session: Session,
        over_guest: OverGuest,
        sent: Duration,
    ) -> Result<SignedIn, Error> {
        self.hear(&session, sent);
        self.arrive(Arc::new(session), over_guest, |_| {}).await
    }

    /// Takes a session in, as the current one or as the candidate, and whatever else changes with it.
    pub(super) async fn arrive(
        self: &Arc<Self>,
        session: Arc<Session>,
        over_guest: OverGuest,
        also: impl Fn(&mut Document),
    ) -> Result<SignedIn, Error> {
        let now = self.clock.now();
        let arrival = self
            .commit(IfStoreFails::Remember, |document| {
                also(document);
                let arrival = document.arrive(session.clone(), over_guest, now);
                let cause = match arrival {
                    Arrival::Current(cause) => cause,
                    Arrival::Candidate => Cause::Kept,
                };
                (arrival, Some(cause))
            })
            .await?;
        self.revoke_in_background();
        Ok(match arrival {
            Arrival::Current(_) => SignedIn::Current(session),
            Arrival::Candidate => SignedIn::Candidate(session),
        })
    }
}
