//! Values that must never be shown: no `Serialize`, no `Display`, a `Debug` without content, memory wiped on drop.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        // Shared, so that handing a token out neither copies nor scatters it.
        #[derive(Clone)]
        pub struct $name(Arc<SecretString>);

        impl $name {
            /// Takes the value over.
            pub fn new(value: String) -> Self {
                Self(Arc::new(value.into()))
            }

            /// The value itself, for the one place that sends or seals it.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

secret! {
    /// The JWT that a request carries as `Authorization: Bearer` (RFC 6750).
    AccessToken
}
secret! {
    /// The one-time token that buys the next session (RFC 6749, section 1.5).
    RefreshToken
}
secret! {
    /// The one-time code that a person types in.
    Otp
}
secret! {
    /// The hash that a link in a mail carries in place of a code: whoever has it can sign in.
    TokenHash
}
secret! {
    /// A password, on its way to the server.
    Password
}
secret! {
    /// The code that proves, once more, who is at the keyboard (`GET /reauthenticate`).
    Nonce
}
secret! {
    /// Proof that a person solved a captcha.
    CaptchaToken
}
secret! {
    /// The code that an OAuth redirect brings (RFC 6749, section 4.1.2): worth a session to whoever has the verifier too.
    AuthCode
}
secret! {
    /// An OpenID Connect ID token from a provider, or the provider's access token beside it.
    ProviderToken
}
secret! {
    /// The key that row-level security lets pass. Never in an app; for tests and clean-up.
    ServiceRoleKey
}

#[cfg(test)]
mod tests {
    use super::*;

    static_assertions::assert_not_impl_any!(AccessToken: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(RefreshToken: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(Otp: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(TokenHash: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(Password: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(AuthCode: serde::Serialize, std::fmt::Display);
    // The text lies in a `SecretString`, which wipes it when the last owner goes.
    static_assertions::assert_impl_all!(SecretString: zeroize::ZeroizeOnDrop);

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", AccessToken::new("very-secret".into()));
        assert_eq!(shown, "AccessToken(…)");
    }
}
