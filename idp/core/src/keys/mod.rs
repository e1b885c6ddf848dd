//! Floor 4: the keyring. Which keys sign now, which are published, and how each comes and goes.
//!
//! Owns: `signing_key`. Called by the doors (signing, the JWK Set), by jobs and by the command line.
//! Specifications: RFC 7517 (keys and sets), RFC 7638 (`kid`), OpenID Connect Core section 10.1.1 (rotation).
//!
//! ```text
//!            published            signs                verifies              public half kept for ever
//! Next ────────────────► Active ────────────► Retiring ──────────────► Gone
//!   publish before use     active days           tokens and caches end    private half destroyed
//!   └──────────────────────────── revoke: at once, from any state ───────► Gone, revoked
//! ```
//!
//! For each algorithm there is one Active and one Next key; unique indexes hold that, whatever nodes do at one time.

mod config;
mod fresh;
mod keyring;
mod moves;
mod reseal;
mod rotation;
mod rows;

pub use config::{Config, PolicyError};
pub use fresh::Fresh;
pub use keyring::{Keyring, PublishedSet};
pub use moves::{Force, MoveError, Past, history, known_keys, list, revoke, rotate, run_due};
pub use reseal::PRIVATE_HALVES;
pub use rotation::{KeyFacts, Policy, State, Step, due};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
mod tests;
