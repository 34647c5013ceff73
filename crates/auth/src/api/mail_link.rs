//! Where the link in a mail leads, for the calls that send one.

use http::Method;
use serde_json::{Map, Value};
use url::Url;

use super::json;
use crate::{AccessToken, Api, Error, api::answer::Answer, pkce::CodeChallenge};

/// Asks for a link that brings a code and no tokens (PKCE, wire reference, section 4): without it, whoever reads the browser's
/// history reads the tokens. The code that a person types in works all the same.
#[derive(Debug, Clone)]
pub struct MailLink {
    /// Where the link leads in the end; the project's own page if there is none.
    pub redirect_to: Option<Url>,
    /// Of the verifier that the code is exchanged with.
    pub challenge: CodeChallenge,
}

impl Api {
    /// Sends a body that may ask for a link.
    pub(super) async fn send_mail(
        &self,
        method: Method,
        path: &str,
        token: Option<&AccessToken>,
        mut body: Map<String, Value>,
        link: Option<&MailLink>,
    ) -> Result<Answer, Error> {
        let mut url = self.url(path)?;
        if let Some(link) = link {
            body.insert("code_challenge".into(), link.challenge.as_str().into());
            body.insert("code_challenge_method".into(), "s256".into());
            if let Some(redirect) = &link.redirect_to {
                url.query_pairs_mut().append_pair("redirect_to", redirect.as_str());
            }
        }
        self.call(method, url, token, json(&body)).await
    }
}
