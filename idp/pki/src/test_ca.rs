//! Makes certificates for the tests of this crate.

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509Builder, X509NameBuilder};

/// A fixed moment: 1 July 2026, 00:00 UTC.
pub(crate) const NOW: i64 = 1_782_864_000;
pub(crate) const DAY: i64 = 86_400;

pub(crate) struct Made {
    pub(crate) pem: Vec<u8>,
    pub(crate) key_pem: Vec<u8>,
}

pub(crate) fn self_signed(common_name: &str, not_before: i64, not_after: i64) -> Made {
    build(common_name, not_before, not_after).expect("OpenSSL makes a certificate")
}

fn build(common_name: &str, not_before: i64, not_after: i64) -> Result<Made, openssl::error::ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, common_name)?;
    let name = name.build();
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(&key)?;
    let (from, to) = (Asn1Time::from_unix(not_before)?, Asn1Time::from_unix(not_after)?);
    builder.set_not_before(&from)?;
    builder.set_not_after(&to)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok(Made { pem: builder.build().to_pem()?, key_pem: key.private_key_to_pem_pkcs8()? })
}
