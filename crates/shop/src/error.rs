//! What can go wrong in a use case, with its cause.

use std::{io, time::Duration};

use carryover_auth::{Code, Error as AuthError};
use carryover_cart::Unavailable;
use carryover_store::StoreError;

use crate::{KeyStoreError, remote::RemoteError};

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

    /// The code of Supabase Auth, if it gave one.
    pub fn auth_code(&self) -> Option<&Code> {
        match self {
            Self::Auth(error) => error.code(),
            _ => None,
        }
    }
}
