//! What `idp demo` starts beside the server: a sample population registry and sample portals.
//!
//! Everything here talks plain HTTP and knows nothing of the server's insides, so that the demo proves what an outside system sees.
//!
//! | module | what it plays | specification |
//! | --- | --- | --- |
//! | [`registry`] | the national population database | SOAP 1.1, operation `XacThucThongTinCongDan` |
//! | [`portal`] | a relying party | OpenID Connect Core, RP-Initiated Logout, Back-Channel Logout |

pub mod clock;
pub mod portal;
mod random;
pub mod registry;

pub use clock::Clock;
