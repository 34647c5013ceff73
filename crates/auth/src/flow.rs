//! OAuth flows under way (RFC 6749, section 4.1, with RFC 7636).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::{CodeVerifier, OverGuest};

/// The name of a flow. Random, and part of the redirect address: whoever does not know it can neither finish nor break the
/// flow.
pub type FlowId = Uuid;

/// One trip through the browser. Written down before the browser opens, so that a restart can still finish it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flow {
    pub id: FlowId,
    /// `None` once the code was exchanged: kept so that a second delivery is recognised.
    pub verifier: Option<KeptVerifier>,
    pub purpose: Purpose,
    /// Where the browser comes back to, with the flow's id in it.
    pub redirect_to: Url,
    /// By this computer's clock.
    pub started_at: Timestamp,
}

/// What the trip is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    SignIn {
        over_guest: OverGuest,
    },
    /// Linking to the user who asked.
    Link {
        user_id: Uuid,
    },
}

/// The query parameter of the redirect address that names the flow.
pub(crate) const FLOW_PARAMETER: &str = "flow";

impl Flow {
    /// Whether `callback` came to the address that this flow gave out: scheme, host, port and path are the same. What the
    /// server adds to the query is its own.
    pub(crate) fn awaits(&self, callback: &Url) -> bool {
        let place = |url: &Url| {
            (
                url.scheme().to_owned(),
                url.host_str().map(str::to_owned),
                url.port_or_known_default(),
                url.path().to_owned(),
            )
        };
        place(&self.redirect_to) == place(callback)
    }
}

/// A verifier that is written down with its flow. The public type can't be serialised.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct KeptVerifier(pub CodeVerifier);

impl From<String> for KeptVerifier {
    fn from(text: String) -> Self {
        Self(CodeVerifier::from_kept(text))
    }
}

impl From<KeptVerifier> for String {
    fn from(KeptVerifier(verifier): KeptVerifier) -> Self {
        verifier.expose().to_owned()
    }
}
