//! Proof Key for Code Exchange (RFC 7636): S256 only. `plain` would hand the verifier to whoever sees the request.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::digest;
use serde::{Deserialize, Serialize};

/// A well-formed S256 challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Challenge(String);

impl Challenge {
    /// 43 base64url characters: a SHA-256 digest (RFC 7636 section 4.2).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digest = URL_SAFE_NO_PAD.decode(text).ok()?;
        (digest.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Whether `verifier` (43 to 128 unreserved characters, section 4.1) is the one that this was made from.
    pub(super) fn fits(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
        let stored = URL_SAFE_NO_PAD.decode(&self.0).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        well_formed
            && stored.is_some_and(|stored| {
                idp_core::types::Digest::from_bytes(stored) == digest::sha256(verifier.as_bytes())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn the_example_of_rfc_7636_fits_and_nothing_else_does() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").expect("well-formed");
        assert!(challenge.fits(verifier));
        assert!(!challenge.fits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
        assert!(!challenge.fits("short"));
        assert!(!challenge.fits(&"a".repeat(129)));
        assert_eq!(Challenge::parse(verifier.trim_end_matches('k')), None);
        assert_eq!(Challenge::parse(""), None);
    }
}
