//! Going over to an account that exists. Its session waits as the candidate beside the guest's until the carts are one; only
//! then does the account take the guest's place, in one transaction. Until then every way out leads back to the guest, whole.

mod cancel;
mod claim;
mod decide;
mod look;
mod resume;
mod sign_in;
mod undo;

use std::sync::Arc;

use carryover_auth::Session;
use uuid::Uuid;

use crate::{
    NoticeKind, ShopError,
    flow::{Choosing, Flow, Step},
    shop::{Inner, Link},
    trip::{self, Purpose},
};

pub use decide::{HandOffView, PlanLineView, PlanView, Side};
pub(crate) use look::Sides;
pub(crate) use resume::resume;
pub use sign_in::SignInOptions;
pub use undo::{HandOffUndo, Piece};

/// An account was proven and waits beside the guest.
pub(crate) async fn arrived(inner: &Arc<Inner>, link: &Arc<Link>, account: &Session) -> Result<(), ShopError> {
    inner.set_trip(None);
    let choosing = Choosing { account_id: account.user.id, account: label(account), key: Uuid::new_v4() };
    inner.set_flow(Flow::Choosing(choosing)).await?;
    // Where there is nothing to ask nobody is asked. What fails here is tried again by the dialog.
    if let Err(error) = decide::look(inner, link).await {
        tracing::info!(%error, "the carts are not compared yet");
    }
    Ok(())
}

/// What a person knows the account by.
fn label(account: &Session) -> Option<String> {
    account.user.email.clone().or_else(|| account.user.phone.as_ref().map(|phone| format!("+{phone}")))
}

/// Takes up what a restart found under way.
pub(crate) async fn resume_flow(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<(), ShopError> {
    let flow = inner.model().flow.clone();
    match (flow, link.engine.candidate()) {
        // The dialog asks for the carts.
        (Some(Flow::Choosing(_)), Some(_)) => Ok(()),
        (Some(Flow::Choosing(_)), None) => {
            inner.update(|model| model.notify(NoticeKind::SignInEnded));
            inner.clear_flow().await
        }
        // Beside a member no account waits: it is what a cancelled trip brought too late.
        (_, Some(_)) if inner.model().is_member() => Ok(link.engine.drop_candidate().await?),
        // Killed between the two: the account is proven, and nobody wrote down that there is something to choose.
        (_, Some(account)) => arrived(inner, link, &account).await,
        (Some(Flow::Link(Step::InBrowser { provider, flow })), None) => {
            trip::resume(inner, link, Purpose::Link, &provider, flow).await;
            Ok(())
        }
        (Some(Flow::SignIn(Step::InBrowser { provider, flow })), None) => {
            trip::resume(inner, link, Purpose::SignIn, &provider, flow).await;
            Ok(())
        }
        (Some(Flow::Link(_) | Flow::SignIn(_)) | None, None) => Ok(()),
    }
}
