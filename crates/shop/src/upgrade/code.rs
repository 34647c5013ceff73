//! By e-mail or phone: an address or a number, a code, a member.

use std::sync::Arc;

use carryover_auth::{Code, Confirmed, Contact, Email, Error as AuthError, Link as Linked, Otp, Phone, Proof};

use crate::{
    Shop, ShopError,
    flow::{Flow, Step},
    shop::{Inner, Link},
    sign_up::ensure_guest,
    trip, upgrade,
};

/// Reads what a person typed as the address or number that they say it is.
pub(crate) fn parse(kind: ContactKind, typed: &str) -> Result<Contact, ShopError> {
    match kind {
        ContactKind::Email => Email::parse(typed).map(Contact::from).ok_or(ShopError::InvalidEmail),
        ContactKind::Phone => Phone::parse(typed).map(Contact::from).ok_or(ShopError::InvalidPhone),
    }
}

/// A server that does not take what was typed says so in general terms.
pub(crate) fn invalid(kind: ContactKind, error: ShopError) -> ShopError {
    match (error.auth_code(), kind) {
        (Some(Code::ValidationFailed), ContactKind::Email) => ShopError::InvalidEmail,
        (Some(Code::ValidationFailed), ContactKind::Phone) => ShopError::InvalidPhone,
        _ => error,
    }
}

/// What a person says they have typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

impl Shop {
    /// Asks for a code to this address or number; asked again, for another code. A visitor becomes a guest first: there must be a
    /// user to link it to. A server that wants no code makes the member at once.
    pub async fn request_code(&self, kind: ContactKind, typed: &str) -> Result<(), ShopError> {
        let contact = parse(kind, typed)?;
        let (inner, link) = (&self.inner, self.inner.link()?);
        inner.may_begin()?;
        ensure_guest(inner, &link).await?;
        trip::end(inner, &link).await?;
        let code_sent = Flow::Link(Step::CodeSent { contact: contact.clone(), sent_at_ms: inner.now_ms() });
        match ask(inner, &link, contact).await {
            Ok(Linked::CodeSent) => inner.set_flow(code_sent).await,
            Ok(Linked::Linked(session)) => upgrade::done(inner, &session).await,
            // The message may have been sent all the same: there is a field for its code.
            Err(error @ ShopError::Auth(AuthError::NoAnswer(_))) => {
                inner.set_flow(code_sent).await?;
                Err(error)
            }
            Err(error) => Err(invalid(kind, error)),
        }
    }

    /// Confirms with the code from the message. Afterwards the access token in use says that this is a member; the user and the
    /// cart are the same.
    pub async fn confirm_code(&self, otp: &Otp) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let contact = inner.model().flow.as_ref().and_then(Flow::linking).cloned().ok_or(ShopError::NoUpgrade)?;
        match confirm(&link, &contact, otp).await? {
            Confirmed::Complete(session) => {
                inner.set_trip(None);
                upgrade::done(inner, &session).await
            }
            Confirmed::OtherCodeNeeded => Err(ShopError::OtherCodeNeeded),
        }
    }
}

/// The link in the mail comes back here when it is opened on this computer; elsewhere it is noticed that it was.
async fn ask(inner: &Arc<Inner>, link: &Arc<Link>, contact: Contact) -> Result<Linked, ShopError> {
    let email = match contact {
        Contact::Phone(phone) => return Ok(link.engine.link(phone).await?),
        Contact::Email(email) => email,
    };
    let (loopback, redirect) = trip::way_back().await;
    let linked = link.engine.link_with_redirect(email, redirect).await?;
    if let Some(loopback) = loopback {
        trip::await_mail(inner, link, loopback);
    }
    Ok(linked)
}

/// A member who changes their address gets two codes, one at each: whichever is typed counts.
async fn confirm(link: &Link, contact: &Contact, otp: &Otp) -> Result<Confirmed, AuthError> {
    let error = match link.engine.confirm_link_with(Proof::of_change(contact, otp)).await {
        Err(error) if error.code() == Some(&Code::OtpExpired) => error,
        answer => return answer,
    };
    let present = link.engine.session().and_then(|session| Email::parse(session.user.email.as_deref()?));
    match (contact, present) {
        (Contact::Email(_), Some(present)) => {
            match link.engine.confirm_link_with(Proof::of_change(&present.into(), otp)).await {
                Err(second) if second.code() == Some(&Code::OtpExpired) => Err(error),
                answer => answer,
            }
        }
        _ => Err(error),
    }
}
