//! Values that must never be shown: no `Serialize`, a `Debug` without content, memory wiped on drop.

use secrecy::{ExposeSecret, SecretString};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the value over; the original is not copied.
            pub fn new(value: String) -> Self {
                Self(value.into())
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

#[cfg(test)]
mod tests {
    use super::*;

    static_assertions::assert_not_impl_any!(AccessToken: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(RefreshToken: serde::Serialize, std::fmt::Display);
    static_assertions::assert_not_impl_any!(Otp: serde::Serialize, std::fmt::Display);

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", AccessToken::new("very-secret".into()));
        assert_eq!(shown, "AccessToken(…)");
    }
}
