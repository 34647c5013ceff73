//! Taking a hand-off up again whose end was not heard: after a kill, a lost answer, a restart. What the server has done already is
//! recognised, never done twice.

use std::sync::Arc;

use carryover_auth::Error as AuthError;
use carryover_store::{Claim, HandOff};
use uuid::Uuid;

use super::claim;
use crate::{
    NoticeKind, ShopError,
    pause::{Retry, delays},
    remote::Refusal,
    shop::{Inner, Link},
    sync,
};

/// What was found out about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recognised {
    /// None was under way.
    Nothing,
    /// It was made, and the account is signed in now.
    HandedOver,
}

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
                Ok(_) => return,
                Err(error @ (ShopError::CartChanged | ShopError::CartMoved | ShopError::Auth(AuthError::ShutDown))) => {
                    return tracing::info!(%error, "what came of the hand-over is known");
                }
                Err(error) => {
                    tracing::warn!(%error, "it is not known yet whether the cart was handed over");
                    retry.pause(delays.next()).await;
                }
            }
        }
    });
}

/// Finds out whether the server has claimed the cart, and goes on from there: to the account, or back to the choice, which is
/// [`ShopError::CartChanged`]. The caller holds `sending`.
pub(super) async fn recognise(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<Recognised, ShopError> {
    let claim = match inner.store.hand_off().await? {
        Some(HandOff::Claiming(claim)) => claim,
        Some(HandOff::Claimed { claim, claimed }) if is_candidate(link, claim.account_id) => {
            claim::complete(inner, link, claim, claimed).await?;
            return Ok(Recognised::HandedOver);
        }
        Some(HandOff::Claimed { .. }) => return stranded(inner, link).await,
        Some(HandOff::Finishing { .. }) | None => return Ok(Recognised::Nothing),
    };
    let guest = ask_guest(link, &claim).await?;
    if guest == Guest::HasTheCart {
        inner.clear_hand_off().await?;
        return Err(ShopError::CartChanged);
    }
    match sync::with_candidate(link, |access| link.remote.claim_result(access, claim.key)).await {
        Ok(Some(claimed)) => {
            claim::complete(inner, link, claim, claimed).await?;
            Ok(Recognised::HandedOver)
        }
        // The guest's session ended for another reason, and their offer with it: nobody has claimed the cart, and nobody will.
        Ok(None) if guest == Guest::Gone && is_candidate(link, claim.account_id) => {
            inner.clear_hand_off().await?;
            Err(ShopError::CartChanged)
        }
        Ok(None) | Err(ShopError::Auth(AuthError::NoCandidate)) => {
            if guest == Guest::Gone {
                // Nobody is left to ask. What is here goes on as it is, and whoever signs in there sees both before they are one.
                inner.clear_hand_off().await?;
            }
            stranded(inner, link).await
        }
        Err(error) => Err(error),
    }
}

fn is_candidate(link: &Link, account_id: Uuid) -> bool {
    link.engine.candidate().is_some_and(|candidate| candidate.user.id == account_id)
}

/// How it stands with the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guest {
    /// The cart is theirs, and no claim that is still on its way will change that: a new offer makes the one that it names void.
    HasTheCart,
    /// It was handed over.
    GaveItAway,
    /// There is no such guest any more: removed by whoever had the cart, or for another reason.
    Gone,
}

async fn ask_guest(link: &Link, claim: &Claim) -> Result<Guest, ShopError> {
    if link.engine.session().is_none_or(|session| session.user.id != claim.guest_id) {
        return Ok(Guest::Gone);
    }
    match sync::with_token(link, |token| link.remote.offer_cart(token)).await {
        Ok(_) => Ok(Guest::HasTheCart),
        Err(ShopError::Auth(AuthError::SessionEnded | AuthError::NoSession)) => Ok(Guest::Gone),
        Err(error) => match error.refusal() {
            Some(Refusal::CartClaimed) => Ok(Guest::GaveItAway),
            // Whoever is signed in is a member by now.
            Some(Refusal::NotAllowed) => Ok(Guest::Gone),
            _ => Err(error),
        },
    }
}

/// The cart is handed over, but not to the account that waits here, if any does. It is safe where it is; who signs in there finds
/// it, and what was changed here since is carried along then.
async fn stranded(inner: &Inner, link: &Link) -> Result<Recognised, ShopError> {
    link.engine.drop_candidate().await?;
    inner.clear_flow().await?;
    inner.update(|model| {
        model.claiming = false;
        model.notify(NoticeKind::CartMoved);
    });
    Err(ShopError::CartMoved)
}
