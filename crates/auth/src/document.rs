//! What is kept: the session and everything that must survive beside it, as one value that is replaced as a whole.
//!
//! The transitions here are pure. Each checks that it still applies to what is there, so that an answer which comes too late
//! changes nothing (`reference/auth-client.md`, item 19).

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Cause, Contact, EndReason, EndedSession, OverGuest, RefreshToken, Scope, Session, User,
    flow::{Flow, FlowId},
    kept::Kept,
};

/// Old records of the kinds that only grow are dropped beyond this many.
const AT_MOST: usize = 16;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Document {
    pub session: Option<Kept>,
    /// An account that waits to be switched to, beside the guest.
    pub candidate: Option<Kept>,
    pub pending: Option<PendingLink>,
    pub flows: Vec<Flow>,
    pub revocations: Vec<Revocation>,
    pub ended: Vec<EndedSession>,
    /// An anonymous sign-up was sent and its answer is not stored.
    pub sign_up_sent: bool,
    /// By how many seconds the server's clock was ahead of this computer's when this was written.
    pub server_ahead: i64,
    /// When this was written, by this computer's clock.
    pub written_at: Option<Timestamp>,
}

/// A change of address or number that waits for its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// Whose.
    pub user_id: Uuid,
    /// The new address or number.
    pub contact: Contact,
    /// When the code was last asked for, by this computer's clock.
    pub sent_at: Timestamp,
}

/// A session that the server must still be told to end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Revocation {
    pub id: Uuid,
    pub session: Kept,
    pub scope: Scope,
}

/// What became of a session that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    Current(Cause),
    Candidate,
}

impl Document {
    /// The session that this refresh token belongs to: the one in use or the candidate.
    pub(crate) fn holder(&self, token: &RefreshToken) -> Option<Arc<Session>> {
        let holds = |kept: &&Kept| kept.refresh_token.expose() == token.expose();
        self.session.iter().chain(&self.candidate).find(holds).map(|kept| kept.0.clone())
    }

    /// New tokens in the place of spent ones. `None` when nobody holds the spent ones any more.
    pub(crate) fn refreshed(&mut self, spent: &RefreshToken, next: Arc<Session>) -> Option<Cause> {
        let holds = |kept: &Kept| kept.refresh_token.expose() == spent.expose();
        if self.session.as_ref().is_some_and(holds) {
            return Some(self.put(next, Cause::Refreshed));
        }
        if self.candidate.as_ref().is_some_and(holds) {
            self.candidate = Some(Kept(next));
            return Some(Cause::Kept);
        }
        None
    }

    /// Another session of the user who is signed in, in the place of `from`. False when `from` is no longer the session: then
    /// the new one is to be revoked.
    pub(crate) fn succeeded(&mut self, from: &Session, next: Arc<Session>, cause: Cause) -> Option<Cause> {
        match &self.session {
            Some(current) if current.continues(from) => Some(self.put(next, cause)),
            _ => {
                self.revoke(next, Scope::Local);
                None
            }
        }
    }

    /// A session by a sign-in. A guest is never given up for it unless that is the policy; one who came up during the
    /// sign-in is parked beside.
    pub(crate) fn arrive(&mut self, next: Arc<Session>, over_guest: OverGuest, now: Timestamp) -> Arrival {
        let Some(current) = self.session.clone() else {
            return Arrival::Current(self.put(next, Cause::SignedIn));
        };
        let other_user = current.user.id != next.user.id;
        if current.is_anonymous && other_user && over_guest != OverGuest::Discard {
            self.park(next);
            return Arrival::Candidate;
        }
        if other_user {
            self.note_end(&current, EndReason::SwitchedAway, now);
            self.revoke(current.0, Scope::Local);
            self.pending = None;
        }
        Arrival::Current(self.put(next, Cause::SignedIn))
    }

    /// Puts a session beside the one in use.
    pub(crate) fn park(&mut self, candidate: Arc<Session>) {
        if let Some(earlier) = self.candidate.replace(Kept(candidate)) {
            self.revoke_unless_held(earlier.0);
        }
    }

    /// The candidate takes the guest's place.
    pub(crate) fn switch(&mut self, now: Timestamp) -> Option<Arc<Session>> {
        let candidate = self.candidate.take()?.0;
        if let Some(guest) = self.session.take() {
            self.note_end(&guest, EndReason::SwitchedAway, now);
            self.revoke(guest.0, Scope::Local);
        }
        self.pending = None;
        self.session = Some(Kept(candidate.clone()));
        Some(candidate)
    }

    /// The candidate is given up.
    pub(crate) fn drop_candidate(&mut self) -> bool {
        let candidate = self.candidate.take();
        let there = candidate.is_some();
        if let Some(candidate) = candidate {
            self.revoke_unless_held(candidate.0);
        }
        there
    }

    /// The server says that the session with this token is over. Flows stay: they are for signing in again (item 42).
    pub(crate) fn ended(&mut self, token: &RefreshToken, code: String, now: Timestamp) -> Option<Cause> {
        let holds = |kept: &Kept| kept.refresh_token.expose() == token.expose();
        if self.candidate.as_ref().is_some_and(holds) {
            self.candidate = None;
            return Some(Cause::Kept);
        }
        let session = self.session.take_if(|kept| holds(kept))?;
        self.note_end(&session, EndReason::ByServer(code), now);
        self.pending = None;
        Some(Cause::EndedByServer)
    }

    /// The person signs out.
    pub(crate) fn signed_out(&mut self, scope: Scope, now: Timestamp) -> bool {
        let Some(session) = self.session.take() else { return false };
        self.note_end(&session, EndReason::SignedOut, now);
        self.revoke(session.0, scope);
        self.drop_candidate();
        self.pending = None;
        self.flows.clear();
        true
    }

    /// The one way a session gets into its place.
    fn put(&mut self, next: Arc<Session>, cause: Cause) -> Cause {
        let Some(previous) = self.session.replace(Kept(next.clone())) else { return cause };
        let same_user = previous.user.id == next.user.id;
        if same_user && !previous.continues(&next) {
            self.revoke(previous.0.clone(), Scope::Local);
        }
        // By whatever way it comes about and whoever noticed: it is the token that says it.
        if same_user && previous.is_anonymous && !next.is_anonymous {
            self.pending = None;
            return Cause::Upgraded;
        }
        cause
    }

    /// A newer profile of whoever is signed in.
    pub(crate) fn profile(&mut self, user: &User) -> Option<Cause> {
        let current = self.session.as_mut().filter(|kept| kept.user.id == user.id && kept.user != *user)?;
        *current = Kept(Arc::new(Session { user: user.clone(), ..(*current.0).clone() }));
        Some(Cause::UserUpdated)
    }

    /// Nothing waits for a code any more.
    pub(crate) fn settle(&mut self) {
        self.pending = None;
    }

    /// A session that nobody wants is to end at the server too.
    pub(crate) fn let_go(&mut self, session: Arc<Session>) {
        self.revoke(session, Scope::Local);
    }

    /// A flow's code was exchanged: it stays, without its verifier, so that a second delivery is recognised.
    pub(crate) fn finish_flow(&mut self, id: FlowId) {
        if let Some(flow) = self.flows.iter_mut().find(|flow| flow.id == id) {
            flow.verifier = None;
        }
    }

    fn note_end(&mut self, session: &Session, reason: EndReason, now: Timestamp) {
        self.ended.push(EndedSession {
            user_id: session.user.id,
            is_anonymous: session.is_anonymous,
            created_at: session.user.created_at,
            ended_at: now,
            reason,
        });
        drop_oldest(&mut self.ended);
    }

    fn revoke_unless_held(&mut self, session: Arc<Session>) {
        if !self.session.as_ref().is_some_and(|current| current.continues(&session)) {
            self.revoke(session, Scope::Local);
        }
    }

    fn revoke(&mut self, session: Arc<Session>, scope: Scope) {
        self.revocations.push(Revocation { id: Uuid::new_v4(), session: Kept(session), scope });
        drop_oldest(&mut self.revocations);
    }

    /// A flow begins.
    pub(crate) fn begin_flow(&mut self, flow: Flow) {
        self.flows.push(flow);
        drop_oldest(&mut self.flows);
    }
}

fn drop_oldest<T>(list: &mut Vec<T>) {
    if list.len() > AT_MOST {
        list.drain(..list.len() - AT_MOST);
    }
}
