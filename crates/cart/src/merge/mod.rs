//! Two carts become one: the guest's and the account's.
//!
//! Whether there is anything to ask ([`Decision`]), what the person answers ([`Answer`]) and what comes of it, product by
//! product and with its reasons ([`Plan`]). Every function here is total: whatever the carts, the answer and the shop's offers
//! are, there is a plan, so that a merge can never fail a sign-in.

mod answer;
mod decision;
mod pair;
mod plan;
mod reason;

pub use answer::{Answer, ByHand, Rule, Rules};
pub use decision::{Decision, Settlement};
pub use plan::{Plan, PlanLine};
pub use reason::{Absence, Bound, LeftOutBy, Reason};
