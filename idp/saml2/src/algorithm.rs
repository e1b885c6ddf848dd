//! The allow-list of XML signature and encryption algorithms: one table, read by everything.
//!
//! A document names its own algorithms, so an attacker chooses them. What is not in the table is unknown and refused;
//! what is in it and refused says why, so that an operator can tell a department what to change.

/// What an algorithm is used for. The same URI may be allowed for one use and unknown for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// `SignatureMethod`.
    Signature,
    /// `DigestMethod`.
    Digest,
    /// `CanonicalizationMethod`.
    Canonicalization,
    /// `Transform` inside a `Reference`.
    Transform,
    /// `EncryptionMethod` of `EncryptedData`.
    DataEncryption,
    /// `EncryptionMethod` of `EncryptedKey`.
    KeyTransport,
}

/// Why an algorithm is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmError {
    /// In the table, and refused there.
    #[error("algorithm {uri} is refused: {reason}")]
    Refused {
        /// The URI as the table writes it.
        uri: &'static str,
        /// For an operator or a developer of a relying party.
        reason: &'static str,
    },
    /// Not in the table for this use. The URI is not repeated: it is an attacker's text.
    #[error("the algorithm is not known for this use")]
    Unknown,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What it is used for.
    pub purpose: Use,
    /// Its URI.
    pub uri: &'static str,
    /// `None` where it is allowed, else the reason.
    pub refused: Option<&'static str>,
}

const fn yes(purpose: Use, uri: &'static str) -> Row {
    Row { purpose, uri, refused: None }
}

const fn no(purpose: Use, uri: &'static str, reason: &'static str) -> Row {
    Row { purpose, uri, refused: Some(reason) }
}

const COLLISIONS: &str = "collisions can be made for this hash";
const KEY_CONFUSION: &str = "a shared-secret signature lets a public key be used as the secret";
const CONTEXT: &str = "inclusive canonical XML takes namespaces from around the signed element";
const COMMENTS: &str = "comments are refused, so a form that signs them has no use";
const PROGRAM: &str = "the transform is a program chosen by the sender";
const PADDING: &str = "unauthenticated encryption answers padding questions (XML Encryption is broken in CBC mode)";

/// Every algorithm we know by name (XML-DSig 1.1, XML-Enc 1.1, RFC 9231).
pub const TABLE: &[Row] = &[
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
    yes(Use::Signature, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    yes(Use::Signature, "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"),
    yes(Use::Signature, "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"),
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
    yes(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
    no(Use::Signature, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", COLLISIONS),
    no(Use::Signature, "http://www.w3.org/2000/09/xmldsig#dsa-sha1", COLLISIONS),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", COLLISIONS),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", COLLISIONS),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160", COLLISIONS),
    no(Use::Signature, "http://www.w3.org/2009/xmldsig11#dsa-sha256", "DSA leaks its key with one weak random number"),
    no(Use::Signature, "http://www.w3.org/2000/09/xmldsig#hmac-sha1", KEY_CONFUSION),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", KEY_CONFUSION),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", KEY_CONFUSION),
    no(Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", KEY_CONFUSION),
    yes(Use::Digest, "http://www.w3.org/2001/04/xmlenc#sha256"),
    yes(Use::Digest, "http://www.w3.org/2001/04/xmldsig-more#sha384"),
    yes(Use::Digest, "http://www.w3.org/2001/04/xmlenc#sha512"),
    no(Use::Digest, "http://www.w3.org/2000/09/xmldsig#sha1", COLLISIONS),
    no(Use::Digest, "http://www.w3.org/2001/04/xmldsig-more#md5", COLLISIONS),
    no(Use::Digest, "http://www.w3.org/2001/04/xmlenc#ripemd160", COLLISIONS),
    yes(Use::Canonicalization, "http://www.w3.org/2001/10/xml-exc-c14n#"),
    no(Use::Canonicalization, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", COMMENTS),
    no(Use::Canonicalization, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", CONTEXT),
    no(Use::Canonicalization, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", CONTEXT),
    no(Use::Canonicalization, "http://www.w3.org/2006/12/xml-c14n11", CONTEXT),
    yes(Use::Transform, "http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
    yes(Use::Transform, "http://www.w3.org/2001/10/xml-exc-c14n#"),
    no(Use::Transform, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", COMMENTS),
    no(Use::Transform, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", CONTEXT),
    no(Use::Transform, "http://www.w3.org/TR/1999/REC-xslt-19991116", PROGRAM),
    no(Use::Transform, "http://www.w3.org/TR/1999/REC-xpath-19991116", PROGRAM),
    no(Use::Transform, "http://www.w3.org/2002/06/xmldsig-filter2", PROGRAM),
    no(Use::Transform, "http://www.w3.org/2000/09/xmldsig#base64", "it makes other bytes of what was signed"),
    yes(Use::DataEncryption, "http://www.w3.org/2009/xmlenc11#aes128-gcm"),
    yes(Use::DataEncryption, "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
    no(Use::DataEncryption, "http://www.w3.org/2001/04/xmlenc#aes128-cbc", PADDING),
    no(Use::DataEncryption, "http://www.w3.org/2001/04/xmlenc#aes192-cbc", PADDING),
    no(Use::DataEncryption, "http://www.w3.org/2001/04/xmlenc#aes256-cbc", PADDING),
    no(Use::DataEncryption, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc", PADDING),
    yes(Use::KeyTransport, "http://www.w3.org/2009/xmlenc11#rsa-oaep"),
    yes(Use::KeyTransport, "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"),
    no(Use::KeyTransport, "http://www.w3.org/2001/04/xmlenc#rsa-1_5", "Bleichenbacher's attack decrypts its messages"),
];

/// The table's own copy of an allowed URI. Compared byte for byte: URIs of algorithms are names, not addresses.
pub fn allowed(purpose: Use, uri: &str) -> Result<&'static str, AlgorithmError> {
    let row = TABLE.iter().find(|row| row.purpose == purpose && row.uri == uri).ok_or(AlgorithmError::Unknown)?;
    match row.refused {
        None => Ok(row.uri),
        Some(reason) => Err(AlgorithmError::Refused { uri: row.uri, reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_safe_today_is_allowed() {
        for (purpose, uri) in [
            (Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            (Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
            (Use::Digest, "http://www.w3.org/2001/04/xmlenc#sha256"),
            (Use::Canonicalization, "http://www.w3.org/2001/10/xml-exc-c14n#"),
            (Use::DataEncryption, "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
        ] {
            assert_eq!(allowed(purpose, uri), Ok(uri));
        }
    }

    #[test]
    fn broken_and_dangerous_ones_are_refused_with_a_reason() {
        for (purpose, uri) in [
            (Use::Signature, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
            (Use::Signature, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
            (Use::Transform, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
            (Use::DataEncryption, "http://www.w3.org/2001/04/xmlenc#aes128-cbc"),
            (Use::KeyTransport, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        ] {
            assert!(matches!(allowed(purpose, uri), Err(AlgorithmError::Refused { .. })), "{uri}");
        }
    }

    #[test]
    fn an_algorithm_of_another_use_or_spelling_is_unknown() {
        for (purpose, uri) in [
            (Use::Digest, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            (Use::Signature, "http://www.w3.org/2001/04/xmlenc#sha256"),
            (Use::Signature, "HTTP://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            (Use::Signature, ""),
        ] {
            assert_eq!(allowed(purpose, uri), Err(AlgorithmError::Unknown), "{uri}");
        }
    }

    #[test]
    fn no_algorithm_stands_twice() {
        for (at, row) in TABLE.iter().enumerate() {
            assert!(
                !TABLE[..at].iter().any(|other| other.purpose == row.purpose && other.uri == row.uri),
                "{}",
                row.uri
            );
        }
    }
}
