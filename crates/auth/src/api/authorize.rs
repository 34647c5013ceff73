//! The address of the OAuth sign-in page (wire reference, section 8.1).

use url::Url;

use crate::{Api, Error, pkce::CodeChallenge};

/// What the browser is sent to ask for.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// `google`, `github`, `apple`, …
    pub provider: String,
    /// Scopes beyond the provider's default ones, separated by spaces.
    pub scopes: Option<String>,
    /// Further parameters for the provider, such as `prompt`.
    pub extra: Vec<(String, String)>,
}

impl Authorization {
    /// With the provider's defaults.
    pub fn with(provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), scopes: None, extra: Vec::new() }
    }

    /// Puts everything into a query. PKCE with S256 is the only way here (RFC 7636, section 4.2; RFC 8252, section 6).
    pub(crate) fn put_into(&self, url: &mut Url, redirect_to: &Url, challenge: &CodeChallenge) {
        let mut query = url.query_pairs_mut();
        query.append_pair("provider", &self.provider);
        query.append_pair("redirect_to", redirect_to.as_str());
        if let Some(scopes) = &self.scopes {
            query.append_pair("scopes", scopes);
        }
        query.append_pair("code_challenge", challenge.as_str());
        query.append_pair("code_challenge_method", "s256");
        query.extend_pairs(&self.extra);
    }
}

impl Api {
    /// The page to open in the browser for signing in. Makes no request.
    pub fn authorize_url(
        &self,
        authorization: &Authorization,
        redirect_to: &Url,
        challenge: &CodeChallenge,
    ) -> Result<Url, Error> {
        let mut url = self.url("authorize")?;
        authorization.put_into(&mut url, redirect_to, challenge);
        Ok(url)
    }
}
