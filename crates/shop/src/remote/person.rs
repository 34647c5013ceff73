//! What a person may ask about themselves.

use carryover_auth::AccessToken;
use serde_json::json;

use super::{Remote, RemoteError};

impl Remote {
    /// Deletes the guest and all that is theirs. Asking twice is no error.
    pub(crate) async fn forget_me(&self, token: AccessToken) -> Result<(), RemoteError> {
        self.call("forget_me", &token, &json!({})).await
    }

    /// Deletes the member and all that is theirs. Asking twice is no error.
    pub(crate) async fn close_account(&self, token: AccessToken) -> Result<(), RemoteError> {
        self.call("close_account", &token, &json!({})).await
    }

    /// All that the server keeps of the user.
    pub(crate) async fn export_me(&self, token: AccessToken) -> Result<serde_json::Value, RemoteError> {
        self.call("export_me", &token, &json!({})).await
    }
}
