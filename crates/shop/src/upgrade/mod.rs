//! Becoming a member: the same user, a linked identity, the cart where it was.

mod email;
mod state;

pub(crate) use state::UpgradeState;
