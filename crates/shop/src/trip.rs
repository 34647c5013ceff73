//! A trip through the browser of the system and back to this computer (RFC 8252, sections 4.1 and 7.3): a listener on 127.0.0.1
//! for as long as it takes, one callback, then the port is closed.

use std::{sync::Arc, time::Duration};

use carryover_auth::{
    Authorization, Callback, Code, Error as AuthError, FlowId, Loopback, LoopbackError, OverGuest, SignedIn,
};
use serde::{Deserialize, Serialize};
use tokio::task::AbortHandle;
use url::Url;
use uuid::Uuid;

use crate::{
    Shop, ShopError,
    flow::{Flow, Step},
    pause::delays,
    shop::{Inner, Link},
    switch, upgrade,
};

/// How long a person may take at the provider's.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long a link waits for the program to be joined to its backend: the link may have started it.
const START: Duration = Duration::from_mins(2);
/// How long the link in a mail may be opened for. As long as its code lives.
const MAIL_PATIENCE: Duration = Duration::from_hours(1);
/// Where a browser comes back to when no port can be had: to the program that the system knows for this scheme.
const DEEP_LINK: &str = "carryover://auth/callback";
/// How often the code from the browser is tried when the network fails: it is spent by nobody else.
const TRIES: usize = 6;

/// What the browser shows when it has come back. It is not known yet what comes of it, nor in which of the window's languages
/// its person reads.
const PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Carryover</title>\
<meta name=color-scheme content='light dark'><style>body{font:1.1rem/1.5 system-ui,sans-serif;display:grid;place-content:center;\
min-height:90vh;text-align:center}</style><h1>You can go back to Carryover</h1><p>This page may be closed.</p>\
<section lang=de><h2>Sie können zu Carryover zurückkehren</h2><p>Diese Seite kann geschlossen werden.</p></section>";

/// What the trip is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Link,
    SignIn,
}

/// Why a trip led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrowserFailure {
    /// The person, or the provider, said no.
    Denied,
    /// Nobody came back in time.
    TimedOut,
    /// The identity belongs to an account already.
    IdentityTaken,
    /// The provider has not verified the address, and this project asks for that.
    UnverifiedEmail,
    /// The server can't be reached.
    Offline,
    /// Something else.
    Failed,
}

impl From<&AuthError> for BrowserFailure {
    fn from(error: &AuthError) -> Self {
        match error {
            AuthError::StillAnonymous => Self::UnverifiedEmail,
            error if error.is_retryable() => Self::Offline,
            error => match (error.code(), error) {
                (Some(Code::IdentityAlreadyExists), _) => Self::IdentityTaken,
                (Some(Code::ProviderEmailNeedsVerification | Code::EmailNotConfirmed), _) => Self::UnverifiedEmail,
                // In OAuth's own word (RFC 6749, section 4.1.2.1).
                (_, AuthError::Redirect(refusal)) if refusal.error == "access_denied" => Self::Denied,
                _ => Self::Failed,
            },
        }
    }
}

/// The trip under way. Dropping it closes the port.
pub(crate) struct Trip {
    id: Uuid,
    waiting: Option<AbortHandle>,
    /// To open once more; not known of a trip that a restart found.
    url: Option<Url>,
}

impl Drop for Trip {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
    }
}

/// Sends the person to a provider.
pub(crate) async fn begin(
    inner: &Arc<Inner>,
    link: &Arc<Link>,
    purpose: Purpose,
    provider: &str,
) -> Result<(), ShopError> {
    end(inner, link).await?;
    let (loopback, redirect) = way_back().await;
    let authorization = Authorization::with(provider);
    let start = match purpose {
        Purpose::Link => link.engine.begin_link(authorization, redirect).await?,
        Purpose::SignIn => link.engine.begin_sign_in(authorization, redirect, OverGuest::Park).await?,
    };
    let step = Step::InBrowser { provider: provider.to_owned(), flow: start.flow };
    inner.set_flow(purpose.flow(step)).await?;
    match loopback {
        Some(loopback) => listen(inner, link, purpose, provider, loopback, Some(start.url.clone())),
        None => inner.set_trip(Some(Trip { id: Uuid::new_v4(), waiting: None, url: Some(start.url.clone()) })),
    }
    open(inner, &start.url)
}

/// Waits again where a program that has ended since did. If the port is somebody else's by now, nobody can come back.
pub(crate) async fn resume(inner: &Arc<Inner>, link: &Arc<Link>, purpose: Purpose, provider: &str, flow: FlowId) {
    let redirect = link.engine.flow_redirect(flow);
    let loopback = match &redirect {
        Some(redirect) => Loopback::bind_again(redirect).await.ok(),
        None => None,
    };
    match loopback {
        Some(loopback) => listen(inner, link, purpose, provider, loopback, None),
        // It comes back by a deep link, whenever it does.
        None if redirect.is_some_and(|redirect| redirect.port().is_none()) => {}
        None => failed(inner, link, purpose, provider, BrowserFailure::TimedOut).await,
    }
}

/// Where the browser is to come back to: a port of our own, or the scheme that the system knows us by.
pub(crate) async fn way_back() -> (Option<Loopback>, Url) {
    match Loopback::bind().await {
        Ok(loopback) => {
            let redirect = loopback.redirect_to().clone();
            (Some(loopback), redirect)
        }
        Err(error) => {
            tracing::warn!(%error, "no port on this computer: the browser comes back by a deep link");
            // A constant, and a URL.
            (None, Url::parse(DEEP_LINK).expect("a URL"))
        }
    }
}

/// Waits for the link in a mail as well: whoever opens it on this computer need not type the code.
pub(crate) fn await_mail(inner: &Arc<Inner>, link: &Arc<Link>, loopback: Loopback) {
    let (waiter, link, id) = (inner.clone(), link.clone(), Uuid::new_v4());
    let task = tokio::spawn(async move {
        let Ok(callback) = loopback.callback(PAGE, MAIL_PATIENCE).await else { return };
        match handle(&link, &callback).await {
            Ok(callback) => arrived(&waiter, &link, id, callback).await,
            // The server has confirmed the address all the same: the keeper finds out.
            Err(error) => tracing::warn!(%error, "the link in the mail led to no session"),
        }
    });
    inner.set_trip(Some(Trip { id, waiting: Some(task.abort_handle()), url: None }));
}

/// Opens the browser of the trip under way once more.
pub(crate) fn open_again(inner: &Inner) -> Result<(), ShopError> {
    let url = inner.trip().as_ref().and_then(|trip| trip.url.clone());
    open(inner, &url.ok_or(ShopError::NoUpgrade)?)
}

/// Nobody is waited for any more: what comes back now is nobody's.
pub(crate) async fn end(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    inner.set_trip(None);
    let flow = inner.model().flow.clone();
    if let Some(Flow::Link(Step::InBrowser { flow, .. }) | Flow::SignIn(Step::InBrowser { flow, .. })) = flow {
        link.engine.cancel_flow(flow).await?;
    }
    Ok(())
}

impl Shop {
    /// Takes an address that came by a deep link, be it the one that the program was started with. What belongs to no flow of this
    /// program is refused and changes nothing; a second delivery is no error.
    pub async fn handle_callback_url(&self, callback: &str) -> Result<(), ShopError> {
        let link = tokio::time::timeout(START, self.inner.joined()).await.map_err(|_| ShopError::Starting)?;
        called_back(&self.inner, &link, callback).await
    }
}

async fn called_back(inner: &Arc<Inner>, link: &Arc<Link>, callback: &str) -> Result<(), ShopError> {
    match handle(link, callback).await {
        // An old link, opened once more: the trip under way is another one.
        Ok(Callback::AlreadyHandled) => Ok(()),
        Ok(callback) => {
            inner.set_trip(None);
            arrived(inner, link, Uuid::nil(), callback).await;
            Ok(())
        }
        Err(AuthError::UnknownFlow) => Err(AuthError::UnknownFlow.into()),
        Err(error) => {
            let under_way = inner.model().flow.clone();
            match under_way {
                Some(Flow::Link(Step::InBrowser { provider, .. })) => {
                    failed(inner, link, Purpose::Link, &provider, (&error).into()).await;
                }
                Some(Flow::SignIn(Step::InBrowser { provider, .. })) => {
                    failed(inner, link, Purpose::SignIn, &provider, (&error).into()).await;
                }
                _ => {}
            }
            Err(error.into())
        }
    }
}

fn open(inner: &Inner, url: &Url) -> Result<(), ShopError> {
    inner.browser.open(url.as_str()).map_err(ShopError::Browser)
}

fn listen(
    inner: &Arc<Inner>,
    link: &Arc<Link>,
    purpose: Purpose,
    provider: &str,
    loopback: Loopback,
    url: Option<Url>,
) {
    let (waiter, link, provider, id) = (inner.clone(), link.clone(), provider.to_owned(), Uuid::new_v4());
    let task = tokio::spawn(async move {
        let failure = match loopback.callback(PAGE, PATIENCE).await {
            Ok(callback) => match handle(&link, &callback).await {
                Ok(callback) => return arrived(&waiter, &link, id, callback).await,
                Err(error) => {
                    tracing::info!(%error, "the trip through the browser led nowhere");
                    BrowserFailure::from(&error)
                }
            },
            Err(LoopbackError::TimedOut) => BrowserFailure::TimedOut,
            Err(LoopbackError::Listen(_) | LoopbackError::NoRandomness) => BrowserFailure::Failed,
        };
        over(&waiter, id);
        failed(&waiter, &link, purpose, &provider, failure).await;
    });
    inner.set_trip(Some(Trip { id, waiting: Some(task.abort_handle()), url }));
}

/// Exchanges what came back. The same code again, while the network fails: the server has not seen it.
async fn handle(link: &Link, callback: &str) -> Result<Callback, AuthError> {
    for delay in delays().take(TRIES) {
        match link.engine.handle_callback_url(callback).await {
            Err(error) if error.is_retryable() => {
                tracing::warn!(%error, "the code from the browser was not exchanged yet");
                tokio::time::sleep(delay).await;
            }
            done => return done,
        }
    }
    link.engine.handle_callback_url(callback).await
}

/// A trip that has come to its end is under way no more, and nobody may break off what comes of it.
fn over(inner: &Inner, id: Uuid) {
    if let Some(mut trip) = inner.trip().take_if(|trip| trip.id == id) {
        trip.waiting = None;
    }
}

async fn arrived(inner: &Arc<Inner>, link: &Arc<Link>, id: Uuid, callback: Callback) {
    over(inner, id);
    let taken = match callback {
        Callback::Linked(session) | Callback::SignedIn(SignedIn::Current(session)) => {
            upgrade::done(inner, &session).await
        }
        Callback::SignedIn(SignedIn::Candidate(account)) => switch::arrived(inner, link, &account).await,
        Callback::AlreadyHandled => Ok(()),
    };
    if let Err(error) = taken {
        tracing::warn!(%error, "who came back from the browser is not shown yet");
    }
}

/// Shows that a trip led nowhere, if it is still the one that somebody waits for.
async fn failed(inner: &Inner, link: &Link, purpose: Purpose, provider: &str, failure: BrowserFailure) {
    let waited_for = match (&inner.model().flow, purpose) {
        (Some(Flow::Link(Step::InBrowser { provider, .. })), Purpose::Link)
        | (Some(Flow::SignIn(Step::InBrowser { provider, .. })), Purpose::SignIn) => Some(provider.clone()),
        _ => None,
    };
    if waited_for.as_deref() != Some(provider) {
        return;
    }
    // The server links when the provider comes back to it: a program that was killed before it had the code, or had it too late,
    // finds out that it is done.
    let shown = match link.engine.check_link().await {
        Ok(Some(session)) if purpose == Purpose::Link => upgrade::done(inner, &session).await,
        _ => inner.set_flow(purpose.flow(Step::Failed { provider: provider.to_owned(), failure })).await,
    };
    if let Err(error) = shown {
        tracing::warn!(%error, "a failed trip was not written down");
    }
}

impl Purpose {
    fn flow(self, step: Step) -> Flow {
        match self {
            Self::Link => Flow::Link(step),
            Self::SignIn => Flow::SignIn(step),
        }
    }
}
