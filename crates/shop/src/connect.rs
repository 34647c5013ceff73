//! Joining the shop to its backend: the key, the session, then the catalog and the sync, each for itself in the background.

use std::sync::Arc;

use carryover_auth::{Api, Engine, State, TurnFile};
use carryover_store::Sealer;

use crate::{
    Backend, KeptIn, NoticeKind, Shop, ShopError, Vault, browse, forget, key,
    pause::{Retry, delays},
    remote::Remote,
    shop::{Inner, Link},
    switch, sync,
};

impl Shop {
    /// Starts to work with the backend and returns at once. Must be called inside a Tokio runtime.
    pub fn connect(&self, backend: Backend) {
        let inner = self.inner.clone();
        tokio::spawn(async move {
            let remote = match Remote::new(&backend) {
                Ok(remote) => Arc::new(remote),
                Err(error) => return failed(&inner, &error.into()),
            };
            // The catalog needs no session: it does not wait for a key store that asks a person to unlock it.
            tokio::spawn(browse::keep_fresh(inner.clone(), remote.clone()));
            let (mut delays, mut retry) = (delays(), Retry::new(&inner.retry));
            loop {
                match join(&inner, &backend, remote.clone()).await {
                    Ok(link) => {
                        tokio::spawn(follow_session(inner.clone(), link.clone()));
                        forget::finish(&inner, &link).await;
                        take_up(&inner, &link).await;
                        return sync::run(inner, link).await;
                    }
                    Err(error) if error.is_retryable() => {
                        tracing::warn!(%error, "not joined to the backend yet");
                        retry.pause(delays.next()).await;
                    }
                    Err(error) => return failed(&inner, &error),
                }
            }
        });
    }
}

/// Goes on with what a restart found under way.
async fn take_up(inner: &Arc<Inner>, link: &Arc<Link>) {
    let taken_up = async {
        switch::resume(inner, link).await?;
        switch::resume_flow(inner, link).await
    };
    if let Err(error) = taken_up.await {
        tracing::warn!(%error, "what was under way is not taken up yet");
    }
}

fn failed(inner: &Inner, error: &ShopError) {
    tracing::error!(%error, "not joined to the backend");
    inner.update(|model| model.notify(NoticeKind::BackendFailed));
}

async fn join(inner: &Arc<Inner>, backend: &Backend, remote: Arc<Remote>) -> Result<Arc<Link>, ShopError> {
    let sealed_before = inner.store.record().await?.is_some();
    let asked = inner.clone();
    // Key stores block, and may ask a person.
    let (key, kept) =
        tokio::task::spawn_blocking(move || key::obtain(&*asked.key_store, &asked.key_file, sealed_before))
            .await
            .map_err(|_| ShopError::Starting)??;
    if kept == KeptIn::KeyFile {
        inner.update(|model| model.notify(NoticeKind::KeyFile));
    }
    let scope = inner.model().backend.scope();
    let turn = TurnFile::new(&inner.turn_file);
    let vault = Vault::new(inner.store.clone(), scope, Sealer::new(&key), turn, inner.clock.clone());
    let engine = Engine::load(Api::new(&backend.url, &backend.publishable_key)?, vault, inner.clock.clone()).await;
    if let State::Unreadable(error) = &*engine.watch().borrow() {
        return Err(error.clone().into());
    }
    engine.keep_fresh();
    let link = Arc::new(Link { engine, remote });
    Ok(inner.link.get_or_init(|| async { link }).await.clone())
}

async fn follow_session(inner: Arc<Inner>, link: Arc<Link>) {
    let mut session = link.engine.watch();
    loop {
        let state = session.borrow_and_update().clone();
        let changing = inner.changing.lock().await;
        // A session that ended leaves its whole cart in the outbox.
        let cart = inner.store.cart().await;
        let ended_flow = inner.update(|model| {
            let had_flow = model.flow.is_some();
            model.set_identity(&state);
            if let Ok(cart) = cart {
                model.set_cart(cart);
            }
            had_flow && model.flow.is_none()
        });
        drop(changing);
        if ended_flow && let Err(error) = inner.store.clear_upgrade().await {
            tracing::warn!(%error, "a flow that is over is still written down");
        }
        if session.changed().await.is_err() {
            return;
        }
    }
}
