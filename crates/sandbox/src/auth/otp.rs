//! One-time codes and their hashes (wire reference, section 4).

use rand::RngExt;
use sha2::{Digest, Sha224};

use crate::hex;

/// A uniformly random decimal of `length` digits, with leading zeros.
pub(crate) fn generate(length: usize) -> String {
    let length = if (6..=10).contains(&length) { length } else { 6 };
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect()
}

/// What is stored in place of a code: SHA-224 over the address and the code.
pub(crate) fn hash(address: &str, code: &str) -> String {
    hex::encode(&Sha224::new().chain_update(address).chain_update(code).finalize())
}
