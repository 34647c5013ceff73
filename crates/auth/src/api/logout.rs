//! `POST /logout` (wire reference, section 7).

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{AccessToken, Api, Error};

/// Which sessions of a user end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This one.
    #[default]
    Local,
    /// All but this one.
    Others,
    /// All.
    Global,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Others => "others",
            Self::Global => "global",
        }
    }
}

impl Api {
    /// Ends sessions of the user of `token`. An access token in somebody's hands stays valid for the data API until it expires.
    pub async fn logout(&self, token: &AccessToken, scope: Scope) -> Result<(), Error> {
        let url = self.url(&format!("logout?scope={}", scope.as_str()))?;
        self.call(Method::POST, url, Some(token), Vec::new()).await.map(drop)
    }
}
