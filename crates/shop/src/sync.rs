//! Bringing the cart to the server, and what other devices changed from there. The first change makes the guest.

use std::{sync::Arc, time::Duration};

use carryover_auth::{AccessToken, Error as AuthError, Session};
use carryover_cart::Answer;
use tokio::time::{Instant, timeout_at};

use crate::{
    NoticeKind, ShopError,
    model::{SyncPhase, Trouble},
    pause::{Retry, delays},
    remote::{Refusal, RemoteError},
    shop::{Inner, Link},
    sign_up::ensure_guest,
};

/// So many lines in one request: far below any server's bound on a body.
const BATCH: u32 = 500;
/// A person who presses a button again does so within this: it is one request then, not two.
const SETTLE: Duration = Duration::from_millis(200);
/// However long a person goes on pressing, the server hears of it after this.
const SETTLE_AT_MOST: Duration = Duration::from_secs(1);
/// The longest that a server's wish to be left alone is honoured. More is a mistake, or malice.
const PATIENCE: Duration = Duration::from_mins(10);

/// Sends what waits, now and whenever something does, for as long as the program runs.
pub(crate) async fn run(inner: Arc<Inner>, link: Arc<Link>) {
    let (mut delays, mut retry) = (delays(), Retry::new(&inner.retry));
    loop {
        match synchronise(&inner, &link).await {
            Ok(()) => {
                delays = crate::pause::delays();
                inner.update(|model| model.sync = SyncPhase::Waiting);
                tokio::select! {
                    () = inner.changed.notified() => settle(&inner, &mut retry).await,
                    () = retry.asked() => {}
                }
            }
            Err(ShopError::Auth(AuthError::SessionEnded)) => {
                // The person was told. A new guest is made by their next change of the cart, not by a timer.
                inner.update(|model| model.sync = SyncPhase::Waiting);
                inner.changed.notified().await;
            }
            Err(error) if error.refusal() == Some(&Refusal::CartClaimed) => {
                // It is in the account: whoever signs in there finds it. Trying again would change nothing.
                inner.update(|model| {
                    model.sync = SyncPhase::Stuck(Trouble::Server);
                    model.notify(NoticeKind::CartMoved);
                });
                inner.changed.notified().await;
            }
            Err(error) => {
                tracing::warn!(%error, "the cart was not synchronised");
                inner.update(|model| model.sync = SyncPhase::Stuck(Trouble::of(&error)));
                match error.retry_after() {
                    // Who asks to be left alone is, focused windows or not. One press of a button is one request.
                    Some(wait) => {
                        tokio::select! {
                            () = tokio::time::sleep(wait.min(PATIENCE)) => {}
                            () = inner.insisted.notified() => {}
                        }
                        retry.heard();
                    }
                    None => retry.pause(delays.next()).await,
                }
            }
        }
    }
}

/// Waits until the person pauses, unless somebody asks to try now.
async fn settle(inner: &Inner, retry: &mut Retry) {
    let end = Instant::now() + SETTLE_AT_MOST;
    let pause = async { while timeout_at(end.min(Instant::now() + SETTLE), inner.changed.notified()).await.is_ok() {} };
    tokio::select! {
        () = pause => {}
        () = retry.asked() => {}
    }
}

/// The user's cart is fetched, for another device may have changed it; then everything that waits goes out, oldest first.
async fn synchronise(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    let _sending = inner.sending.lock().await;
    match bring(inner, link).await {
        // What waits, waits until it is known whose cart it is.
        Err(ShopError::Busy) => Ok(()),
        done => done,
    }
}

/// The same, for somebody who holds `sending` and needs the server to have the whole cart. [`ShopError::Busy`] while the cart is
/// being handed over: the server's answer would be about a cart that is not this one any more.
pub(crate) async fn bring(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    if inner.store.is_handing_over().await? {
        return Err(ShopError::Busy);
    }
    let device = inner.store.device().await?;
    let mut pending = inner.store.pending(BATCH).await?;
    if pending.is_empty()
        && let Some(session) = link.engine.session()
    {
        let cart = with_token(link, |token| link.remote.cart(token)).await?;
        accept(inner, &session, 0, &Answer { cart, refused: Vec::new() }).await?;
        // A server that lost the cart is told all of it again.
        pending = inner.store.pending(BATCH).await?;
    }
    while let Some(sent) = pending.last().map(|line| line.revision) {
        inner.update(|model| model.sync = SyncPhase::Syncing);
        let session = ensure_guest(inner, link).await?;
        let answer =
            with_token(link, |token| link.remote.set_cart_lines(token, &device, &pending, inner.now_ms())).await?;
        accept(inner, &session, sent, &answer).await?;
        pending = inner.store.pending(BATCH).await?;
    }
    Ok(())
}

/// Calls with a valid token. If the server refuses, the session is refreshed and the call made once more: its clock may be
/// ahead of ours, or the user may be gone, which only Supabase Auth can tell.
pub(crate) async fn with_token<T, F>(link: &Link, call: impl Fn(AccessToken) -> F) -> Result<T, ShopError>
where
    F: Future<Output = Result<T, RemoteError>>,
{
    match call(link.engine.access_token().await?).await {
        Err(error) if error.doubts_user() => {
            let session = link.engine.refresh_now().await?;
            Ok(call(session.access_token.clone()).await?)
        }
        answer => Ok(answer?),
    }
}

/// The same for the account that waits beside the guest.
pub(crate) async fn with_candidate<T, F>(link: &Link, call: impl Fn(AccessToken) -> F) -> Result<T, ShopError>
where
    F: Future<Output = Result<T, RemoteError>>,
{
    Ok(call(link.engine.candidate_token().await?).await?)
}

/// Takes over a cart that the person asked the server for. The caller holds `sending`.
pub(crate) async fn take_over(inner: &Inner, link: &Link, answer: &Answer) -> Result<(), ShopError> {
    let _changing = inner.changing.lock().await;
    let session = link.engine.session().ok_or(AuthError::NoSession)?;
    let state = inner.store.take_over(&session.user.id.to_string(), answer, inner.now_ms()).await?;
    let notices = inner.store.notices().await?;
    inner.update(|model| {
        model.set_cart(state);
        model.set_stored_notices(notices);
    });
    Ok(())
}

async fn accept(inner: &Inner, session: &Session, sent: i64, answer: &Answer) -> Result<(), ShopError> {
    let _changing = inner.changing.lock().await;
    let user_id = session.user.id.to_string();
    let state = inner.store.accept(&user_id, sent, answer, inner.now_ms()).await?;
    let notices = inner.store.notices().await?;
    inner.update(|model| {
        model.set_cart(state);
        model.set_stored_notices(notices);
    });
    Ok(())
}
