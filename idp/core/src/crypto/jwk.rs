//! JSON Web Keys (RFC 7517): making them, showing their public half, and knowing them by thumbprint (RFC 7638).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
pub use josekit::jwk::Jwk;
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use serde_json::{Map, Value, json};

use crate::{
    crypto::{digest, jws::Alg},
    types::Fault,
};

/// The members of a public key by type (RFC 7518 section 6, RFC 8037): all that is ever published, in thumbprint order.
const PUBLIC_MEMBERS: [(&str, &[&str]); 3] =
    [("EC", &["crv", "kty", "x", "y"]), ("RSA", &["e", "kty", "n"]), ("OKP", &["crv", "kty", "x"])];

/// Makes a private key for `alg`: P-256, RSA of 2048 bits, or Ed25519.
pub fn generate(alg: Alg) -> Result<Jwk, Fault> {
    let made = match alg {
        Alg::Es256 => Jwk::generate_ec_key(EcCurve::P256),
        Alg::Rs256 | Alg::Ps256 => Jwk::generate_rsa_key(2_048),
        Alg::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
    };
    made.map_err(|error| Fault::new("making a signing key", error))
}

/// The public half, with `use`, `alg` and the thumbprint as `kid`. Built from an allow-list of members, so that no
/// private one can slip through; josekit's own conversion drops `kid`, `alg` and `use`.
pub fn public(key: &Jwk, alg: Alg) -> Result<Map<String, Value>, Fault> {
    let mut public = required(key.as_ref()).ok_or(Fault::bug("showing a public key"))?;
    public.insert("kid".into(), json!(thumbprint(key)?));
    public.insert("use".into(), json!("sig"));
    public.insert("alg".into(), json!(alg.name()));
    Ok(public)
}

/// RFC 7638: base64url of SHA-256 over the required members in order.
pub fn thumbprint(key: &Jwk) -> Result<String, Fault> {
    let required = required(key.as_ref()).ok_or(Fault::bug("taking a thumbprint"))?;
    let text = Value::Object(required).to_string();
    Ok(URL_SAFE_NO_PAD.encode(digest::sha256(text.as_bytes()).bytes()))
}

fn required(key: &Map<String, Value>) -> Option<Map<String, Value>> {
    let kty = key.get("kty")?.as_str()?;
    let (_, members) = PUBLIC_MEMBERS.iter().find(|(name, _)| *name == kty)?;
    members.iter().map(|member| Some(((*member).to_owned(), key.get(*member)?.clone()))).collect()
}

/// Why a party's key set was refused at registration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not a JSON object with an array `keys`.
    #[error("not a JWK Set")]
    NotASet,
    /// More than sixteen keys.
    #[error("more than 16 keys")]
    TooMany,
    /// A private or symmetric member stands in a key: its holder must be told, and the key replaced.
    #[error("a private or symmetric key was sent")]
    Private,
    /// A key that none of our algorithms can use: another curve, RSA below 2048 bits, an unknown type.
    #[error("a key is of no use here: {0}")]
    Unusable(&'static str),
}

/// Checks a party's JWK Set: public keys only, each usable with one of our algorithms.
pub fn parse_set(set: &Value) -> Result<Vec<Jwk>, JwksError> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or(JwksError::NotASet)?;
    if keys.len() > 16 {
        return Err(JwksError::TooMany);
    }
    keys.iter().map(parse_public).collect()
}

fn parse_public(key: &Value) -> Result<Jwk, JwksError> {
    let members = key.as_object().ok_or(JwksError::NotASet)?;
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| members.contains_key(*member)) {
        return Err(JwksError::Private);
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    match (text("kty"), text("crv")) {
        // 342 base64url characters hold the 256 bytes of a 2048-bit modulus, 1366 those of 8192 bits.
        ("RSA", _) if !(342..=1_366).contains(&text("n").len()) => return Err(JwksError::Unusable("RSA key size")),
        ("RSA", _) | ("EC", "P-256") | ("OKP", "Ed25519") => {}
        _ => return Err(JwksError::Unusable("key type or curve")),
    }
    let jwk = Jwk::from_map(members.clone()).map_err(|_| JwksError::Unusable("malformed"))?;
    let usable = Alg::ALL.iter().any(|alg| alg.verifier(&jwk).is_ok());
    if usable { Ok(jwk) } else { Err(JwksError::Unusable("malformed")) }
}

#[cfg(test)]
mod tests {
    use josekit::jwk::Jwk;
    use serde_json::json;

    use super::{JwksError, generate, parse_set, public, thumbprint};
    use crate::crypto::jws::Alg;

    #[test]
    fn the_example_of_rfc_7638_has_its_thumbprint() {
        let key = json!({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"});
        let key = Jwk::from_map(key.as_object().expect("an object").clone()).expect("a key");
        assert_eq!(thumbprint(&key).expect("has one"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn nothing_private_is_published() {
        for alg in Alg::ALL {
            let key = generate(alg).expect("made");
            let shown = public(&key, alg).expect("shown");
            for private in ["d", "p", "q", "dp", "dq", "qi"] {
                assert!(!shown.contains_key(private), "{alg:?} {private}");
            }
            assert!(parse_set(&json!({ "keys": [shown] })).is_ok());
            let private = serde_json::Value::Object(key.as_ref().clone());
            assert_eq!(parse_set(&json!({ "keys": [private] })).err(), Some(JwksError::Private));
        }
    }
}
