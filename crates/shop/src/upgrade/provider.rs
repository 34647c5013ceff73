//! By a provider: Google, GitHub, Apple, and whatever else the project has switched on.

use crate::{
    Shop, ShopError,
    sign_up::ensure_guest,
    trip::{self, Purpose},
};

impl Shop {
    /// Sends the person to a provider, to link their identity there to the user who is here. Returns when the browser was asked to
    /// open; what comes of it shows in the snapshot.
    pub async fn link_provider(&self, provider: &str) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        inner.may_begin()?;
        ensure_guest(inner, &link).await?;
        trip::begin(inner, &link, Purpose::Link, provider).await
    }
}
