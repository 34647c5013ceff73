//! Supabase Auth over HTTP, for programs whose people start as guests.
//!
//! Two layers: [`Api`] is one typed call per endpoint and keeps nothing; [`Engine`] holds one session on top of it, in a
//! [`SessionStore`] that the program supplies, and is the only one who replaces it. A session ends only when Supabase Auth
//! itself says that it is over: no outage, proxy page or odd answer takes a guest away.

mod api;
mod claims;
mod clock;
mod email;
mod engine;
mod error;
mod secret;
mod session;
mod store;
mod user;
mod wire;

pub use api::{Api, Settings, http_client};
pub use claims::Claims;
pub use clock::{Clock, SystemClock};
pub use email::Email;
pub use engine::{Engine, LinkEmail};
pub use error::{ApiError, Code, Error};
pub use secret::{AccessToken, Otp, RefreshToken};
pub use session::{Session, SessionFormatError};
pub use store::{Cause, Change, EndReason, SessionStore, State};
pub use user::User;
