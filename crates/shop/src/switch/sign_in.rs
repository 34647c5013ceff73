//! Proving that an account is one's own: by a code, a password or a provider. The guest stays signed in meanwhile.

use carryover_auth::{Error as AuthError, Otp, OverGuest, Password, SendOtp, Settings, SignedIn};

use crate::{
    ContactKind, Shop, ShopError,
    flow::{Flow, Step},
    shop::{Inner, Link},
    sign_up::ensure_guest,
    switch, trip,
    trip::Purpose,
    upgrade,
};

/// By what one can sign in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInOptions {
    /// By e-mail.
    pub email: bool,
    /// By phone.
    pub phone: bool,
    /// By these providers.
    pub providers: Vec<String>,
}

impl From<Settings> for SignInOptions {
    fn from(Settings { email, phone, mut providers, .. }: Settings) -> Self {
        providers.sort();
        Self { email, phone, providers }
    }
}

impl Shop {
    /// By what one can sign in here, as the server's settings say.
    pub async fn sign_in_options(&self) -> Result<SignInOptions, ShopError> {
        Ok(self.inner.link()?.engine.api().settings().await?.into())
    }

    /// Sends a code to the address or number of an account that exists.
    pub async fn request_sign_in_code(&self, kind: ContactKind, typed: &str) -> Result<(), ShopError> {
        let contact = upgrade::parse(kind, typed)?;
        let (inner, link) = (&self.inner, self.inner.link()?);
        prepare(inner, &link).await?;
        let code_sent = Flow::SignIn(Step::CodeSent { contact: contact.clone(), sent_at_ms: inner.now_ms() });
        match link.engine.api().send_otp(&SendOtp::to_existing(contact)).await {
            Ok(()) => inner.set_flow(code_sent).await,
            // The message may have been sent all the same: there is a field for its code.
            Err(error @ AuthError::NoAnswer(_)) => {
                inner.set_flow(code_sent).await?;
                Err(error.into())
            }
            Err(error) => Err(upgrade::invalid(kind, error.into())),
        }
    }

    /// Signs in with the code from the message.
    pub async fn confirm_sign_in_code(&self, otp: &Otp) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let contact = inner.model().flow.as_ref().and_then(Flow::signing_in).cloned().ok_or(ShopError::NoUpgrade)?;
        guest_of_cart(inner, &link).await?;
        let signed_in = link.engine.sign_in_with_otp(contact, otp, OverGuest::Park).await?;
        self.signed_in(&link, signed_in).await
    }

    /// Signs in with a password.
    pub async fn sign_in_with_password(
        &self,
        kind: ContactKind,
        typed: &str,
        password: Password,
    ) -> Result<(), ShopError> {
        let contact = upgrade::parse(kind, typed)?;
        let (inner, link) = (&self.inner, self.inner.link()?);
        prepare(inner, &link).await?;
        let signed_in = link.engine.sign_in_with_password(contact, password, None, OverGuest::Park).await?;
        self.signed_in(&link, signed_in).await
    }

    /// Sends the person to a provider, to sign in to their account. Returns when the browser was asked to open.
    pub async fn sign_in_with_provider(&self, provider: &str) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        prepare(inner, &link).await?;
        trip::begin(inner, &link, Purpose::SignIn, provider).await
    }

    async fn signed_in(&self, link: &std::sync::Arc<Link>, signed_in: SignedIn) -> Result<(), ShopError> {
        match signed_in {
            SignedIn::Current(session) => upgrade::done(&self.inner, &session).await,
            SignedIn::Candidate(account) => switch::arrived(&self.inner, link, &account).await,
        }
    }
}

/// A visitor with a cart becomes a guest first: only a guest's cart can be handed over, seen before and undone afterwards.
async fn prepare(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    if inner.model().is_member() {
        return Err(ShopError::AlreadyMember);
    }
    inner.may_begin()?;
    trip::end(inner, link).await?;
    guest_of_cart(inner, link).await
}

/// Whoever has something in the cart is a guest by now.
async fn guest_of_cart(inner: &Inner, link: &Link) -> Result<(), ShopError> {
    let empty = inner.model().cart().is_empty();
    if !empty {
        ensure_guest(inner, link).await?;
    }
    Ok(())
}
