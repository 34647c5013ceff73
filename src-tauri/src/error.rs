//! An error as the window gets it: a code to act on, a sentence for a person, and what to do next.

use std::io;

use carryover_shop::{AuthError, BackendError, BrowserFailure, Code, Refusal, RemoteError, ShopError, StoreError};
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
    PhoneTaken,
    IdentityTaken,
    InvalidPhone,
    OtherCodeNeeded,
    UnknownAccount,
    WrongPassword,
    WeakPassword,
    SamePassword,
    ReauthenticationNeeded,
    Denied,
    BrowserTimedOut,
    BrowserFailed,
    UnverifiedEmail,
    ProviderDisabled,
    LastIdentity,
    MembersOnly,
    CartChanged,
    NoHandOff,
    CartMoved,
    OutOfStock,
    OverLimit,
    PriceChanged,
    CartEmpty,
    UndoExpired,
    AlreadyUndone,
    EarlierCartGone,
    Unsaved,
    Busy,
    BackendUnreachable,
    BackendRefused,
    SecretKey,
    InsecureUrl,
}

impl ErrorCode {
    /// The sentence, and what to do next.
    // tidy: long because it is a table, a line for each code.
    #[expect(clippy::too_many_lines, reason = "a table, a line for each code")]
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Offline => (
                "The server can't be reached.",
                "Your cart is safe on this device. Check the connection and try again.",
            ),
            Self::Timeout => ("The server did not answer in time.", "Try again in a moment."),
            Self::RateLimited => ("That was asked for too often.", "Wait a moment, then try again."),
            Self::WrongCode => ("This code is wrong or has expired.", "Check it, or ask for a new one."),
            Self::EmailTaken => {
                ("There is already an account with this address.", "Switch to it, or use another address.")
            }
            Self::PhoneTaken => {
                ("There is already an account with this number.", "Switch to it, or use another number.")
            }
            Self::IdentityTaken => {
                ("This identity belongs to an account already.", "Switch to it, or use another one.")
            }
            Self::InvalidPhone => {
                ("This is not a phone number.", "Write it with the country code, as in +49 151 234567.")
            }
            Self::OtherCodeNeeded => ("This code was right.", "Now enter the one that went to your other address."),
            Self::UnknownAccount => {
                ("There is no account with this address or number.", "Check it, or use another one.")
            }
            Self::WrongPassword => ("Address, number or password is wrong.", "Check them, or ask for a code."),
            Self::WeakPassword => ("This password is too easy.", "Choose a longer one."),
            Self::SamePassword => ("This is your password already.", "Choose another one."),
            Self::ReauthenticationNeeded => {
                ("This change asks for a fresh proof that it is you.", "Ask for a code and enter it.")
            }
            Self::Denied => ("The provider was told no.", "Try again, or take another way. Your cart is untouched."),
            Self::BrowserTimedOut => ("Nobody came back from the browser.", "Try again."),
            Self::BrowserFailed => ("The browser led nowhere.", "Try again, or take another way."),
            Self::UnverifiedEmail => {
                ("The provider has not verified your address.", "Verify it there, then try again, or take another way.")
            }
            Self::ProviderDisabled => ("This way to sign in is switched off here.", "Take another one."),
            Self::LastIdentity => {
                ("This is the only way into your account.", "Link another one first, then this one can go.")
            }
            Self::MembersOnly => ("Only members can do this.", "Keep your cart first, then go on here."),
            Self::CartChanged => ("A cart has changed meanwhile.", "Look again, then decide."),
            Self::NoHandOff => ("There is nothing to decide about your carts.", "Go on shopping."),
            Self::CartMoved => ("Your cart is in an account.", "Sign in there to see it."),
            Self::OutOfStock => {
                ("There is not enough of something in your cart.", "Look at your cart and order again.")
            }
            Self::OverLimit => ("That is more than one order may take.", "Look at your cart and order again."),
            Self::PriceChanged => ("A price has changed.", "Look at the new total, then order again."),
            Self::CartEmpty => ("Your cart is empty.", "Put something in first."),
            Self::UndoExpired => ("This was too long ago to be undone.", "Look under earlier carts."),
            Self::AlreadyUndone => ("This was undone already.", "Look at your cart."),
            Self::EarlierCartGone => ("This earlier cart is not kept any more.", "Look at the others."),
            Self::Unsaved => (
                "Some changes of your cart are on this device only.",
                "Connect to the network first, or sign out without them.",
            ),
            Self::Busy => ("Something else is under way.", "Finish it or cancel it first."),
            Self::InvalidEmail => ("This is not an e-mail address.", "Check it and try again."),
            Self::UnknownProduct => ("This product is no longer sold.", "Choose another one."),
            Self::NoUpgrade => ("Nothing is being waited for.", "Begin again."),
            Self::NothingToUndo => ("There is nothing to undo.", "It may be too long ago, or undone already."),
            Self::NotAGuest => ("This is an account, not a guest.", "Sign out first, or close the account."),
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
            Self::BackendUnreachable => {
                ("Nobody answers at this address.", "Check it and the connection, then try again.")
            }
            Self::BackendRefused => (
                "This is no Supabase project with the shop's tables that takes this key.",
                "Check address and key, and set the project up as docs/hosted.md says.",
            ),
            Self::SecretKey => {
                ("This is a secret key.", "Give the publishable one: the app must never hold a secret key.")
            }
            Self::InsecureUrl => (
                "This is not an https address.",
                "Give one: tokens are not sent over plain http, except to this computer.",
            ),
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

    /// The window named something that is not there.
    pub(crate) fn bad_id() -> Self {
        Self::new(ErrorCode::Server)
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

impl From<BackendError> for UiError {
    fn from(error: BackendError) -> Self {
        tracing::warn!(%error, "a backend can't be used");
        Self::new(match error {
            BackendError::InsecureUrl => ErrorCode::InsecureUrl,
            BackendError::SecretKey => ErrorCode::SecretKey,
            BackendError::Unreachable(_) => ErrorCode::BackendUnreachable,
            BackendError::Refused(_) => ErrorCode::BackendRefused,
        })
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
        ShopError::NotAGuest | ShopError::AlreadyMember => ErrorCode::NotAGuest,
        ShopError::KeyStore(_) | ShopError::KeyMissing | ShopError::NoRandomness => ErrorCode::KeyStore,
        ShopError::UnknownProduct => ErrorCode::UnknownProduct,
        ShopError::InvalidEmail => ErrorCode::InvalidEmail,
        ShopError::NoUpgrade => ErrorCode::NoUpgrade,
        ShopError::Starting => ErrorCode::Starting,
        ShopError::InvalidPhone => ErrorCode::InvalidPhone,
        ShopError::OtherCodeNeeded => ErrorCode::OtherCodeNeeded,
        ShopError::Loopback(_) | ShopError::Browser(_) => ErrorCode::BrowserFailed,
        ShopError::Busy => ErrorCode::Busy,
        ShopError::NoHandOff | ShopError::NothingToDecide => ErrorCode::NoHandOff,
        ShopError::CartChanged => ErrorCode::CartChanged,
        ShopError::CartMoved => ErrorCode::CartMoved,
        ShopError::MembersOnly | ShopError::NotAMember => ErrorCode::MembersOnly,
        ShopError::Unsaved => ErrorCode::Unsaved,
        ShopError::Remote(RemoteError::Unreachable(_)) => ErrorCode::Offline,
        ShopError::Remote(RemoteError::Refused { refusal: Some(refusal), .. }) => refusal_code(refusal),
        ShopError::Remote(_) => ErrorCode::Server,
        ShopError::Auth(error) => auth_code(error),
    }
}

fn refusal_code(refusal: &Refusal) -> ErrorCode {
    match refusal {
        Refusal::NotAllowed => ErrorCode::MembersOnly,
        Refusal::CartStale => ErrorCode::CartChanged,
        Refusal::CartClaimed | Refusal::OfferUsed => ErrorCode::CartMoved,
        Refusal::OverLimit { .. } => ErrorCode::OverLimit,
        Refusal::UnknownProduct => ErrorCode::UnknownProduct,
        Refusal::OutOfStock { .. } => ErrorCode::OutOfStock,
        Refusal::PriceChanged => ErrorCode::PriceChanged,
        Refusal::CartEmpty => ErrorCode::CartEmpty,
        Refusal::UndoExpired | Refusal::ClaimNotFound => ErrorCode::UndoExpired,
        Refusal::AlreadyUndone => ErrorCode::AlreadyUndone,
        Refusal::EarlierCartNotFound => ErrorCode::EarlierCartGone,
        // The shop asks anew before it shows these.
        Refusal::OfferGone | Refusal::KeyReused => ErrorCode::Server,
    }
}

impl From<BrowserFailure> for ErrorCode {
    fn from(failure: BrowserFailure) -> Self {
        match failure {
            BrowserFailure::Denied => Self::Denied,
            BrowserFailure::TimedOut => Self::BrowserTimedOut,
            BrowserFailure::IdentityTaken => Self::IdentityTaken,
            BrowserFailure::UnverifiedEmail => Self::UnverifiedEmail,
            BrowserFailure::Offline => Self::Offline,
            BrowserFailure::Failed => Self::BrowserFailed,
        }
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
        // What the shop takes care of itself, and servers that contradict themselves.
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
            Code::OtpExpired | Code::ReauthenticationNotValid => ErrorCode::WrongCode,
            Code::EmailExists => ErrorCode::EmailTaken,
            Code::PhoneExists => ErrorCode::PhoneTaken,
            Code::IdentityAlreadyExists => ErrorCode::IdentityTaken,
            Code::OtpDisabled | Code::SignupDisabled => ErrorCode::UnknownAccount,
            Code::InvalidCredentials => ErrorCode::WrongPassword,
            Code::WeakPassword => ErrorCode::WeakPassword,
            Code::SamePassword => ErrorCode::SamePassword,
            Code::ReauthenticationNeeded => ErrorCode::ReauthenticationNeeded,
            Code::SingleIdentityNotDeletable | Code::EmailConflictIdentityNotDeletable => ErrorCode::LastIdentity,
            Code::ProviderDisabled
            | Code::EmailProviderDisabled
            | Code::PhoneProviderDisabled
            | Code::ManualLinkingDisabled => ErrorCode::ProviderDisabled,
            Code::EmailAddressInvalid => ErrorCode::InvalidEmail,
            Code::OverEmailSendRateLimit | Code::OverSmsSendRateLimit | Code::OverRequestRateLimit => {
                ErrorCode::RateLimited
            }
            Code::CaptchaFailed => ErrorCode::Captcha,
            Code::UserNotFound | Code::SessionNotFound => ErrorCode::SessionLost,
            _ => ErrorCode::Server,
        },
    }
}
