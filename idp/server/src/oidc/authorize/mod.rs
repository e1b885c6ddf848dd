//! The authorization endpoint (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2).
//!
//! ```text
//! GET ──► request (parse against the party) ──► hall ──► respond        a live session is enough: no row is written
//!                                               └─► sign_in row ──► steps … ──► resume ──► respond
//! POST ─► posted (a row) ──► 303 to the GET above
//! ```

mod endpoint;
pub(super) mod hint;
mod request;
mod respond;

pub(super) use endpoint::{get, post, resume};
pub(super) use request::{Request, resources};
pub(super) use respond::with_query;
