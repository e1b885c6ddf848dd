//! Random values that nobody can guess: session ids and CSRF tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The system's random source did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the system's random source failed")]
pub(crate) struct NoRandomness;

/// 256 random bits as 43 characters that need no escaping in a cookie, a form or an address.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate may not use the server's random source, and this is its only one"
)]
pub(crate) fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Compares without telling by time how far two values agree.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && openssl::memcmp::eq(left.as_bytes(), right.as_bytes())
}
