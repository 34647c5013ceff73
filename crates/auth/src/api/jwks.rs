//! `GET /.well-known/jwks.json` (wire reference, section 7; RFC 7517).

use jsonwebtoken::jwk::JwkSet;

use crate::{Api, Error};

/// The project's public keys.
pub type Jwks = JwkSet;

impl Api {
    /// The keys that tokens can be checked with. Empty for a project that signs with a shared secret.
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.get(self.url(".well-known/jwks.json")?, None).await?.read()
    }
}
