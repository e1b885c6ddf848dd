//! Signed heads: what stood at a place of the chain at a time, under a signature that the database cannot make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    crypto::{
        jwk::Jwk,
        jws::{self, Alg, Expected, Signer},
    },
    types::{Digest, Fault, Timestamp},
};

/// The `typ` of a head. No other token of ours has it, so none can be passed off as a head.
const TYP: &str = "audit-head+jwt";

/// The public halves of all keys that we ever had, by `kid`: heads outlive the keys that signed them.
pub type HeadKeys = BTreeMap<String, Jwk>;

/// The chain hash at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The place, counted from 1.
    pub position: i64,
    /// The chain hash there.
    pub chain: Digest,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    position: i64,
    /// Hexadecimal.
    chain: String,
    /// NumericDate.
    iat: i64,
}

impl Head {
    /// The compact JWS over this head.
    pub(super) fn sign(&self, signer: &dyn Signer, now: Timestamp) -> Result<String, Fault> {
        let claims = Claims { position: self.position, chain: hex::encode(self.chain.bytes()), iat: now.seconds() };
        jws::sign(signer, TYP, &claims)
    }

    /// Whether this text is a head by one of these keys over this very place and hash.
    pub(super) fn is_signed_by(&self, text: &str, keys: &HeadKeys) -> bool {
        let expected = Expected { algs: &Alg::ALL, typs: &[TYP] };
        let verified = jws::verify(text, &expected, |kid, _| kid.and_then(|kid| keys.get(kid)).into_iter().collect());
        let claims = verified.ok().and_then(|verified| serde_json::from_value::<Claims>(verified.claims.into()).ok());
        claims.is_some_and(|claims| claims.position == self.position && claims.chain == hex::encode(self.chain.bytes()))
    }
}
