//! The flows whose lives are ended: an upgrade by e-mail, and a switch to an account with a cart of its own. Each is driven by what
//! the snapshot says, as a person would, so that the same driver begins it, goes on after a kill, and ends it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use carryover_shop::{
    Answer, ContactKind, FlowView, Identity, Otp, Password, Rules, Shop, ShopError, Snapshot, SwitchView,
};
use carryover_testkit::{Console, PaperBrowser};
use serde::{Deserialize, Serialize};

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// How often the driver looks before it gives up.
const TURNS: usize = 600;

/// What a person is about to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Flow {
    /// Nothing but shopping.
    Shop,
    /// Linking this address.
    Upgrade { email: String },
    /// Linking an identity at a provider, with this address.
    Provider { email: String },
    /// Going over to the account with this address and merging the carts.
    Switch { email: String },
}

/// Goes on with a flow until it is done: whoever is signed in then is a member.
pub(crate) async fn drive(shop: &Shop, browser: &PaperBrowser, console: &Console, flow: &Flow) -> Result<()> {
    let mut opened = 0;
    for _ in 0..TURNS {
        let snapshot = shop.snapshot();
        if matches!(snapshot.identity, Identity::Member { .. }) && snapshot.switch != SwitchView::Claiming {
            return Ok(());
        }
        let done = match flow {
            Flow::Shop => return Ok(()),
            Flow::Upgrade { email } => upgrade(shop, console, &snapshot, email).await,
            Flow::Provider { email } => provider(shop, &snapshot, browser, &mut opened, console, email).await,
            Flow::Switch { email } => switch(shop, &snapshot, email).await,
        };
        if let Err(error) = done
            && !may_be_tried_again(&error)
        {
            return Err(error).with_context(|| format!("{flow:?}: {snapshot:?}"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("{flow:?} has no end: {:?}", shop.snapshot())
}

async fn upgrade(shop: &Shop, console: &Console, snapshot: &Snapshot, email: &str) -> Result<(), ShopError> {
    match &snapshot.upgrade {
        FlowView::CodeSent { .. } => {
            let code = console.code(email).await.unwrap_or_default();
            match shop.confirm_code(&Otp::new(code)).await {
                // Spent, and the answer was not heard: the server has the last word.
                Err(ShopError::Auth(_)) => ask_for_code(shop, email).await,
                done => done,
            }
        }
        _ => ask_for_code(shop, email).await,
    }
}

/// A trip that a restart found can't be opened again: it is given up and another one begun.
async fn provider(
    shop: &Shop,
    snapshot: &Snapshot,
    browser: &PaperBrowser,
    opened: &mut usize,
    console: &Console,
    email: &str,
) -> Result<(), ShopError> {
    if !matches!(snapshot.upgrade, FlowView::InBrowser { .. }) {
        return shop.link_provider("google").await;
    }
    if browser.asked() == *opened {
        return if *opened == 0 { shop.cancel_upgrade().await } else { Ok(()) };
    }
    *opened = browser.asked();
    let answers = [("name", "Ana"), ("email", email), ("answer", "allow")];
    // Whatever goes wrong out there, the person tries again.
    if let Ok(landed) = console.consent(&browser.last().unwrap_or_default(), &answers).await {
        let _ = console.visit(&landed).await;
    }
    Ok(())
}

async fn ask_for_code(shop: &Shop, email: &str) -> Result<(), ShopError> {
    shop.retry_now();
    shop.request_code(ContactKind::Email, email).await
}

async fn switch(shop: &Shop, snapshot: &Snapshot, email: &str) -> Result<(), ShopError> {
    match &snapshot.switch {
        SwitchView::Claiming => Ok(()),
        SwitchView::Choosing { .. } => {
            shop.preview_hand_off().await?;
            shop.claim_hand_off(&Answer::Merge(Rules::default())).await
        }
        SwitchView::SigningIn(_) => {
            shop.sign_in_with_password(ContactKind::Email, email, Password::new(PASSWORD.to_owned())).await
        }
    }
}

/// What a person would shrug at and press again.
fn may_be_tried_again(error: &ShopError) -> bool {
    error.is_retryable()
        || matches!(
            error,
            ShopError::Starting
                | ShopError::Busy
                | ShopError::CartChanged
                | ShopError::NothingToDecide
                | ShopError::NoHandOff
                // Confirmed before the kill, and noticed only now.
                | ShopError::NoUpgrade
        )
        || matches!(error, ShopError::Auth(_))
}
