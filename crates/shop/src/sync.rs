//! Bringing the cart to the server. The first change makes the guest.

use std::sync::Arc;

use carryover_auth::{AccessToken, Error as AuthError, Session};
use carryover_store::{Pending, ServerCart};

use crate::{
    NoticeKind, ShopError,
    model::SyncPhase,
    pause::{Retry, delays},
    remote::{RefusedLine, RefusedReason, RemoteError, SetCart},
    shop::{Inner, Link},
};

/// Sends what waits, now and whenever something does, for as long as the program runs.
pub(crate) async fn run(inner: Arc<Inner>, link: Arc<Link>) {
    let (mut delays, mut retry) = (delays(), Retry::new(&inner.retry));
    loop {
        match synchronise(&inner, &link).await {
            Ok(()) => {
                delays = crate::pause::delays();
                inner.update(|model| model.sync = SyncPhase::Waiting);
                tokio::select! {
                    () = inner.changed.notified() => {}
                    () = retry.asked() => {}
                }
            }
            Err(ShopError::Auth(AuthError::SessionEnded)) => {
                // The person was told. A new guest is made by their next change of the cart, not by a timer.
                inner.update(|model| model.sync = SyncPhase::Waiting);
                inner.changed.notified().await;
            }
            Err(error) => {
                if let ShopError::Auth(AuthError::AmbiguousSignUp) = &error {
                    // If there is a guest whom nobody holds, they own nothing: the cart is here. The next round makes another.
                    tracing::warn!("a guest may have been made and lost");
                    let _ = link.engine.accept_lost_guest().await;
                }
                tracing::warn!(%error, "the cart was not synchronised");
                inner.update(|model| model.sync = SyncPhase::Offline);
                let delay = delays.next();
                retry.pause(error.retry_after().max(delay)).await;
            }
        }
    }
}

/// Everything that waits goes out; with nothing to send, the user's cart is fetched, for another device may have changed it.
async fn synchronise(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    let mut pending = inner.store.pending().await?;
    if pending.lines.is_empty()
        && let Some(session) = link.engine.session()
    {
        let cart = with_token(link, |token| link.remote.cart(token)).await?;
        apply(inner, &session, &pending, &cart, &[]).await?;
        // A server that lost the cart is told all of it again.
        pending = inner.store.pending().await?;
    }
    while !pending.lines.is_empty() {
        inner.update(|model| model.sync = SyncPhase::Syncing);
        let session = link.engine.ensure_anonymous().await?;
        let SetCart { cart, refused } =
            with_token(link, |token| link.remote.set_cart_lines(token, &pending.lines)).await?;
        apply(inner, &session, &pending, &cart, &refused).await?;
        pending = inner.store.pending().await?;
    }
    Ok(())
}

/// Calls with a valid token. If the server refuses, the session is refreshed and the call made once more: its clock may be
/// ahead of ours, or the user may be gone, which only Supabase Auth can tell.
async fn with_token<T, F>(link: &Link, call: impl Fn(AccessToken) -> F) -> Result<T, ShopError>
where
    F: Future<Output = Result<T, RemoteError>>,
{
    match call(link.engine.access_token().await?).await {
        Err(RemoteError::Unauthorized | RemoteError::Refused { status: 403 | 409, .. }) => {
            let session = link.engine.refresh_now().await?;
            Ok(call(session.access_token.clone()).await?)
        }
        answer => Ok(answer?),
    }
}

async fn apply(
    inner: &Inner,
    session: &Session,
    sent: &Pending,
    cart: &ServerCart,
    refused: &[RefusedLine],
) -> Result<(), ShopError> {
    let _changing = inner.changing.lock().await;
    let cart = inner.store.apply_server_cart(&session.user.id.to_string(), sent.revision, cart).await?;
    let pending = inner.pending_products().await?;
    inner.update(|model| {
        model.cart = cart;
        model.pending = pending;
        for line in refused {
            model.notify(match line.reason {
                RefusedReason::OverLimit => {
                    NoticeKind::LimitReduced { product: line.product_id.clone(), allowed: line.allowed }
                }
                RefusedReason::Unavailable => NoticeKind::Unavailable { product: line.product_id.clone() },
            });
        }
    });
    Ok(())
}
