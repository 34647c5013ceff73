//! The user object, parsed.

use uuid::Uuid;

/// A user as Supabase Auth describes them (`GET /user`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `sub` in the access token; never changes, not by an upgrade either.
    pub id: Uuid,
    /// The confirmed address; `None` for guests (the wire says `""`).
    pub email: Option<String>,
    /// The address that waits for its code, if any.
    pub new_email: Option<String>,
    /// True until an identity is linked and confirmed. From the row, so ahead of a token issued earlier.
    pub is_anonymous: bool,
}
