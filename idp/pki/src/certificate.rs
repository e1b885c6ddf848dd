//! One X.509 certificate, read and not yet trusted.

use std::fmt;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::x509::{X509, X509NameEntryRef, X509NameRef};

/// Most certificates read from one bundle. The web's own list has about 150; a larger one is a mistake.
const MAX_BUNDLE: usize = 1_000;

/// An X.509 certificate that parses. Being one says nothing about trust.
#[derive(Clone)]
pub struct Certificate {
    x509: X509,
    not_before: i64,
    not_after: i64,
    sha256: [u8; 32],
}

/// Why bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No `BEGIN CERTIFICATE` block.
    #[error("there is no certificate in the file")]
    Empty,
    /// More than one where one is expected, or more than a bundle may hold.
    #[error("there are too many certificates in the file")]
    TooMany,
    /// A private key beside the certificate: it does not belong into a folder of anchors.
    #[error("there is a private key in the file")]
    PrivateKey,
    /// The DER inside cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable,
}

/// A distinguished name as its attributes in order. Asked by attribute, never by its text: that can be forged with
/// separators inside a value (`CN=UID=CCCD:…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Vec<NameAttribute>);

/// One attribute of a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAttribute {
    /// Short name of its object identifier (`CN`, `UID`), or the identifier in dots where it has no name.
    pub kind: String,
    /// The value as text.
    pub value: String,
}

impl Certificate {
    /// Reads a PEM file that holds exactly one certificate and no key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        let mut all = Self::bundle(pem)?;
        match (all.pop(), all.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(_), false) => Err(CertificateError::TooMany),
            (None, _) => Err(CertificateError::Empty),
        }
    }

    /// Reads a PEM file of one or more certificates, in file order. Text around the blocks is ignored (RFC 7468 §2).
    pub fn bundle(pem: &[u8]) -> Result<Vec<Self>, CertificateError> {
        if contains(pem, b"PRIVATE KEY-----") {
            return Err(CertificateError::PrivateKey);
        }
        let blocks = X509::stack_from_pem(pem).map_err(|_| CertificateError::Unreadable)?;
        match blocks.len() {
            0 => Err(CertificateError::Empty),
            1..=MAX_BUNDLE => blocks.into_iter().map(Self::read).collect(),
            _ => Err(CertificateError::TooMany),
        }
    }

    /// Reads one certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        Self::read(X509::from_der(der).map_err(|_| CertificateError::Unreadable)?)
    }

    fn read(x509: X509) -> Result<Self, CertificateError> {
        let sha256 = x509.digest(MessageDigest::sha256()).map_err(|_| CertificateError::Unreadable)?;
        Ok(Self {
            not_before: unix(x509.not_before())?,
            not_after: unix(x509.not_after())?,
            sha256: sha256.as_ref().try_into().map_err(|_| CertificateError::Unreadable)?,
            x509,
        })
    }

    /// First second of validity, in seconds since 1970.
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Last second of validity, in seconds since 1970.
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Whether `now` (seconds since 1970) lies in the validity, both ends included (RFC 5280 §4.1.2.5).
    pub fn is_valid_at(&self, now: i64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Whole days until the end of validity; negative once it is over.
    pub fn days_left(&self, now: i64) -> i64 {
        (self.not_after - now).div_euclid(86_400)
    }

    /// SHA-256 over the DER.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The fingerprint as people compare it: upper-case hexadecimal with colons.
    pub fn fingerprint(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// Who it was issued to.
    pub fn subject(&self) -> Name {
        Name::read(self.x509.subject_name())
    }

    /// Who issued it.
    pub fn issuer(&self) -> Name {
        Name::read(self.x509.issuer_name())
    }

    /// The DER bytes, for libraries that take them.
    pub fn to_der(&self) -> Result<Vec<u8>, CertificateError> {
        self.x509.to_der().map_err(|_| CertificateError::Unreadable)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The subject of a person's certificate is personal data.
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl Name {
    fn read(name: &X509NameRef) -> Self {
        let attribute = |entry: &X509NameEntryRef| NameAttribute {
            kind: match entry.object().nid() {
                Nid::UNDEF => entry.object().to_string(),
                known => known.short_name().map_or_else(|_| entry.object().to_string(), str::to_owned),
            },
            value: entry.data().to_string().map_or_else(|_| String::new(), |text| String::from(&*text)),
        };
        Self(name.entries().map(attribute).collect())
    }

    /// All attributes, in the order of the certificate.
    pub fn attributes(&self) -> &[NameAttribute] {
        &self.0
    }

    /// The values of one kind of attribute, in the order of the certificate.
    pub fn values<'n>(&'n self, kind: &'n str) -> impl Iterator<Item = &'n str> {
        self.0.iter().filter(move |attribute| attribute.kind == kind).map(|attribute| attribute.value.as_str())
    }
}

impl fmt::Display for Name {
    /// For people to read, with the separators inside values escaped (RFC 4514 §2.4). Never parse this again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, attribute) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}=", attribute.kind)?;
            for c in attribute.value.chars() {
                if matches!(c, ',' | '+' | '=' | '"' | '\\' | '<' | '>' | ';' | '#') || c.is_control() {
                    write!(f, "\\")?;
                }
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Seconds since 1970 of a validity date.
fn unix(time: &Asn1TimeRef) -> Result<i64, CertificateError> {
    let unreadable = |_| CertificateError::Unreadable;
    let epoch = Asn1Time::from_unix(0).map_err(unreadable)?;
    let since = epoch.diff(time).map_err(unreadable)?;
    Ok(i64::from(since.days) * 86_400 + i64::from(since.secs))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ca::{DAY, NOW, self_signed};

    #[test]
    fn validity_and_names_are_read() {
        let made = self_signed("Sở Thử, CN=nobody", NOW - DAY, NOW + 90 * DAY);
        let read = Certificate::from_pem(&made.pem).expect("one certificate");
        assert_eq!((read.not_before(), read.not_after()), (NOW - DAY, NOW + 90 * DAY));
        assert!(read.is_valid_at(NOW) && read.is_valid_at(NOW + 90 * DAY));
        assert!(!read.is_valid_at(NOW - DAY - 1) && !read.is_valid_at(NOW + 90 * DAY + 1));
        assert_eq!((read.days_left(NOW), read.days_left(NOW + 90 * DAY + 1)), (90, -1));
        assert_eq!(read.subject(), read.issuer());
        assert_eq!(read.subject().values("CN").collect::<Vec<_>>(), ["Sở Thử, CN=nobody"]);
        assert_eq!(read.subject().to_string(), "CN=Sở Thử\\, CN\\=nobody");
        assert_eq!(read.fingerprint().len(), 95);
        assert_eq!(Certificate::from_der(&read.to_der().expect("der")).expect("der").sha256(), read.sha256());
    }

    #[test]
    fn files_that_are_refused() {
        let made = self_signed("a", NOW, NOW + DAY);
        let twice = [made.pem.clone(), made.pem.clone()].concat();
        assert_eq!(Certificate::from_pem(&twice).expect_err("two"), CertificateError::TooMany);
        assert_eq!(Certificate::bundle(&twice).expect("two").len(), 2);
        let with_key = [made.pem.clone(), made.key_pem].concat();
        assert_eq!(Certificate::bundle(&with_key).expect_err("a key"), CertificateError::PrivateKey);
        assert_eq!(Certificate::from_pem(b"").expect_err("nothing"), CertificateError::Empty);
        assert_eq!(Certificate::from_pem(b"# a comment\n").expect_err("nothing"), CertificateError::Empty);
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(Certificate::from_pem(broken).expect_err("broken"), CertificateError::Unreadable);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = Certificate::from_der(&bytes);
            let _ = Certificate::bundle(&bytes);
        }
    }
}
