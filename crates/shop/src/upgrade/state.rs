//! The steps of an upgrade, as they are written down.

use serde::{Deserialize, Serialize};

use crate::UpgradeView;

/// Supabase Auth's default between two mails to one address (`GOTRUE_SMTP_MAX_FREQUENCY`). A server that allows more or less
/// says so when asked.
const RESEND_AFTER_MS: i64 = 60_000;
/// The default life of a code (`otp_expiry` of the Supabase CLI and of hosted projects). The server has the last word.
const CODE_LIFE_MS: i64 = 3_600_000;

/// Where an upgrade stands. Holds no code and no token: those are never written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum UpgradeState {
    /// The server took the address and sent a code there.
    CodeSent { email: String, sent_at_ms: i64 },
}

impl UpgradeState {
    pub(crate) fn view(&self) -> UpgradeView {
        match self {
            Self::CodeSent { email, sent_at_ms } => UpgradeView::CodeSent {
                email: email.clone(),
                resend_at: sent_at_ms + RESEND_AFTER_MS,
                expires_at: sent_at_ms + CODE_LIFE_MS,
            },
        }
    }
}
