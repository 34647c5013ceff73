//! The member's account: by what they can sign in, their password, signing out, closing it.

use carryover_auth::{Nonce, Password, Scope, SignOut, User, UserUpdate};
use uuid::Uuid;

use crate::{Shop, ShopError, forget, sync};

/// By what a member can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Their address.
    pub email: Option<String>,
    /// Their number.
    pub phone: Option<String>,
    /// Their identities, oldest first.
    pub identities: Vec<LinkedIdentity>,
    /// Providers that can still be linked.
    pub providers: Vec<String>,
}

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// To unlink it by.
    pub id: Uuid,
    /// `email`, `phone`, `google`, …
    pub provider: String,
    /// The address or number there, if it is known.
    pub label: Option<String>,
    /// Why it can't be unlinked; `None`: it can.
    pub kept_because: Option<KeptBecause>,
}

/// Why an identity can't be unlinked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBecause {
    /// It is the only one: without it nobody could sign in to this account any more.
    Last,
}

impl Shop {
    /// By what the member can sign in, as the server has it now.
    pub async fn account(&self) -> Result<Account, ShopError> {
        let link = self.inner.link()?;
        let user = link.engine.user().await?;
        let settings = link.engine.api().settings().await?;
        let linked = |name: &String| user.identities.iter().any(|identity| identity.provider == **name);
        let mut providers: Vec<_> = settings.providers.into_iter().filter(|name| !linked(name)).collect();
        providers.sort();
        Ok(Account { email: user.email.clone(), phone: user.phone.clone(), identities: identities(&user), providers })
    }

    /// Unlinks an identity. The last one stays.
    pub async fn unlink_identity(&self, id: Uuid) -> Result<(), ShopError> {
        self.inner.link()?.engine.unlink_identity(id).await?;
        Ok(())
    }

    /// Sends a code for a change that asks for a fresh proof.
    pub async fn request_nonce(&self) -> Result<(), ShopError> {
        let link = self.inner.link()?;
        let token = link.engine.access_token().await?;
        Ok(link.engine.api().reauthenticate(&token).await?)
    }

    /// Sets the password. The server has its rules: strength, not the same again, a fresh proof where the sign-in is long ago.
    pub async fn set_password(&self, password: Password, nonce: Option<Nonce>) -> Result<(), ShopError> {
        let update = UserUpdate { password: Some(password), nonce, ..UserUpdate::default() };
        self.inner.link()?.engine.update_user(update).await?;
        Ok(())
    }

    /// Signs the member out here. The server keeps their cart; what it does not have yet would be lost, so then it is
    /// [`ShopError::Unsaved`] unless the person says so.
    pub async fn sign_out(&self, even_unsaved: bool) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        if !inner.model().is_member() {
            return Err(ShopError::NotAMember);
        }
        let _sending = inner.sending.lock().await;
        if let Err(error) = sync::bring(inner, &link).await {
            if matches!(error, ShopError::Busy) {
                return Err(error);
            }
            tracing::info!(%error, "not all of the cart is saved before signing out");
        }
        if inner.model().has_pending() && !even_unsaved {
            return Err(ShopError::Unsaved);
        }
        let _changing = inner.changing.lock().await;
        link.engine.sign_out(SignOut { scope: Scope::Local, lose_guest: false }).await?;
        let (cart, notices) = (inner.store.cart().await?, inner.store.notices().await?);
        inner.let_go();
        inner.update(|model| model.sign_out(cart, notices));
        Ok(())
    }

    /// Ends all other sessions of the member.
    pub async fn sign_out_others(&self) -> Result<(), ShopError> {
        let how = SignOut { scope: Scope::Others, lose_guest: false };
        Ok(self.inner.link()?.engine.sign_out(how).await?)
    }

    /// Deletes the member and all that is theirs on the server, then everything about them here. What is said of
    /// [`Shop::forget_me`] about servers that can't be reached and lost answers holds here too.
    pub async fn close_account(&self) -> Result<(), ShopError> {
        if !self.inner.model().is_member() {
            return Err(ShopError::NotAMember);
        }
        forget::forget(&self.inner, &*self.inner.link()?).await
    }
}

fn identities(user: &User) -> Vec<LinkedIdentity> {
    let only = user.identities.len() <= 1;
    let mut identities = user.identities.clone();
    identities.sort_by_key(|identity| identity.created_at);
    identities
        .into_iter()
        .map(|identity| LinkedIdentity {
            id: identity.identity_id,
            label: match identity.provider.as_str() {
                "phone" => user.phone.as_ref().map(|phone| format!("+{phone}")),
                _ => identity.email,
            },
            provider: identity.provider,
            kept_because: only.then_some(KeptBecause::Last),
        })
        .collect()
}
