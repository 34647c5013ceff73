//! Proof Key for Code Exchange (RFC 7636): S256 and nothing else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;

/// 32 random bytes make a verifier of 43 letters (RFC 7636, section 4.1).
const ENTROPY: usize = 32;

/// The secret half: stays in this program until the code is exchanged.
#[derive(Clone)]
pub struct CodeVerifier(Zeroizing<String>);

/// The half that travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeVerifier {
    /// A new one from the system's randomness; an error, never a weaker source.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0_u8; ENTROPY]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| Error::NoRandomness)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    pub(crate) fn from_kept(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The verifier itself, for the exchange.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// BASE64URL(SHA256(verifier)) (RFC 7636, section 4.2).
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl CodeChallenge {
    /// The challenge as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier::from_kept("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifiers_have_the_length_and_alphabet_of_section_4_1() {
        let (one, other) = (CodeVerifier::generate().expect("random"), CodeVerifier::generate().expect("random"));
        assert_ne!(one.expose(), other.expose());
        for verifier in [&one, &other] {
            assert_eq!(verifier.expose().len(), 43);
            assert!(verifier.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }
        assert_eq!(format!("{one:?}"), "CodeVerifier(…)");
    }
}
