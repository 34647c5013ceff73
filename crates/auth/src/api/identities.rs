//! Linking identities to the signed-in user, and unlinking them (wire reference, sections 8.2 and 8.3).

use http::Method;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::{AccessToken, Api, Authorization, Error, Identity, pkce::CodeChallenge};

#[derive(Deserialize)]
struct Link {
    url: Url,
}

impl Api {
    /// By what the user can sign in.
    pub async fn identities(&self, token: &AccessToken) -> Result<Vec<Identity>, Error> {
        Ok(self.user(token).await?.identities)
    }

    /// The provider's page to open in the browser for linking. The server remembers whom to link to.
    pub async fn link_identity_url(
        &self,
        token: &AccessToken,
        authorization: &Authorization,
        redirect_to: &Url,
        challenge: &CodeChallenge,
    ) -> Result<Url, Error> {
        let mut url = self.url("user/identities/authorize")?;
        authorization.put_into(&mut url, redirect_to, challenge);
        // An address to open, not a redirect: the browser has no token of ours.
        url.query_pairs_mut().append_pair("skip_http_redirect", "true");
        Ok(self.get(url, Some(token)).await?.read::<Link>()?.url)
    }

    /// Unlinks an identity by its own id ([`Identity::identity_id`]). The last one stays.
    pub async fn unlink_identity(&self, token: &AccessToken, identity_id: Uuid) -> Result<(), Error> {
        let url = self.url(&format!("user/identities/{identity_id}"))?;
        self.call(Method::DELETE, url, Some(token), Vec::new()).await.map(drop)
    }
}
