//! JSON Web Signatures (RFC 7515) in compact form: the allow-list of algorithms, signing, and strict reading.

use std::ops::Deref;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    JoseError,
    jwk::Jwk,
    jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::types::Fault;

/// The algorithms that we sign with and accept. `none` and the symmetric ones do not exist here (RFC 8725 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256: what OpenID Connect asks every provider to have.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Alg {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Es256, Self::Rs256, Self::Ps256, Self::EdDsa];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }

    pub(crate) fn signer(self, key: &Jwk) -> Result<Box<dyn JwsSigner>, JoseError> {
        Ok(match self {
            Self::Es256 => Box::new(ES256.signer_from_jwk(key)?),
            Self::Rs256 => Box::new(RS256.signer_from_jwk(key)?),
            Self::Ps256 => Box::new(PS256.signer_from_jwk(key)?),
            Self::EdDsa => Box::new(EdDSA.signer_from_jwk(key)?),
        })
    }

    pub(crate) fn verifier(self, key: &Jwk) -> Result<Box<dyn JwsVerifier>, JoseError> {
        Ok(match self {
            Self::Es256 => Box::new(ES256.verifier_from_jwk(key)?),
            Self::Rs256 => Box::new(RS256.verifier_from_jwk(key)?),
            Self::Ps256 => Box::new(PS256.verifier_from_jwk(key)?),
            Self::EdDsa => Box::new(EdDSA.verifier_from_jwk(key)?),
        })
    }
}

/// Something that signs: a key in memory today, a key in an HSM later.
pub trait Signer: Send + Sync {
    /// The algorithm of its key.
    fn alg(&self) -> Alg;
    /// The RFC 7638 thumbprint of its key.
    fn kid(&self) -> &str;
    /// The signature over `message`, in the form of RFC 7518.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault>;
}

/// A compact JWS over `claims` with this `typ` (RFC 8725 section 3.11: every kind of token has a type of its own).
pub fn sign<T: Serialize>(signer: &dyn Signer, typ: &str, claims: &T) -> Result<String, Fault> {
    let header = json!({ "alg": signer.alg().name(), "typ": typ, "kid": signer.kid() }).to_string();
    let payload = serde_json::to_vec(claims).map_err(|error| Fault::new("writing claims", error))?;
    let mut token = String::with_capacity(payload.len() * 4 / 3 + 320);
    URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// Why a JWS was not believed. The reader learns no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three strict base64url parts holding JSON objects.
    #[error("malformed")]
    Malformed,
    /// The algorithm, the type or a critical header is not allowed here.
    #[error("header not allowed")]
    Header,
    /// No key of ours or of the party fits.
    #[error("unknown key")]
    UnknownKey,
    /// The signature is wrong.
    #[error("bad signature")]
    Signature,
}

/// What a caller accepts.
pub struct Expected<'a> {
    /// The algorithms allowed; the token chooses among these, never beyond.
    pub algs: &'a [Alg],
    /// The `typ` values allowed, without regard to case; the empty text stands for an absent one.
    pub typs: &'a [&'a str],
}

/// A JWS whose signature was checked: only then are its claims readable.
pub struct Verified {
    /// The key that signed.
    pub kid: Option<String>,
    /// The algorithm that was used.
    pub alg: Alg,
    /// The claims, parsed from the very bytes that were signed.
    pub claims: Map<String, Value>,
}

/// The unverified header, split off to choose a key.
struct Parts<'a> {
    alg: Alg,
    kid: Option<String>,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

/// A public key that checks signatures.
pub trait Verifies {
    /// Whether this is the key's signature by this algorithm. A key of another kind verifies nothing.
    fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool;
}

/// Prepared at each use: for keys that are seldom used.
impl Verifies for Jwk {
    fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        alg.verifier(self).is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
    }
}

/// A public key prepared once: reading one takes longer than using it.
pub struct VerificationKey {
    alg: Alg,
    verifier: Box<dyn JwsVerifier>,
}

impl VerificationKey {
    /// Takes a public key for one algorithm.
    pub fn new(alg: Alg, key: &Jwk) -> Result<Self, Fault> {
        let verifier = alg.verifier(key).map_err(|error| Fault::new("preparing a verification key", error))?;
        Ok(Self { alg, verifier })
    }
}

impl Verifies for VerificationKey {
    fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        alg == self.alg && self.verifier.verify(message, signature).is_ok()
    }
}

/// Checks a compact JWS. `keys` gives the candidates for a `kid` (or for none). Keys named inside the token (`jwk`,
/// `jku`, `x5u`, `x5c`) are never looked at.
pub fn verify<K: Deref<Target: Verifies>>(
    token: &str,
    expected: &Expected<'_>,
    keys: impl FnOnce(Option<&str>, Alg) -> Vec<K>,
) -> Result<Verified, JwsError> {
    let parts = split(token, expected)?;
    let candidates = keys(parts.kid.as_deref(), parts.alg);
    if candidates.is_empty() {
        return Err(JwsError::UnknownKey);
    }
    let message = parts.signed.as_bytes();
    let good = candidates.iter().any(|key| key.verifies(parts.alg, message, &parts.signature));
    if !good {
        return Err(JwsError::Signature);
    }
    let claims = object(parts.payload)?;
    Ok(Verified { kid: parts.kid, alg: parts.alg, claims })
}

fn split<'a>(token: &'a str, expected: &Expected<'_>) -> Result<Parts<'a>, JwsError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    let header = object(header)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwsError::Malformed)?;
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let alg = text("alg").and_then(Alg::from_name).filter(|alg| expected.algs.contains(alg)).ok_or(JwsError::Header)?;
    let typ = text("typ").unwrap_or_default();
    let typ_fits = expected.typs.iter().any(|allowed| allowed.eq_ignore_ascii_case(typ));
    if !typ_fits || header.contains_key("crit") || header.contains_key("b64") {
        return Err(JwsError::Header);
    }
    Ok(Parts { alg, kid: text("kid").map(str::to_owned), signed, payload, signature })
}

fn object(part: &str) -> Result<Map<String, Value>, JwsError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| JwsError::Malformed)
}

/// A signer whose private key lies in memory.
pub struct MemorySigner {
    alg: Alg,
    kid: String,
    signer: Box<dyn JwsSigner>,
}

impl MemorySigner {
    /// Takes a private key for one algorithm.
    pub fn new(alg: Alg, kid: String, key: &Jwk) -> Result<Self, Fault> {
        let signer = alg.signer(key).map_err(|error| Fault::new("preparing a signing key", error))?;
        Ok(Self { alg, kid, signer })
    }
}

impl Signer for MemorySigner {
    fn alg(&self) -> Alg {
        self.alg
    }
    fn kid(&self) -> &str {
        &self.kid
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.signer.sign(message).map_err(|error| Fault::new("signing", error))
    }
}

#[cfg(test)]
mod tests {
    use josekit::jwk::Jwk;
    use serde_json::json;

    use super::{Alg, Expected, JwsError, MemorySigner, sign, verify};
    use crate::crypto::jwk;

    const ALL: Expected<'static> = Expected { algs: &Alg::ALL, typs: &["at+jwt"] };

    fn made(alg: Alg) -> (Jwk, String) {
        let key = jwk::generate(alg).expect("made");
        let signer = MemorySigner::new(alg, "k".into(), &key).expect("usable");
        let token = sign(&signer, "at+jwt", &json!({ "sub": "an" })).expect("signed");
        (key, token)
    }

    #[test]
    fn every_algorithm_goes_there_and_back_and_any_changed_character_is_noticed() {
        for alg in Alg::ALL {
            let (key, token) = made(alg);
            let read = verify(&token, &ALL, |kid, _| if kid == Some("k") { vec![&key] } else { vec![] });
            assert_eq!(read.expect("verifies").claims["sub"], "an");
            for place in (0..token.len()).step_by(7) {
                let mut bytes = token.clone().into_bytes();
                bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8(bytes).expect("still text");
                if changed != token {
                    assert!(verify(&changed, &ALL, |_, _| vec![&key]).is_err(), "{alg:?} {place}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_expected_is_not_believed() {
        let (key, token) = made(Alg::Es256);
        let (other, _) = made(Alg::Es256);
        let only_rs = Expected { algs: &[Alg::Rs256], typs: &["at+jwt"] };
        let logout = Expected { algs: &Alg::ALL, typs: &["logout+jwt"] };
        let untyped = Expected { algs: &Alg::ALL, typs: &[""] };
        let cases = [
            (verify(&token, &only_rs, |_, _| vec![&key]).err(), JwsError::Header),
            (verify(&token, &logout, |_, _| vec![&key]).err(), JwsError::Header),
            (verify(&token, &untyped, |_, _| vec![&key]).err(), JwsError::Header),
            (verify(&token, &ALL, |_, _| Vec::<&Jwk>::new()).err(), JwsError::UnknownKey),
            (verify(&token, &ALL, |_, _| vec![&other]).err(), JwsError::Signature),
            (verify("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", &ALL, |_, _| vec![&key]).err(), JwsError::Header),
            (verify("a.b", &ALL, |_, _| vec![&key]).err(), JwsError::Malformed),
            (verify("", &ALL, |_, _| vec![&key]).err(), JwsError::Malformed),
        ];
        for (number, (got, expected)) in cases.into_iter().enumerate() {
            assert_eq!(got, Some(expected), "case {number}");
        }
    }
}
