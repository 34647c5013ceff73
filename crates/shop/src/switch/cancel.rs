//! Not now: the guest as before.

use super::resume::{self, Recognised};
use crate::{Shop, ShopError, flow::Flow, shop::Inner, trip};

impl Shop {
    /// Gives the sign-in or the decision up; the guest stays as they are, cart untouched. A claim that the server has made already
    /// can't be given up, only undone: then the switch is completed.
    pub async fn cancel_switch(&self) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let (signing_in, undecided) = {
            let model = inner.model();
            let undecided = model.claiming || matches!(model.flow, Some(Flow::Choosing(_)));
            (matches!(model.flow, Some(Flow::SignIn(_))), undecided)
        };
        if !signing_in && !undecided {
            return Ok(());
        }
        // Whoever proves an account can be told to stop at once; a claim under way is waited for.
        let mut sending = None;
        if undecided {
            sending = Some(inner.sending.lock().await);
            match resume::recognise(inner, &link).await {
                Ok(Recognised::HandedOver) => return Ok(()),
                Ok(Recognised::Nothing) | Err(ShopError::CartChanged | ShopError::CartMoved) => {}
                Err(error) => return Err(error),
            }
        }
        trip::end(inner, &link).await?;
        link.engine.drop_candidate().await?;
        *inner.sides() = None;
        inner.clear_flow().await?;
        drop(sending);
        Ok(())
    }
}

impl Inner {
    /// Whether something may begin that takes the place of what is under way: not while a cart is being handed over.
    pub(crate) fn may_begin(&self) -> Result<(), ShopError> {
        let model = self.model();
        if model.claiming || matches!(model.flow, Some(Flow::Choosing(_))) { Err(ShopError::Busy) } else { Ok(()) }
    }
}
