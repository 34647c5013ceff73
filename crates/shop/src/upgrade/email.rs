//! By e-mail: an address, a code, a member.

use carryover_auth::{Confirmed, Email, Link, Otp, Proof};

use crate::{Identity, Shop, ShopError, sign_up::ensure_guest, upgrade::UpgradeState};

impl Shop {
    /// Asks for a code to this address; asked again, for another code. A visitor becomes a guest first: there must be a user to
    /// link the address to. A server that wants no code makes the member at once.
    pub async fn request_email_code(&self, typed: &str) -> Result<(), ShopError> {
        let email = Email::parse(typed).ok_or(ShopError::InvalidEmail)?;
        let inner = &self.inner;
        let link = inner.link()?;
        ensure_guest(inner, &link).await?;
        match link.engine.link(email.clone()).await? {
            Link::CodeSent => {
                let state = UpgradeState::CodeSent { email: email.as_str().to_owned(), sent_at_ms: inner.now_ms() };
                inner.store.set_upgrade(&state, inner.now_ms()).await?;
                inner.update(|model| model.upgrade = Some(state));
            }
            Link::Linked(session) => inner.update(|model| {
                model.identity = Identity::of(&session);
                model.upgrade = None;
            }),
        }
        Ok(())
    }

    /// Confirms with the code from the mail. Afterwards the access token in use says that this is a member; the user and the
    /// cart are the same.
    pub async fn confirm_email_code(&self, otp: &Otp) -> Result<(), ShopError> {
        let inner = &self.inner;
        let link = inner.link()?;
        let Some(UpgradeState::CodeSent { email, .. }) = inner.model().upgrade.clone() else {
            return Err(ShopError::NoUpgrade);
        };
        let email = Email::parse(&email).ok_or(ShopError::InvalidEmail)?;
        let proof = Proof::of_change(&email.into(), otp);
        let Confirmed::Complete(session) = link.engine.confirm_link_with(proof).await? else {
            // A guest has one address at most: no server asks for a second code.
            return Err(ShopError::NoUpgrade);
        };
        inner.update(|model| {
            model.identity = Identity::of(&session);
            model.upgrade = None;
        });
        Ok(())
    }

    /// Gives the upgrade up. The guest and their cart stay as they are.
    pub async fn cancel_upgrade(&self) -> Result<(), ShopError> {
        if let Ok(link) = self.inner.link() {
            link.engine.cancel_link().await?;
        }
        self.inner.store.clear_upgrade().await?;
        self.inner.update(|model| model.upgrade = None);
        Ok(())
    }
}
