//! The claim: the plan goes to the server with the versions it was made from, and what comes back becomes the cart here in the
//! transaction that makes the account the one who is signed in.

use std::{collections::BTreeMap, sync::Arc};

use carryover_cart::{ProductId, merge::Answer};
use carryover_store::{Claim, Claimed, HandOff, Outcome};
use uuid::Uuid;

use super::{decide::told, look::Sides, resume};
use crate::{
    Identity, ShopError,
    flow::Choosing,
    pause::{Retry, delays},
    remote::{ClaimRequest, Refusal, RemoteError},
    shop::{Inner, Link},
    sync,
};

/// Claims the guest's cart for the account, or changes nothing.
pub(super) async fn claim(
    inner: &Arc<Inner>,
    link: &Arc<Link>,
    choosing: &Choosing,
    sides: &Sides,
    answer: &Answer,
    outcome: Outcome,
) -> Result<(), ShopError> {
    let _sending = inner.sending.lock().await;
    if inner.choosing()?.key != choosing.key || inner.store.is_handing_over().await? {
        // Cancelled, or decided by somebody who was quicker.
        return Err(ShopError::NoHandOff);
    }
    let here: BTreeMap<_, _> =
        inner.model().cart().quantities().map(|(product, quantity)| (product.clone(), quantity)).collect();
    let guest = sides.guest.quantities().map(|(product, quantity)| (product.clone(), quantity)).collect();
    if here != guest || inner.model().has_pending() {
        // Somebody went on shopping in another window: they have not seen what that makes of it.
        *inner.sides() = None;
        return Err(ShopError::CartChanged);
    }
    let plan = sides.plan(answer);
    let lines: Vec<(ProductId, u32)> =
        plan.quantities().map(|(product, quantity)| (product.clone(), quantity)).collect();
    let claim = Claim {
        key: choosing.key,
        guest_id: sides.guest_id,
        account_id: choosing.account_id,
        guest,
        told: told(sides, &plan, outcome),
    };
    inner.set_hand_off(HandOff::Claiming(claim.clone())).await?;
    let request = ClaimRequest {
        token: &sides.token,
        answer,
        lines: &lines,
        guest_version: sides.guest_version,
        account_version: sides.account_version,
        key: choosing.key,
    };
    match sync::with_candidate(link, |access| link.remote.claim_offer(access, &request)).await {
        Ok(claimed) => {
            let completed = complete(inner, link, claim, claimed).await;
            if completed.is_err() {
                resume::in_background(inner, link);
            }
            completed
        }
        Err(error) => refused(inner, link, error).await,
    }
}

/// What the server's refusal means. One that it did not word itself leaves open whether it has claimed the cart.
async fn refused(inner: &Arc<Inner>, link: &Arc<Link>, error: ShopError) -> Result<(), ShopError> {
    *inner.sides() = None;
    match error.refusal() {
        // Another window was first with this key, or this one was and never heard.
        Some(Refusal::KeyReused | Refusal::OfferUsed) => resume::recognise(inner, link).await.map(drop),
        Some(Refusal::CartStale | Refusal::OfferGone | Refusal::OverLimit { .. } | Refusal::UnknownProduct) => {
            inner.clear_hand_off().await?;
            Err(ShopError::CartChanged)
        }
        Some(_) => {
            inner.clear_hand_off().await?;
            Err(error)
        }
        None => {
            resume::in_background(inner, link);
            Err(error)
        }
    }
}

/// The server has handed the cart over: the account takes the guest's place here.
pub(super) async fn complete(
    inner: &Arc<Inner>,
    link: &Arc<Link>,
    claim: Claim,
    claimed: Claimed,
) -> Result<(), ShopError> {
    let claim_id = claimed.claim_id;
    inner.set_hand_off(HandOff::Claimed { claim, claimed }).await?;
    switch(inner, link).await?;
    finish_in_background(inner, link, claim_id);
    Ok(())
}

/// The candidate becomes the one who is signed in.
pub(super) async fn switch(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<(), ShopError> {
    let _changing = inner.changing.lock().await;
    let session = link.engine.switch_to_candidate().await?;
    let (cart, notices) = (inner.store.cart().await?, inner.store.notices().await?);
    *inner.sides() = None;
    inner.update(|model| {
        model.identity = Identity::of(&session);
        model.flow = None;
        model.claiming = false;
        model.start_anew(cart);
        model.set_stored_notices(notices);
    });
    inner.changed.notify_one();
    Ok(())
}

/// Removes the guest at the server, who owns nothing any more. However often it fails, it is tried again.
pub(super) fn finish_in_background(inner: &Arc<Inner>, link: &Arc<Link>, claim_id: Uuid) {
    let (inner, link) = (inner.clone(), link.clone());
    tokio::spawn(async move {
        let (mut delays, mut retry) = (delays(), Retry::new(&inner.retry));
        loop {
            match finish(&inner, &link, claim_id).await {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, "the guest is not removed yet");
                    retry.pause(delays.next()).await;
                }
                Err(error) => return tracing::warn!(%error, "the guest is removed when they are stale"),
                Ok(()) => return,
            }
        }
    });
}

async fn finish(inner: &Inner, link: &Link, claim_id: Uuid) -> Result<(), ShopError> {
    match sync::with_token(link, |token| link.remote.finish_claim(token, claim_id)).await {
        Ok(()) | Err(ShopError::Remote(RemoteError::Refused { refusal: Some(Refusal::ClaimNotFound), .. })) => {
            inner.clear_hand_off().await
        }
        Err(error) => Err(error),
    }
}
