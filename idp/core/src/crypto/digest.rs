//! SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), and keys derived from a key (RFC 5869).

use openssl::{hash::MessageDigest, pkey::PKey, sha::Sha256, sign::Signer};

use crate::types::{Digest, Secret};

/// SHA-256 of one value. The library's own function for this looks the algorithm up in its lists at each call, which costs more than a short
/// value's hash.
pub fn sha256(value: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(value);
    Digest::from_bytes(hash.finish())
}

/// SHA-256 over several parts, each preceded by its length, so that no two lists of parts read alike.
pub fn sha256_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Digest::from_bytes(hash.finish())
}

/// SHA-256 over what is too long to hold in memory at one time.
#[derive(Default)]
pub struct Running(Sha256);

impl Running {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken.
    pub fn finish(self) -> Digest {
        Digest::from_bytes(self.0.finish())
    }
}

/// HMAC-SHA-256 of `value` under `key`.
pub fn hmac(key: &Secret<[u8; 32]>, value: &[u8]) -> [u8; 32] {
    let key = PKey::hmac(key.reveal()).expect("a 32-byte key is always taken");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("SHA-256 is built in");
    let mut out = [0; 32];
    signer.update(value).expect("memory is the only input");
    signer.sign(&mut out).expect("the output has the right length");
    out
}

/// One step of HKDF-Expand (RFC 5869 section 2.3): a 32-byte key for one purpose from a uniformly random key.
pub fn derive(key: &Secret<[u8; 32]>, purpose: &str) -> Secret<[u8; 32]> {
    Secret::new(hmac(key, &[purpose.as_bytes(), &[1]].concat()))
}

#[cfg(test)]
mod tests {
    use super::{derive, hmac, sha256, sha256_parts};
    use crate::types::Secret;

    #[test]
    fn the_published_values_come_out() {
        // FIPS 180-4 example "abc"; RFC 4231 test case 2 has a short key, so the HMAC is checked against itself below.
        assert_eq!(
            hex::encode(sha256(b"abc").bytes()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // RFC 4231 test case 1 with the key padded as RFC 2104 does it (zero bytes up to the block).
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        assert_eq!(
            hex::encode(hmac(&Secret::new(key), b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }

    #[test]
    fn parts_cannot_be_shifted_and_purposes_do_not_meet() {
        assert_ne!(sha256_parts([&b"ab"[..], b"c"]), sha256_parts([&b"a"[..], b"bc"]));
        let key = Secret::new([9; 32]);
        assert_ne!(derive(&key, "seal").reveal(), derive(&key, "index").reveal());
    }
}
