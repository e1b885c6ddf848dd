//! ID tokens (OpenID Connect Core section 2).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    crypto::{digest, jws},
    relying::Party,
    signin::{Admitted, Attributes},
    types::{Fault, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{claims, grant::Stored};
use crate::web::house::House;

/// What goes into an ID token beside the grant.
pub(super) struct With<'a> {
    /// The access token that comes with it: `at_hash` ties the two together.
    pub(super) access_token: &'a str,
    /// Attributes released to the party, of which `claims.id_token` may have asked for some.
    pub(super) attributes: &'a Attributes,
    /// What the scope `officials` tells.
    pub(super) official: &'a Map<String, Value>,
    /// Whether `nonce` is given: with the code, not with a refresh (OpenID Connect Core section 12.2).
    pub(super) nonce: bool,
}

/// Makes an ID token.
pub(super) fn make(
    house: &House,
    (party, grant): (&Party, &Stored),
    with: &With<'_>,
    now: Timestamp,
    _admitted: &Admitted,
) -> Result<String, Fault> {
    let terms = &grant.terms;
    let mut payload = Map::new();
    let mut put = |name: &str, value: Value| {
        payload.insert(name.to_owned(), value);
    };
    put("iss", json!(house.issuer));
    put("sub", json!(terms.sub));
    put("aud", json!(party.client_id));
    put("exp", json!(grant.until(now + house.settings.id_token_lifetime).seconds()));
    put("iat", json!(now.seconds()));
    put("auth_time", json!(terms.auth_at.seconds()));
    put("acr", json!(terms.acr));
    put("amr", json!(terms.amr));
    put("sid", json!(terms.sid));
    put("at_hash", json!(at_hash(with.access_token)));
    if let Some(nonce) = terms.nonce.as_ref().filter(|_| with.nonce) {
        put("nonce", json!(nonce));
    }
    for (name, value) in claims::of(with.attributes, terms.locale) {
        // A name of ours is never written over: what `claims` may ask for is a closed list without the names above.
        if terms.requested.id_token.contains(&name) {
            put(&name, value);
        }
    }
    for (name, value) in with.official {
        put(name, value.clone());
    }
    let signer = house.keyring.signer(party.definition.id_token_signed_response_alg)?;
    jws::sign(&*signer, "JWT", &payload)
}

/// The left half of SHA-256 (OpenID Connect Core section 3.1.3.6); all our algorithms hash with it, Ed25519's parties by convention too.
fn at_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::sha256(token.as_bytes()).bytes()[..16])
}
