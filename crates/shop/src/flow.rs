//! What is under way between the person and Supabase Auth: one thing at a time, as it is written down.

use carryover_auth::{Contact, FlowId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{BrowserFailure, FlowView, ShopError, SwitchView, shop::Inner};

/// Supabase Auth's default between two messages to one address (`GOTRUE_SMTP_MAX_FREQUENCY`). A server that allows more or less
/// says so when asked.
const RESEND_AFTER_MS: i64 = 60_000;
/// The default life of a code (`otp_expiry` of the Supabase CLI and of hosted projects). The server has the last word.
const CODE_LIFE_MS: i64 = 3_600_000;

/// What is under way. Holds no code and no token: those are never written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    /// An identity is being linked to the user who is here: an upgrade, if that is a guest.
    Link(Step),
    /// Somebody signs in to an account that exists.
    SignIn(Step),
    /// The account is proven and waits beside the guest until the person has decided about the carts.
    Choosing(Choosing),
}

/// How far a proof is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// The server sent a code there.
    CodeSent { contact: Contact, sent_at_ms: i64 },
    /// The browser is at the provider's.
    InBrowser { provider: String, flow: FlowId },
    /// It came back with something else than success, or not at all.
    Failed { provider: String, failure: BrowserFailure },
}

/// A decision that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choosing {
    /// The account.
    pub account_id: Uuid,
    /// Its address or number, if it has one.
    pub account: Option<String>,
    /// By which the server knows the claim, whichever answer it carries: there is one claim at most.
    pub key: Uuid,
}

impl Step {
    fn view(&self) -> FlowView {
        match self {
            Self::CodeSent { contact, sent_at_ms } => FlowView::CodeSent {
                contact: contact.clone(),
                resend_at: sent_at_ms + RESEND_AFTER_MS,
                expires_at: sent_at_ms + CODE_LIFE_MS,
            },
            Self::InBrowser { provider, .. } => FlowView::InBrowser { provider: provider.clone() },
            Self::Failed { provider, failure } => FlowView::Failed { provider: provider.clone(), failure: *failure },
        }
    }
}

impl Flow {
    /// What of it belongs into the dialog of the upgrade.
    pub(crate) fn upgrade_view(&self) -> FlowView {
        match self {
            Self::Link(step) => step.view(),
            Self::SignIn(_) | Self::Choosing(_) => FlowView::Idle,
        }
    }

    /// What of it belongs into the dialog of the switch.
    pub(crate) fn switch_view(&self) -> SwitchView {
        match self {
            Self::Link(_) => SwitchView::SigningIn(FlowView::Idle),
            Self::SignIn(step) => SwitchView::SigningIn(step.view()),
            Self::Choosing(choosing) => SwitchView::Choosing { account: choosing.account.clone() },
        }
    }

    /// The contact whose code is waited for, if it is to be linked.
    pub(crate) fn linking(&self) -> Option<&Contact> {
        match self {
            Self::Link(Step::CodeSent { contact, .. }) => Some(contact),
            _ => None,
        }
    }

    /// The contact whose code is waited for, if it is to sign in.
    pub(crate) fn signing_in(&self) -> Option<&Contact> {
        match self {
            Self::SignIn(Step::CodeSent { contact, .. }) => Some(contact),
            _ => None,
        }
    }
}

impl Inner {
    /// Writes down what is under way, then shows it.
    pub(crate) async fn set_flow(&self, flow: Flow) -> Result<(), ShopError> {
        self.store.set_upgrade(&flow, self.now_ms()).await?;
        self.update(|model| model.flow = Some(flow));
        Ok(())
    }

    /// Nothing is under way any more.
    pub(crate) async fn clear_flow(&self) -> Result<(), ShopError> {
        self.store.clear_upgrade().await?;
        self.update(|model| model.flow = None);
        Ok(())
    }
}
