//! Certificates as pure values: a leaf that knows no database, no HTTP, no clock and none of our domain.
//!
//! | module | specification | state |
//! | --- | --- | --- |
//! | [`Certificate`] | RFC 5280 §4 as far as names, validity and fingerprint; RFC 7468 for PEM | here |
//! | [`trust`] | the rule for the folder `certs/`: every anchor parses, is listed and lives long enough | here |
//! | paths, policies, revocation, CMS | RFC 5280 §6, RFC 6960, RFC 5652 | comes with certificate sign-in |
//!
//! Bytes come in, values go out. Times are seconds since 1970, as `i64`.

mod certificate;
pub mod trust;

pub use certificate::{Certificate, CertificateError, Name, NameAttribute};

#[cfg(test)]
mod test_ca;
