//! SAML 2.0 as pure values: a leaf that knows no database, no HTTP and none of our domain.
//!
//! Hostile bytes meet this crate first, so it has no way out: no I/O, no clock, no randomness of its own.
//!
//! | module | specification | state |
//! | --- | --- | --- |
//! | [`xml`] | XML 1.0, Namespaces in XML 1.0; sstc-saml-sec-consider, "XML Signature Best Practices" §2 | here |
//! | [`algorithm`] | XML-DSig 1.1, XML-Enc 1.1, RFC 9231: the allow-list and what it refuses | here |
//! | signature, encryption | XML-DSig, XML-Enc, Exclusive C14N | comes with the SAML door |
//! | messages, metadata, bindings | SAML 2.0 core, metadata, bindings, profiles | comes with the SAML door |
//!
//! The shape check also guards the answers of the population registry, which speaks SOAP 1.1.

pub mod algorithm;
pub mod xml;
