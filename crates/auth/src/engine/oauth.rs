//! Through the browser and back (RFC 8252): signing in, and linking an identity to the user who is signed in.

use std::sync::{Arc, PoisonError};

use jiff::SignedDuration;
use url::Url;
use uuid::Uuid;

use super::{Inner, SignedIn, commit::IfStoreFails};
use crate::{
    AuthCode, Authorization, Cause, Code, CodeVerifier, Engine, Error, OverGuest, RedirectError, Session, SessionStore,
    document::Document,
    flow::{FLOW_PARAMETER, Flow, FlowId, KeptVerifier, Purpose},
};

/// Flows that never came back are forgotten after this.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A trip that may begin.
#[derive(Debug, Clone)]
pub struct OAuthStart {
    /// To open in the browser of the system.
    pub url: Url,
    /// The flow's name, for [`Engine::cancel_flow`].
    pub flow: FlowId,
}

/// What a callback led to.
#[derive(Debug)]
pub enum Callback {
    /// Somebody signed in.
    SignedIn(SignedIn),
    /// The identity is linked; a guest is a member now, and the token says so.
    Linked(Arc<Session>),
    /// The same callback was delivered before. Nothing was done.
    AlreadyHandled,
}

impl<S: SessionStore> Engine<S> {
    /// Begins a sign-in by OAuth. `redirect_to` is where this program listens; the flow's name is added to it.
    pub async fn begin_sign_in(
        &self,
        authorization: Authorization,
        redirect_to: Url,
        over_guest: OverGuest,
    ) -> Result<OAuthStart, Error> {
        self.detached(|inner| async move {
            inner.may_sign_in(over_guest)?;
            let flow = inner.new_flow(Purpose::SignIn { over_guest }, redirect_to)?;
            let challenge = challenge(&flow)?;
            let url = inner.api.authorize_url(&authorization, &flow.redirect_to, &challenge)?;
            inner.begin(flow, url).await
        })
        .await
    }

    /// Begins to link an identity to the user who is signed in.
    pub async fn begin_link(&self, authorization: Authorization, redirect_to: Url) -> Result<OAuthStart, Error> {
        self.detached(|inner| async move {
            let user_id = inner.memory().session()?.user.id;
            let flow = inner.new_flow(Purpose::Link { user_id }, redirect_to)?;
            let (api, challenge) = (inner.api.clone(), challenge(&flow)?);
            let call = |token| {
                let (api, authorization) = (api.clone(), authorization.clone());
                let (redirect_to, challenge) = (flow.redirect_to.clone(), challenge.clone());
                async move { api.link_identity_url(&token, &authorization, &redirect_to, &challenge).await }
            };
            let (_, url) = inner.with_token(call).await?;
            inner.begin(flow, url).await
        })
        .await
    }

    /// Finishes the flow whose redirect address this is: from a loopback listener or a deep link, also after a restart. What
    /// belongs to no flow is refused and changes nothing.
    pub async fn handle_callback_url(&self, callback: &str) -> Result<Callback, Error> {
        let callback = Url::parse(callback).map_err(|_| Error::UnknownFlow)?;
        self.detached(|inner| async move { inner.handle(callback).await }).await
    }

    /// Finishes a flow with its code. A second time it is [`Error::FlowAlreadyUsed`].
    pub async fn exchange_code(&self, flow: FlowId, code: AuthCode) -> Result<Callback, Error> {
        self.detached(|inner| async move {
            let flow = inner.flow(flow).ok_or(Error::UnknownFlow)?;
            match inner.exchange(flow, code).await? {
                Callback::AlreadyHandled => Err(Error::FlowAlreadyUsed),
                done => Ok(done),
            }
        })
        .await
    }

    /// Where the browser of a flow comes back to, while it is waited for: after a restart a program listens there again.
    pub fn flow_redirect(&self, flow: FlowId) -> Option<Url> {
        let flow = self.0.flow(flow)?;
        flow.verifier.is_some().then_some(flow.redirect_to)
    }

    /// Forgets a flow: its callback is nobody's any more.
    pub async fn cancel_flow(&self, flow: FlowId) -> Result<(), Error> {
        self.detached(|inner| async move { inner.forget(flow).await }).await
    }
}

pub(super) fn challenge(flow: &Flow) -> Result<crate::CodeChallenge, Error> {
    flow.verifier.as_ref().map(|kept| kept.0.challenge()).ok_or(Error::FlowAlreadyUsed)
}

impl<S: SessionStore> Inner<S> {
    pub(super) fn new_flow(&self, purpose: Purpose, mut redirect_to: Url) -> Result<Flow, Error> {
        if redirect_to.fragment().is_some() {
            return Err(Error::BadUrl);
        }
        let id = Uuid::new_v4();
        redirect_to.query_pairs_mut().append_pair(FLOW_PARAMETER, &id.to_string());
        let verifier = Some(KeptVerifier(CodeVerifier::generate()?));
        Ok(Flow { id, verifier, purpose, redirect_to, started_at: self.clock.now() })
    }

    async fn begin(self: &Arc<Self>, flow: Flow, url: Url) -> Result<OAuthStart, Error> {
        let id = flow.id;
        self.write_down(flow).await?;
        Ok(OAuthStart { url, flow: id })
    }

    /// Writes the flow down before anybody opens a browser for it (item 41).
    pub(super) async fn write_down(self: &Arc<Self>, flow: Flow) -> Result<(), Error> {
        self.commit(IfStoreFails::Refuse, |document| {
            document.flows.retain(|old| flow.started_at.duration_since(old.started_at) < FORGET_AFTER);
            document.begin_flow(flow.clone());
            ((), Some(Cause::Kept))
        })
        .await
    }

    fn flow(&self, id: FlowId) -> Option<Flow> {
        self.memory().document.flows.iter().find(|flow| flow.id == id).cloned()
    }

    async fn handle(self: &Arc<Self>, callback: Url) -> Result<Callback, Error> {
        let said = Said::by(&callback);
        let flow = said.get(FLOW_PARAMETER).and_then(|id| self.flow(id.parse().ok()?));
        let flow = flow.filter(|flow| flow.awaits(&callback)).ok_or(Error::UnknownFlow)?;
        if let Some(code) = said.get("code") {
            return self.exchange(flow, AuthCode::new(code.to_owned())).await;
        }
        if flow.verifier.is_none() {
            return Ok(Callback::AlreadyHandled);
        }
        let refusal = said.refusal().ok_or(Error::UnknownFlow)?;
        self.forget(flow.id).await?;
        Err(Error::Redirect(refusal))
    }

    async fn exchange(self: &Arc<Self>, flow: Flow, code: AuthCode) -> Result<Callback, Error> {
        let Some(_busy) = Busy::with(self.clone(), flow.id) else { return Ok(Callback::AlreadyHandled) };
        // It may have been finished while we waited to be busy.
        let Some(KeptVerifier(verifier)) = self.flow(flow.id).and_then(|flow| flow.verifier) else {
            return Ok(Callback::AlreadyHandled);
        };
        let sent = self.clock.elapsed();
        match self.api.exchange_code(&code, &verifier).await {
            Ok(session) => {
                self.hear(&session, sent);
                self.finish(flow, Arc::new(session)).await
            }
            // The verifier stays: the same code can be tried again (item 40).
            Err(error) if error.is_retryable() => Err(error),
            Err(error) => {
                self.forget(flow.id).await?;
                Err(error)
            }
        }
    }

    async fn finish(self: &Arc<Self>, flow: Flow, session: Arc<Session>) -> Result<Callback, Error> {
        match flow.purpose {
            Purpose::SignIn { .. } if self.flow(flow.id).is_none() => {
                // Cancelled while its code was exchanged: nobody waits for this session.
                self.commit(IfStoreFails::Remember, |document| {
                    document.let_go(session.clone());
                    ((), Some(Cause::Kept))
                })
                .await?;
                self.revoke_in_background();
                Err(Error::UnknownFlow)
            }
            Purpose::SignIn { over_guest } => {
                let finish = |document: &mut Document| document.finish_flow(flow.id);
                self.arrive(session, over_guest, finish).await.map(Callback::SignedIn)
            }
            Purpose::Link { user_id } => {
                let asked = self
                    .commit(IfStoreFails::Remember, |document| {
                        document.finish_flow(flow.id);
                        let asked = document.session.clone().filter(|kept| kept.user.id == user_id);
                        if asked.is_none() {
                            // Whoever asked has left meanwhile; the program may still want the session.
                            document.park(session.clone());
                        }
                        (asked, Some(Cause::Kept))
                    })
                    .await?;
                let asked = asked.ok_or(Error::OtherUser)?;
                self.take_linked(&asked.0, session).await.map(Callback::Linked)
            }
        }
    }

    async fn forget(self: &Arc<Self>, id: FlowId) -> Result<(), Error> {
        self.commit(IfStoreFails::Remember, |document| {
            let before = document.flows.len();
            document.flows.retain(|flow| flow.id != id);
            ((), (document.flows.len() < before).then_some(Cause::Kept))
        })
        .await
    }
}

/// What a redirect says, in its query and, where that is silent, in its fragment (wire reference, section 8.6).
struct Said(Vec<(String, String)>);

impl Said {
    fn by(callback: &Url) -> Self {
        let fragment = url::form_urlencoded::parse(callback.fragment().unwrap_or_default().as_bytes());
        Self(callback.query_pairs().chain(fragment).map(|(key, value)| (key.into(), value.into())).collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    fn refusal(&self) -> Option<RedirectError> {
        let (error, code) = (self.get("error"), self.get("error_code"));
        error.or(code)?;
        Some(RedirectError {
            error: error.unwrap_or_default().to_owned(),
            code: code.map(Code::parse),
            description: self.get("error_description").unwrap_or_default().to_owned(),
        })
    }
}

/// Somebody works on this flow, as long as this lives.
struct Busy<S: SessionStore>(Arc<Inner<S>>, FlowId);

impl<S: SessionStore> Busy<S> {
    fn with(inner: Arc<Inner<S>>, flow: FlowId) -> Option<Self> {
        let first = inner.exchanging.lock().unwrap_or_else(PoisonError::into_inner).insert(flow);
        first.then(|| Self(inner, flow))
    }
}

impl<S: SessionStore> Drop for Busy<S> {
    fn drop(&mut self) {
        self.0.exchanging.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}
