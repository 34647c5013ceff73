//! What can go wrong in a use case, with its cause.

use std::{io, time::Duration};

use carryover_auth::{Code, Error as AuthError, LoopbackError};
use carryover_cart::Unavailable;
use carryover_store::StoreError;

use crate::{
    KeyStoreError,
    remote::{Refusal, RemoteError},
};

/// A use case that did not happen. The cart on this device is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The local database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Supabase Auth refused or was not reached.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The data API refused or was not reached.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The key store did not serve.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The key store is there, but not the key that sealed the session.
    #[error("the key that seals the session is not in the key store")]
    KeyMissing,
    /// The key file can't be read or written.
    #[error("the key file failed")]
    KeyFile(#[source] io::Error),
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
    /// There is no such product.
    #[error("there is no such product")]
    UnknownProduct,
    /// What was typed is no e-mail address.
    #[error("this is not an e-mail address")]
    InvalidEmail,
    /// What was typed is no phone number.
    #[error("this is not a phone number")]
    InvalidPhone,
    /// The code was right, and the one that went to the other address is needed too.
    #[error("the other code is needed too")]
    OtherCodeNeeded,
    /// No port on this computer for the browser to come back to.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// The browser can't be opened.
    #[error("the browser can't be opened")]
    Browser(#[source] io::Error),
    /// A decision about two carts waits: that comes first.
    #[error("a decision about two carts waits")]
    Busy,
    /// No decision about two carts waits.
    #[error("no decision about two carts waits")]
    NoHandOff,
    /// There was nothing to decide about the two carts: they are one.
    #[error("there was nothing to decide")]
    NothingToDecide,
    /// One of the carts is another one than the person saw.
    #[error("a cart has changed meanwhile")]
    CartChanged,
    /// The cart was handed over to an account by another program.
    #[error("the cart was handed over elsewhere")]
    CartMoved,
    /// Only members may do this.
    #[error("only members may do this")]
    MembersOnly,
    /// Somebody is signed in to an account already.
    #[error("this is a member already")]
    AlreadyMember,
    /// Nobody is signed in to an account.
    #[error("this is not a member")]
    NotAMember,
    /// Changes of the cart are on this device only.
    #[error("changes of the cart are on this device only")]
    Unsaved,
    /// The change can't be taken back: it is too long ago, or it was taken back already.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// Only guests are forgotten at a word: members have an account to close.
    #[error("this is a member, not a guest")]
    NotAGuest,
    /// The file with the person's data can't be written.
    #[error("the file can't be written")]
    Export(#[source] io::Error),
    /// There is no upgrade that waits for a code.
    #[error("no upgrade is under way")]
    NoUpgrade,
    /// The backend is still starting.
    #[error("the backend is still starting")]
    Starting,
}

impl From<Unavailable> for ShopError {
    fn from(Unavailable: Unavailable) -> Self {
        Self::UnknownProduct
    }
}

impl ShopError {
    /// Whether waiting can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Auth(error) => error.is_retryable(),
            Self::Remote(error) => error.is_retryable(),
            Self::Starting | Self::KeyStore(_) | Self::KeyMissing => true,
            _ => false,
        }
    }

    /// Why one of our own functions on the server refused, if one did.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Remote(RemoteError::Refused { refusal, .. }) => refusal.as_ref(),
            _ => None,
        }
    }

    /// Whether the server surely never heard of it.
    pub(crate) fn is_unsent(&self) -> bool {
        match self {
            Self::Auth(AuthError::Unreachable(_)) => true,
            Self::Remote(error) => error.is_unsent(),
            _ => false,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Auth(error) => error.retry_after(),
            Self::Remote(error) => error.retry_after(),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Auth(error) => error.status(),
            Self::Remote(error) => error.status(),
            _ => None,
        }
    }

    /// The code of Supabase Auth, if it gave one.
    pub fn auth_code(&self) -> Option<&Code> {
        match self {
            Self::Auth(error) => error.code(),
            _ => None,
        }
    }
}
