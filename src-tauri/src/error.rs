//! An error as the window gets it: a code to act on, a sentence for a person, and what to do next.

use std::io;

use carryover_shop::{AuthError, Code, RemoteError, ShopError, StoreError};
use serde::Serialize;
use specta::Type;

/// A command that did not happen.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct UiError {
    code: ErrorCode,
    message: String,
    next_step: Option<String>,
    retry_after_seconds: Option<u32>,
}

/// What the window tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorCode {
    Offline,
    Timeout,
    RateLimited,
    WrongCode,
    EmailTaken,
    InvalidEmail,
    UnknownProduct,
    NoUpgrade,
    NothingToUndo,
    NotAGuest,
    Storage,
    DiskFull,
    ReadOnly,
    Damaged,
    NewerVersion,
    KeyStore,
    Server,
    SessionLost,
    Captcha,
    Starting,
}

impl ErrorCode {
    /// The sentence, and what to do next.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Offline => (
                "The server can't be reached.",
                "Your cart is safe on this device. Check the connection and try again.",
            ),
            Self::Timeout => ("The server did not answer in time.", "Try again in a moment."),
            Self::RateLimited => ("That was asked for too often.", "Wait a moment, then try again."),
            Self::WrongCode => ("This code is wrong or has expired.", "Check it, or ask for a new one."),
            Self::EmailTaken => ("There is already an account with this address.", "Use another address for now."),
            Self::InvalidEmail => ("This is not an e-mail address.", "Check it and try again."),
            Self::UnknownProduct => ("This product is no longer sold.", "Choose another one."),
            Self::NoUpgrade => ("No code is being waited for.", "Enter your e-mail address first."),
            Self::NothingToUndo => ("There is nothing to undo.", "It may be too long ago, or undone already."),
            Self::NotAGuest => ("This is an account, not a guest.", "An account is closed, not forgotten."),
            Self::Storage => ("Nothing could be saved on this device.", "Start the shop again, then try once more."),
            Self::DiskFull => (
                "The disk is full, so this was not saved.",
                "Make room on the disk, then try again. Everything from before is still there.",
            ),
            Self::ReadOnly => (
                "The shop may not write to its folder, so this was not saved.",
                "Give it the right to write there, then try again. Everything from before is still there.",
            ),
            Self::Damaged => (
                "The shop's file on this device is damaged.",
                "Start the shop again: it keeps what can be read and sets the damaged file aside.",
            ),
            Self::NewerVersion => (
                "A newer version of Carryover wrote the data on this device.",
                "Start that version, or update this one. Nothing was changed.",
            ),
            Self::KeyStore => ("The key store of this computer is locked.", "Unlock it, then try again."),
            Self::Server => ("The server had a problem.", "Try again in a moment."),
            Self::SessionLost => {
                ("The server ended this session.", "Your cart is still here. Try again to go on as a new guest.")
            }
            Self::Captcha => {
                ("The server wants to see that you are no robot.", "This version can't show its question yet.")
            }
            Self::Starting => ("The shop is still starting.", "Try again in a moment."),
        }
    }
}

impl UiError {
    fn new(code: ErrorCode) -> Self {
        let (message, next_step) = code.words();
        Self { code, message: message.to_owned(), next_step: Some(next_step.to_owned()), retry_after_seconds: None }
    }

    /// A file of the shell failed.
    pub(crate) fn storage(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a file could not be written");
        Self::new(ErrorCode::Storage)
    }

    /// A window could not be made.
    pub(crate) fn window(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a window could not be made");
        Self::new(ErrorCode::Server)
    }

    /// The sandbox does not listen yet.
    pub(crate) fn starting() -> Self {
        Self::new(ErrorCode::Starting)
    }
}

impl From<ShopError> for UiError {
    fn from(error: ShopError) -> Self {
        tracing::warn!(%error, "a command failed");
        let wait = error.retry_after().and_then(|wait| u32::try_from(wait.as_secs()).ok());
        Self { retry_after_seconds: wait, ..Self::new(code(&error)) }
    }
}

fn code(error: &ShopError) -> ErrorCode {
    match error {
        ShopError::Store(error) => store_code(error),
        ShopError::KeyFile(error) | ShopError::Export(error) => match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
            _ => ErrorCode::Storage,
        },
        ShopError::NothingToUndo => ErrorCode::NothingToUndo,
        ShopError::NotAGuest => ErrorCode::NotAGuest,
        ShopError::KeyStore(_) | ShopError::KeyMissing | ShopError::NoRandomness => ErrorCode::KeyStore,
        ShopError::UnknownProduct => ErrorCode::UnknownProduct,
        ShopError::InvalidEmail => ErrorCode::InvalidEmail,
        ShopError::NoUpgrade => ErrorCode::NoUpgrade,
        ShopError::Starting => ErrorCode::Starting,
        ShopError::Remote(RemoteError::Unreachable(_)) => ErrorCode::Offline,
        ShopError::Remote(_) => ErrorCode::Server,
        ShopError::Auth(error) => auth_code(error),
    }
}

fn store_code(error: &StoreError) -> ErrorCode {
    match error {
        StoreError::Full(_) => ErrorCode::DiskFull,
        StoreError::ReadOnly(_) => ErrorCode::ReadOnly,
        StoreError::Damaged(_) | StoreError::Inconsistent { .. } => ErrorCode::Damaged,
        StoreError::Newer { .. } => ErrorCode::NewerVersion,
        StoreError::Sqlite(_) | StoreError::Migration(_) | StoreError::File(_) => ErrorCode::Storage,
    }
}

fn auth_code(error: &AuthError) -> ErrorCode {
    match error {
        AuthError::Unreachable(_) => ErrorCode::Offline,
        AuthError::NoAnswer(_) | AuthError::AmbiguousSignUp => ErrorCode::Timeout,
        AuthError::SessionEnded | AuthError::NoSession | AuthError::Superseded => ErrorCode::SessionLost,
        AuthError::Store(_) | AuthError::Unreadable(_) => ErrorCode::Storage,
        AuthError::NothingPending => ErrorCode::NoUpgrade,
        AuthError::ShutDown => ErrorCode::Starting,
        // Flows that this version of the shop does not begin, and servers that contradict themselves.
        AuthError::Foreign { .. }
        | AuthError::OtherUser
        | AuthError::StillAnonymous
        | AuthError::GuestPresent
        | AuthError::WouldLoseGuest
        | AuthError::NoCandidate
        | AuthError::UnknownFlow
        | AuthError::FlowAlreadyUsed
        | AuthError::Redirect(_)
        | AuthError::Contended
        | AuthError::Broken
        | AuthError::BadUrl
        | AuthError::NoRandomness => ErrorCode::Server,
        AuthError::Api(error) => match error.code {
            Code::OtpExpired => ErrorCode::WrongCode,
            Code::EmailExists => ErrorCode::EmailTaken,
            Code::EmailAddressInvalid | Code::ValidationFailed => ErrorCode::InvalidEmail,
            Code::OverEmailSendRateLimit | Code::OverRequestRateLimit => ErrorCode::RateLimited,
            Code::CaptchaFailed => ErrorCode::Captcha,
            Code::UserNotFound | Code::SessionNotFound => ErrorCode::SessionLost,
            _ => ErrorCode::Server,
        },
    }
}
