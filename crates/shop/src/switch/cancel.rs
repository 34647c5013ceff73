//! Not now: the guest as before.

use super::resume;
use crate::{Shop, ShopError, flow::Flow, shop::Inner, trip};

impl Shop {
    /// Gives the sign-in or the decision up; the guest stays as they are, cart untouched. A claim that the server has made already
    /// can't be given up, only undone: then the switch is completed.
    pub async fn cancel_switch(&self) -> Result<(), ShopError> {
        let inner = &self.inner;
        if !matches!(inner.model().flow, Some(Flow::SignIn(_) | Flow::Choosing(_))) {
            return Ok(());
        }
        let link = inner.link()?;
        if inner.model().claiming {
            let _sending = inner.sending.lock().await;
            match resume::recognise(inner, &link).await {
                Err(ShopError::CartChanged) => {}
                other => return other,
            }
        }
        trip::end(inner, &link).await?;
        link.engine.drop_candidate().await?;
        *inner.sides() = None;
        inner.clear_flow().await
    }
}

impl Inner {
    /// Whether something may begin that takes the place of what is under way: not while a cart is being handed over.
    pub(crate) fn may_begin(&self) -> Result<(), ShopError> {
        let model = self.model();
        if model.claiming || matches!(model.flow, Some(Flow::Choosing(_))) { Err(ShopError::Busy) } else { Ok(()) }
    }
}
