//! Logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The provider's clock and ours may differ by this much.
const LEEWAY_SECONDS: i64 = 60;
/// A token that lives longer than this is none of a careful provider; spent ones must be remembered for as long.
pub(super) const LONGEST_LIFE_SECONDS: i64 = 600;

/// Which sessions end: those of `sid`, or all of `sub` where there is no `sid`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogoutToken {
    pub(super) jti: String,
    pub(super) sub: Option<String>,
    pub(super) sid: Option<String>,
}

/// Whom a token must be from and for.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) now_seconds: i64,
}

/// Why a token ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    /// Not a logout token by its `typ`: an ID token must not end sessions.
    Type,
    Algorithm,
    /// Signed with a key that we do not know (yet).
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Time,
    Event,
    /// Has a nonce, so that it could pass for an ID token.
    Nonce,
    /// Names neither a subject nor a session.
    Nobody,
    Spent,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    events: serde_json::Map<String, serde_json::Value>,
    sub: Option<String>,
    sid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    nonce: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// True for any value, `null` too.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(from).map(|_| true)
}

/// Checks the signature first, then the claims. Whether the `jti` is new is the caller's to judge.
pub(super) fn verify(token: &str, keys: &CoreJsonWebKeySet, expected: &Expected<'_>) -> Result<LogoutToken, Refusal> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Refusal::Malformed)?;
    check_signature(&header, message.as_bytes(), &decode(signature)?, keys)?;
    let claims: Claims = serde_json::from_slice(&decode(payload)?).map_err(|_| Refusal::Malformed)?;
    claims.check(expected)?;
    Ok(LogoutToken { jti: claims.jti, sub: claims.sub, sid: claims.sid })
}

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)
}

fn check_signature(header: &Header, message: &[u8], signature: &[u8], keys: &CoreJsonWebKeySet) -> Result<(), Refusal> {
    if !header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case("logout+jwt")) {
        return Err(Refusal::Type);
    }
    // One algorithm, chosen here: the token does not choose (RFC 8725 §3.1). `crit` names rules that we do not know.
    if header.alg != "RS256" || header.crit {
        return Err(Refusal::Algorithm);
    }
    let kid = header.kid.as_deref().ok_or(Refusal::UnknownKey)?;
    let named = |key: &&_| JsonWebKey::key_id(*key).is_some_and(|id| id.as_str() == kid);
    let key = keys.keys().iter().find(named).ok_or(Refusal::UnknownKey)?;
    key.verify_signature(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, message, signature)
        .map_err(|_| Refusal::Signature)
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Refusal> {
        let ours = match &self.aud {
            Audience::One(only) => only == expected.client_id,
            // A second audience could have been given the token to play us (OpenID Connect Core §3.1.3.7, item 3).
            Audience::Many(all) => matches!(all.as_slice(), [only] if only == expected.client_id),
        };
        let now = expected.now_seconds;
        let in_time = self.iat <= now.saturating_add(LEEWAY_SECONDS)
            && self.exp.saturating_add(LEEWAY_SECONDS) > now
            && self.exp >= self.iat
            && self.exp.saturating_sub(self.iat) <= LONGEST_LIFE_SECONDS;
        let event = self.events.get("http://schemas.openid.net/event/backchannel-logout");
        for (good, refusal) in [
            (self.iss == expected.issuer, Refusal::Issuer),
            (ours, Refusal::Audience),
            (in_time, Refusal::Time),
            (event.is_some_and(serde_json::Value::is_object), Refusal::Event),
            (!self.nonce, Refusal::Nonce),
            (self.sub.is_some() || self.sid.is_some(), Refusal::Nobody),
            (!self.jti.is_empty() && self.jti.len() <= 256, Refusal::Malformed),
        ] {
            if !good {
                return Err(refusal);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Expected, LogoutToken, Refusal, verify};
    use crate::portal::tests::Signer;

    const NOW: i64 = 1_800_000_000;

    fn good() -> Value {
        json!({
            "iss": "http://localhost:8080", "aud": "portal-1", "iat": NOW, "exp": NOW + 120, "jti": "j1", "sub": "s1", "sid": "sid1",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} }
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        claims[name] = value;
        claims
    }

    fn without(name: &str) -> Value {
        let mut claims = good();
        claims.as_object_mut().expect("an object").remove(name);
        claims
    }

    fn header() -> Value {
        json!({ "alg": "RS256", "typ": "logout+jwt", "kid": "k1" })
    }

    fn judge(signer: &Signer, token: &str) -> Result<LogoutToken, Refusal> {
        let expected = Expected { issuer: "http://localhost:8080", client_id: "portal-1", now_seconds: NOW };
        verify(token, &signer.keys(), &expected)
    }

    #[test]
    fn a_good_token_names_whom_it_ends() {
        let signer = Signer::new("k1");
        let token = LogoutToken { jti: "j1".into(), sub: Some("s1".into()), sid: Some("sid1".into()) };
        assert_eq!(judge(&signer, &signer.sign(&header(), &good())), Ok(token));
        for claims in [without("sub"), without("sid"), with("aud", json!(["portal-1"])), with("iat", json!(NOW + 50))] {
            assert!(judge(&signer, &signer.sign(&header(), &claims)).is_ok(), "{claims}");
        }
    }

    #[test]
    fn each_rule_of_the_claims_refuses() {
        let signer = Signer::new("k1");
        let nobody = {
            let mut claims = without("sub");
            claims.as_object_mut().expect("an object").remove("sid");
            claims
        };
        for (claims, refusal) in [
            (with("iss", json!("http://localhost:8080/")), Refusal::Issuer),
            (with("aud", json!("portal-2")), Refusal::Audience),
            (with("aud", json!(["portal-1", "portal-2"])), Refusal::Audience),
            (with("aud", json!([])), Refusal::Audience),
            (with("exp", json!(NOW - 60)), Refusal::Time),
            (with("iat", json!(NOW + 61)), Refusal::Time),
            (with("exp", json!(NOW + 601)), Refusal::Time),
            (with("events", json!({})), Refusal::Event),
            (with("events", json!({ "http://schemas.openid.net/event/backchannel-logout": null })), Refusal::Event),
            (with("nonce", json!("n")), Refusal::Nonce),
            (with("nonce", json!(null)), Refusal::Nonce),
            (nobody, Refusal::Nobody),
            (with("jti", json!("")), Refusal::Malformed),
            (without("jti"), Refusal::Malformed),
            (without("iat"), Refusal::Malformed),
            (without("exp"), Refusal::Malformed),
            (without("events"), Refusal::Malformed),
        ] {
            assert_eq!(judge(&signer, &signer.sign(&header(), &claims)), Err(refusal), "{claims}");
        }
    }

    #[test]
    fn header_and_signature_are_checked_before_the_claims() {
        let (signer, other) = (Signer::new("k1"), Signer::new("k1"));
        for (header, refusal) in [
            (json!({ "alg": "RS256", "kid": "k1" }), Refusal::Type),
            (json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }), Refusal::Type),
            (json!({ "alg": "none", "typ": "logout+jwt", "kid": "k1" }), Refusal::Algorithm),
            (json!({ "alg": "HS256", "typ": "logout+jwt", "kid": "k1" }), Refusal::Algorithm),
            (json!({ "alg": "RS256", "typ": "logout+jwt", "kid": "k1", "crit": ["x"] }), Refusal::Algorithm),
            (json!({ "alg": "RS256", "typ": "logout+jwt", "kid": "k2" }), Refusal::UnknownKey),
            (json!({ "alg": "RS256", "typ": "logout+jwt" }), Refusal::UnknownKey),
        ] {
            assert_eq!(judge(&signer, &signer.sign(&header, &good())), Err(refusal), "{header}");
        }
        let token = signer.sign(&header(), &good());
        assert_eq!(judge(&other, &token), Err(Refusal::Signature));
        let (message, _) = token.rsplit_once('.').expect("three parts");
        assert_eq!(judge(&signer, &format!("{message}.")), Err(Refusal::Signature));
        for junk in ["", "a", "a.b", "a.b.c", "..", "e30.e30.e30.e30"] {
            assert_eq!(judge(&signer, junk), Err(Refusal::Malformed), "{junk}");
        }
    }
}
