//! Floor 1: randomness, digests, sealing, password hashes, signatures.
//!
//! Owns no table. OpenSSL and josekit do the mathematics; these modules decide what is allowed.

pub mod digest;
pub mod handle;
pub mod jwk;
pub mod jws;
pub mod opened;
pub mod password;
pub mod random;
pub mod seal;
