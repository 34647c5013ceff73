//! Supabase Auth over HTTP, for programs whose people start as guests.
//!
//! Two layers: [`Api`] is one typed call per endpoint and keeps nothing; [`Engine`] holds one session on top of it, in a
//! [`SessionStore`] that the program supplies, and is the only one who replaces it. A session ends only when Supabase Auth
//! itself says that it is over: no outage, proxy page or odd answer takes a guest away.
//!
//! A guest becomes a member by [`Engine::link`] or [`Engine::begin_link`]: the user id stays. Whoever has an account already
//! signs in to it; [`OverGuest`] says what that means for the guest, and the default is: nothing happens to them.

mod api;
mod claims;
mod clock;
mod code;
mod contact;
mod document;
mod engine;
mod error;
mod file_store;
mod flow;
mod import;
mod kept;
mod loopback;
mod pause;
mod pkce;
mod secret;
mod session;
mod state;
mod store;
mod token_verifier;
mod transport;
mod turn_file;
mod user;
mod wire;

#[cfg(feature = "admin")]
pub use api::{Admin, GeneratedLink, LinkKind, NewUser};
pub use api::{
    Api, Authorization, Challenge, Enrolled, FactorKind, Health, IdToken, Jwks, MailLink, OtpKind, Proof, Resend,
    Scope, SendOtp, Settings, SignedUp, UserUpdate, Verified,
};
pub use claims::Claims;
pub use clock::{Clock, SystemClock};
pub use code::Code;
pub use contact::{Contact, Email, Phone};
pub use document::PendingLink;
pub use engine::{
    Callback, Confirmed, Engine, Events, KeeperStatus, Link, NewGuest, OAuthStart, OverGuest, SignOut, SignedIn,
    SignedUpAs,
};
pub use error::{ApiError, Error, RedirectError};
pub use file_store::{FileStore, FileStoreError};
pub use flow::FlowId;
pub use import::ImportError;
pub use kept::{FormatError, session_in};
pub use loopback::{Loopback, LoopbackError};
pub use pkce::{CodeChallenge, CodeVerifier};
pub use secret::{
    AccessToken, AuthCode, CaptchaToken, Nonce, Otp, Password, ProviderToken, RefreshToken, ServiceRoleKey, TokenHash,
};
pub use session::Session;
pub use state::{Cause, EndReason, EndedSession, Event, Standing, State};
pub use store::{Change, Record, Replaced, SessionStore};
pub use token_verifier::{ClaimsError, TokenVerifier};
pub use transport::{BoxFuture, Cause as TransportCause, Transport, TransportError, http_client};
pub use turn_file::TurnFile;
pub use user::{Identity, User};
