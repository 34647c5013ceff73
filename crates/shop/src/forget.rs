//! "Forget me": the guest is deleted on the server, then everything about the person here.

use carryover_auth::Error as AuthError;

use crate::{
    Identity, Shop, ShopError,
    model::Model,
    shop::{Inner, Link},
    sync::with_token,
};

impl Shop {
    /// Deletes the guest and all that is theirs on the server, then the cart, the session and whatever else this device keeps of
    /// them. If the server can't be reached, nothing is deleted. If its answer is lost, the wish is written down and ends at the
    /// next start, unless the person goes on to shop. Members have an account to close, which is more than this.
    pub async fn forget_me(&self) -> Result<(), ShopError> {
        let inner = &*self.inner;
        let identity = self.snapshot().identity.clone();
        match identity {
            Identity::Member { .. } => Err(ShopError::NotAGuest),
            Identity::Guest { .. } => forget(inner, &*inner.link()?).await,
            Identity::Visitor => {
                let _sending = inner.sending.lock().await;
                wipe(inner, inner.link.get().map(AsRef::as_ref)).await
            }
        }
    }
}

/// Ends what a kill or a lost answer left undone.
pub(crate) async fn finish(inner: &Inner, link: &Link) {
    let finished = async {
        if inner.model().forgetting {
            forget(inner, link).await?;
        }
        Ok::<_, ShopError>(())
    };
    if let Err(error) = finished.await {
        tracing::warn!(%error, "the guest is not forgotten yet");
    }
}

pub(crate) async fn forget(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    // Otherwise the sync could make a new guest of what is left here.
    let _sending = inner.sending.lock().await;
    inner.store.begin_to_forget(inner.now_ms()).await?;
    inner.model().forgetting = true;
    if let Some(session) = link.engine.session() {
        let gone = if session.is_anonymous {
            with_token(link, |token| link.remote.forget_me(token)).await
        } else {
            with_token(link, |token| link.remote.close_account(token)).await
        };
        match gone {
            // Ended: the server has no such guest any more.
            Ok(()) | Err(ShopError::Auth(AuthError::SessionEnded)) => {}
            Err(error) => {
                if error.is_unsent() {
                    inner.store.stop_forgetting().await?;
                    inner.model().forgetting = false;
                }
                return Err(error);
            }
        }
    }
    wipe(inner, Some(link)).await
}

async fn wipe(inner: &Inner, link: Option<&Link>) -> Result<(), ShopError> {
    inner.let_go();
    let _changing = inner.changing.lock().await;
    inner.store.forget().await?;
    if let Some(link) = link {
        // It finds its record gone.
        link.engine.reload().await?;
    }
    inner.update(Model::forget);
    Ok(())
}
