//! Linking an address or a number: how a guest becomes a member, and how a member changes theirs.

use std::sync::Arc;

use url::Url;
use uuid::Uuid;

use super::{Inner, access::update_user, commit::IfStoreFails, oauth::challenge};
use crate::{
    AccessToken, Cause, Code, CodeVerifier, Contact, Email, Engine, Error, IdToken, MailLink, Otp, PendingLink, Proof,
    Session, SessionStore, User, UserUpdate, Verified, flow::Purpose,
};

/// How often a token is refreshed to see the upgrade in its claims before we say that it is not there.
const UPGRADE_REFRESHES: usize = 3;

/// What became of the wish to link.
#[derive(Debug)]
pub enum Link {
    /// A code is on its way.
    CodeSent,
    /// The server asked for no code: the address is linked, and the token says so.
    Linked(Arc<Session>),
}

/// What a code led to.
#[derive(Debug)]
pub enum Confirmed {
    /// The address is linked. A guest is a member now, and the token says so.
    Complete(Arc<Session>),
    /// The code was right, and the server wants that of the other address too.
    OtherCodeNeeded,
}

impl<S: SessionStore> Engine<S> {
    /// Links an address or a number to the user of this session: the user id stays. Asked again it sends another code, which
    /// is how a guest gets one resent.
    pub async fn link(&self, contact: impl Into<Contact>) -> Result<Link, Error> {
        let contact = contact.into();
        self.detached(|inner| async move { inner.link(contact, None).await }).await
    }

    /// The same; the link in the mail leads to `redirect_to`, where this program listens, and what arrives there is for
    /// [`Engine::handle_callback_url`].
    pub async fn link_with_redirect(&self, email: Email, redirect_to: Url) -> Result<Link, Error> {
        self.detached(|inner| async move { inner.link(email.into(), Some(redirect_to)).await }).await
    }

    /// Completes with the code that was sent. On an error the session is as it was.
    pub async fn confirm_link(&self, otp: &Otp) -> Result<Confirmed, Error> {
        let otp = otp.clone();
        self.detached(|inner| async move {
            let pending = inner.memory().document.pending.clone().ok_or(Error::NothingPending)?;
            inner.confirm(Proof::of_change(&pending.contact, &otp)).await
        })
        .await
    }

    /// Completes with another proof, such as the hash of the link in the mail.
    pub async fn confirm_link_with(&self, proof: Proof) -> Result<Confirmed, Error> {
        self.detached(|inner| async move { inner.confirm(proof).await }).await
    }

    /// Links the identity that a provider's own sign-in proved. A guest is a member afterwards, and the token says so.
    pub async fn link_id_token(&self, token: IdToken) -> Result<Arc<Session>, Error> {
        self.detached(|inner| async move {
            let (api, sent) = (inner.api.clone(), inner.clock.elapsed());
            let call = |access: AccessToken| {
                let (api, token) = (api.clone(), token.clone());
                async move { api.link_id_token(&access, &token).await }
            };
            let (asked, next) = inner.with_token(call).await?;
            inner.hear(&next, sent);
            inner.take_linked(&asked, Arc::new(next)).await
        })
        .await
    }

    /// Unlinks an identity by its own id. The last one stays.
    pub async fn unlink_identity(&self, identity_id: Uuid) -> Result<User, Error> {
        self.detached(|inner| async move {
            let api = inner.api.clone();
            let call = |access: AccessToken| {
                let api = api.clone();
                async move {
                    api.unlink_identity(&access, identity_id).await?;
                    api.user(&access).await
                }
            };
            let (_, user) = inner.with_token(call).await?;
            inner.know_user(&user).await?;
            Ok(user)
        })
        .await
    }

    /// Looks whether the link was confirmed elsewhere, in a browser perhaps. `None` while it was not.
    pub async fn check_link(&self) -> Result<Option<Arc<Session>>, Error> {
        self.detached(|inner| async move { inner.look_at_link().await }).await
    }

    /// Waits for the code no longer. The server forgets it by itself.
    pub async fn cancel_link(&self) -> Result<(), Error> {
        self.detached(|inner| async move {
            inner.commit(IfStoreFails::Remember, |document| ((), document.pending.take().map(|_| Cause::Kept))).await
        })
        .await
    }
}

impl<S: SessionStore> Inner<S> {
    async fn link(self: &Arc<Self>, contact: Contact, redirect_to: Option<Url>) -> Result<Link, Error> {
        let asking = self.memory().session()?.user.id;
        let (link, flow) = match (&contact, redirect_to) {
            (Contact::Phone(_), _) => (None, None),
            // Nobody will exchange the code, so nobody keeps the verifier: the link only confirms.
            (Contact::Email(_), None) => {
                let challenge = CodeVerifier::generate()?.challenge();
                (Some(MailLink { redirect_to: None, challenge }), None)
            }
            (Contact::Email(_), Some(redirect)) => {
                let flow = self.new_flow(Purpose::Link { user_id: asking }, redirect)?;
                (
                    Some(MailLink { redirect_to: Some(flow.redirect_to.clone()), challenge: challenge(&flow)? }),
                    Some(flow),
                )
            }
        };
        if let Some(flow) = flow {
            self.write_down(flow).await?;
        }
        let (api, update) = (self.api.clone(), UserUpdate { link, ..UserUpdate::contact(&contact) });
        let (session, user) = self.with_token(|token| update_user(api.clone(), token, update.clone())).await?;
        if has(&user, &contact) {
            self.know_user(&user).await?;
            return Ok(Link::Linked(self.until_permanent(session).await?));
        }
        let pending = PendingLink { user_id: user.id, contact, sent_at: self.clock.now() };
        self.commit(IfStoreFails::Remember, |document| {
            let cause = document.profile(&user).or(Some(Cause::Kept));
            document.pending = Some(pending.clone());
            ((), cause)
        })
        .await?;
        Ok(Link::CodeSent)
    }

    async fn confirm(self: &Arc<Self>, proof: Proof) -> Result<Confirmed, Error> {
        let asked = self.memory().session()?;
        let sent = self.clock.elapsed();
        let next = match self.api.verify(&proof).await {
            Ok(Verified::OtherCodeNeeded) => return Ok(Confirmed::OtherCodeNeeded),
            Ok(Verified::Session(next)) => Arc::new(*next),
            Err(error) if error.code() == Some(&Code::OtpExpired) => {
                // Or was it right, and its answer got lost? The server knows.
                return match self.look_at_link().await {
                    Ok(Some(session)) => Ok(Confirmed::Complete(session)),
                    _ => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        self.hear(&next, sent);
        self.take_linked(&asked, next).await.map(Confirmed::Complete)
    }

    /// Takes over the session that a finished link brought: for the user who asked, and if they are still signed in.
    pub(super) async fn take_linked(
        self: &Arc<Self>,
        asked: &Arc<Session>,
        next: Arc<Session>,
    ) -> Result<Arc<Session>, Error> {
        if next.user.id != asked.user.id {
            // Nobody is switched behind their back: the program gets both (item 10).
            self.commit(IfStoreFails::Remember, |document| (document.park(next.clone()), Some(Cause::Kept))).await?;
            return Err(Error::OtherUser);
        }
        let taken = self
            .commit(IfStoreFails::Remember, |document| {
                let cause = document.succeeded(asked, next.clone(), Cause::UserUpdated);
                document.settle();
                (cause.is_some(), cause.or(Some(Cause::Kept)))
            })
            .await?;
        self.revoke_in_background();
        if !taken {
            return Err(Error::Superseded);
        }
        self.until_permanent(next).await
    }

    pub(super) async fn look_at_link(self: &Arc<Self>) -> Result<Option<Arc<Session>>, Error> {
        let api = self.api.clone();
        let call = |token| {
            let api = api.clone();
            async move { api.user(&token).await }
        };
        let (session, user) = self.with_token(call).await?;
        let pending = self.memory().document.pending.clone();
        self.know_user(&user).await?;
        let linked = pending.is_some_and(|pending| pending.user_id == user.id && has(&user, &pending.contact));
        if !linked && user.is_anonymous == session.is_anonymous {
            return Ok(None);
        }
        let session = self.until_permanent(session).await?;
        // A guest's was settled with the token that says "member"; a member's is now.
        self.commit(IfStoreFails::Remember, |document| {
            let pending = document.pending.is_some();
            document.settle();
            ((), pending.then_some(Cause::Kept))
        })
        .await?;
        Ok(Some(session))
    }

    /// Refreshes until the claims say permanent: the users table is ahead of tokens issued earlier.
    pub(super) async fn until_permanent(self: &Arc<Self>, mut session: Arc<Session>) -> Result<Arc<Session>, Error> {
        for _ in 0..UPGRADE_REFRESHES {
            if !session.is_anonymous {
                return Ok(session);
            }
            session = self.refresh(&session, true).await?;
        }
        if session.is_anonymous { Err(Error::StillAnonymous) } else { Ok(session) }
    }
}

/// Whether the address or number is the user's, confirmed.
fn has(user: &User, contact: &Contact) -> bool {
    let theirs = match contact {
        Contact::Email(_) => &user.email,
        Contact::Phone(_) => &user.phone,
    };
    theirs.as_deref() == Some(contact.as_str())
}
