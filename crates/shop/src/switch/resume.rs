//! Taking a hand-off up again whose end was not heard: after a kill, a lost answer, a restart. What the server has done already is
//! recognised, never done twice.

use std::sync::Arc;

use carryover_auth::Error as AuthError;
use carryover_store::HandOff;
use uuid::Uuid;

use super::claim;
use crate::{
    NoticeKind, ShopError,
    pause::{Retry, delays},
    remote::Refusal,
    shop::{Inner, Link},
    sync,
};

/// Takes up what a restart found.
pub(crate) async fn resume(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<(), ShopError> {
    match inner.store.hand_off().await? {
        None => {}
        Some(HandOff::Claiming(_) | HandOff::Claimed { .. }) => in_background(inner, link),
        Some(HandOff::Finishing { claim_id }) => claim::finish_in_background(inner, link, claim_id),
    }
    Ok(())
}

/// Asks until it is known whether the server has claimed the cart.
pub(super) fn in_background(inner: &Arc<Inner>, link: &Arc<Link>) {
    let (inner, link) = (inner.clone(), link.clone());
    tokio::spawn(async move {
        let (mut delays, mut retry) = (delays(), Retry::new(&inner.retry));
        loop {
            let found = {
                let _sending = inner.sending.lock().await;
                recognise(&inner, &link).await
            };
            match found {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, "it is not known yet whether the cart was handed over");
                    retry.pause(delays.next()).await;
                }
                Err(error) => return tracing::info!(%error, "the cart was not handed over"),
                Ok(()) => return,
            }
        }
    });
}

/// Finds out whether the server has claimed the cart, and goes on from there: to the account, or back to the choice, which is
/// [`ShopError::CartChanged`]. The caller holds `sending`.
pub(super) async fn recognise(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<(), ShopError> {
    let claim = match inner.store.hand_off().await? {
        Some(HandOff::Claiming(claim)) => claim,
        Some(HandOff::Claimed { claim, claimed }) if is_candidate(link, claim.account_id) => {
            return claim::complete(inner, link, claim, claimed).await;
        }
        Some(HandOff::Claimed { .. }) => return stranded(inner, link).await,
        Some(HandOff::Finishing { .. }) | None => return Ok(()),
    };
    if !claimed_or_never(link).await? {
        inner.clear_hand_off().await?;
        return Err(ShopError::CartChanged);
    }
    match sync::with_candidate(link, |access| link.remote.claim_result(access, claim.key)).await {
        Ok(Some(claimed)) => claim::complete(inner, link, claim, claimed).await,
        Ok(None) | Err(ShopError::Auth(AuthError::NoCandidate)) => stranded(inner, link).await,
        Err(error) => Err(error),
    }
}

fn is_candidate(link: &Link, account_id: Uuid) -> bool {
    link.engine.candidate().is_some_and(|candidate| candidate.user.id == account_id)
}

/// True: the guest's cart is handed over. False: it is not, and no claim that is still on its way will do it, for a new offer
/// makes the one that it names void.
async fn claimed_or_never(link: &Link) -> Result<bool, ShopError> {
    match sync::with_token(link, |token| link.remote.offer_cart(token)).await {
        Ok(_) => Ok(false),
        // The guest was removed: whoever did that had the cart.
        Err(ShopError::Auth(AuthError::SessionEnded | AuthError::NoSession)) => Ok(true),
        Err(error) if error.refusal() == Some(&Refusal::CartClaimed) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The cart is handed over, but not to the account that waits here, if any does. It is safe where it is; who signs in there finds
/// it, and what was changed here since is carried along then.
async fn stranded(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    link.engine.drop_candidate().await?;
    inner.clear_flow().await?;
    inner.update(|model| {
        model.claiming = false;
        model.notify(NoticeKind::CartMoved);
    });
    Err(ShopError::CartMoved)
}
