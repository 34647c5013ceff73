//! Sealing: XChaCha20-Poly1305 over bytes that nobody may read from the file.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, KeyInit, Payload},
};
use zeroize::Zeroizing;

const NONCE_LENGTH: usize = 24;

/// Seals with one key, which is wiped from memory with it.
pub struct Sealer(XChaCha20Poly1305);

/// Why sealed bytes can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another key, another place in the file, or damaged bytes: the cipher can't tell them apart.
    #[error("the sealed value can't be opened with this key")]
    WontOpen,
    /// The system gave no randomness.
    #[error("no randomness to seal with")]
    NoRandomness,
}

impl Sealer {
    /// With this key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals `plain` so that it opens only together with `place`: a sealed value can't be moved to another row.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError::NoRandomness)?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let cipher = self.0.encrypt(&nonce, payload).map_err(|_| SealError::NoRandomness)?;
        Ok([nonce.as_slice(), &cipher].concat())
    }

    /// Opens what [`Sealer::seal`] made for the same place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, cipher) = sealed.split_at_checked(NONCE_LENGTH).ok_or(SealError::WontOpen)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::WontOpen)?;
        let payload = Payload { msg: cipher, aad: place.as_bytes() };
        self.0.decrypt(&nonce, payload).map(Zeroizing::new).map_err(|_| SealError::WontOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_the_same_key_and_place_only() -> Result<(), SealError> {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("here", b"token")?;
        assert_eq!(sealer.open("here", &sealed)?.as_slice(), b"token");
        assert_eq!(sealer.open("there", &sealed), Err(SealError::WontOpen));
        assert_eq!(Sealer::new(&[8; 32]).open("here", &sealed), Err(SealError::WontOpen));
        assert_eq!(sealer.open("here", &sealed[..10]), Err(SealError::WontOpen));
        assert!(!sealed.windows(5).any(|w| w == b"token"));
        Ok(())
    }
}
