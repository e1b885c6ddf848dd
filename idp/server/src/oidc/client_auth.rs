//! How a party proves itself at the token, introspection and revocation endpoints (RFC 6749 section 2.3, RFC 7523, OpenID Connect Core
//! section 9). One method at a time, and only the one that was registered.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, engine::general_purpose::STANDARD};
use idp_core::{
    audit::{self, Event},
    crypto::{
        digest,
        jws::{self, Alg, Expected},
    },
    relying::{AuthMethod, Party, Rule},
    store::{
        Cx, StoreError,
        quota::{self, Bucket, Limit},
    },
    types::Timestamp,
};
use serde_json::{Map, Value};

use super::{
    error::{Code, OauthError},
    rows,
};
use crate::web::{Params, house::House};

/// The type of assertion (RFC 7521 section 4.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion may be valid this long at most: so long its `jti` is remembered.
const LONGEST_ASSERTION: Duration = Duration::from_secs(600);
/// Clocks may differ by this much (FAPI 2.0 section 5.3.2.1: over 60 s ahead is refused).
const SKEW_SECONDS: i64 = 60;

/// What a request shows, before anything is believed.
enum Shown<'a> {
    Secret { method: AuthMethod, client_id: String, secret: String },
    Assertion { client_id: Option<&'a str>, assertion: &'a str },
    Nothing { client_id: &'a str },
}

fn refused(because: &'static str) -> OauthError {
    OauthError::new(Code::InvalidClient, because)
}

/// The party that sent this request.
pub(super) async fn authenticate(
    house: &Arc<House>,
    cx: &Cx,
    headers: &HeaderMap,
    form: &Params,
) -> Result<Arc<Party>, OauthError> {
    let shown = read(headers, form)?;
    match judge(house, cx, &shown).await {
        Ok(party) => Ok(party),
        Err((party, error)) => {
            if error.code() == Code::InvalidClient {
                record_refusal(house, cx, party.as_deref()).await?;
            }
            Err(error)
        }
    }
}

fn read<'a>(headers: &HeaderMap, form: &'a Params) -> Result<Shown<'a>, OauthError> {
    if form.duplicated(&["resource"]).is_some() {
        return Err(OauthError::new(Code::InvalidRequest, "a parameter came twice"));
    }
    let basic = basic(headers)?;
    let client_id = form.get("client_id");
    let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    match (basic, secret, assertion) {
        (Some((id, secret)), None, None) => {
            if client_id.is_some_and(|named| named != id) {
                return Err(OauthError::new(Code::InvalidRequest, "client_id differs from the Authorization header"));
            }
            Ok(Shown::Secret { method: AuthMethod::ClientSecretBasic, client_id: id, secret })
        }
        (None, Some(secret), None) => {
            let client_id = client_id.ok_or_else(|| refused("client_secret without client_id"))?.to_owned();
            Ok(Shown::Secret { method: AuthMethod::ClientSecretPost, client_id, secret: secret.to_owned() })
        }
        (None, None, Some(assertion)) => {
            if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(refused("client_assertion_type is missing or another one"));
            }
            Ok(Shown::Assertion { client_id, assertion })
        }
        (None, None, None) => {
            let client_id = client_id.ok_or_else(|| refused("nothing names a party"))?;
            Ok(Shown::Nothing { client_id })
        }
        // RFC 6749 §2.3: more than one method in a request is refused; guessing which one counts has been a hole.
        _ => Err(OauthError::new(Code::InvalidRequest, "more than one way to authenticate was used")),
    }
}

/// `Authorization: Basic`: id and secret are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, OauthError> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let malformed = || refused("the Authorization header cannot be read");
    let text = line.to_str().ok().filter(|_| lines.next().is_none()).ok_or_else(malformed)?;
    let (scheme, value) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") || value.len() > 1_024 {
        return Err(malformed());
    }
    let decoded =
        STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(malformed)?;
    let (id, secret) = decoded.split_once(':').ok_or_else(malformed)?;
    let unescape = |text: &str| {
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.next().map(|(text, _)| text.into_owned()).unwrap_or_default()
    };
    Ok(Some((unescape(id), unescape(secret))))
}

type Refusal = (Option<Arc<Party>>, OauthError);

async fn judge(house: &Arc<House>, cx: &Cx, shown: &Shown<'_>) -> Result<Arc<Party>, Refusal> {
    let find = |client_id: &str| house.register.by_client_id(client_id).ok_or_else(|| (None, refused("unknown party")));
    match shown {
        Shown::Secret { method, client_id, secret } => {
            let party = find(client_id)?;
            let right = party.definition.token_endpoint_auth_method == *method
                && party.secret.is_some_and(|stored| stored == digest::sha256(secret.as_bytes()));
            if right { Ok(party) } else { Err((Some(party), refused("wrong secret or another method"))) }
        }
        Shown::Nothing { client_id } => {
            let party = find(client_id)?;
            if party.definition.token_endpoint_auth_method == AuthMethod::None {
                Ok(party)
            } else {
                Err((Some(party), refused("the party did not authenticate itself")))
            }
        }
        Shown::Assertion { client_id, assertion } => {
            let claimed = claimed_issuer(assertion).ok_or_else(|| (None, refused("the assertion cannot be read")))?;
            let party = find(&claimed)?;
            if client_id.is_some_and(|named| named != claimed) {
                return Err((Some(party), refused("client_id differs from the assertion")));
            }
            match check_assertion(house, cx, &party, assertion).await {
                Ok(()) => Ok(party),
                Err(error) => Err((Some(party), error)),
            }
        }
    }
}

/// The `iss` of an assertion, unverified: only to find the keys that must verify it.
fn claimed_issuer(assertion: &str) -> Option<String> {
    let payload = assertion.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

async fn check_assertion(house: &House, cx: &Cx, party: &Party, assertion: &str) -> Result<(), OauthError> {
    if party.definition.token_endpoint_auth_method != AuthMethod::PrivateKeyJwt {
        return Err(refused("the party registered another method"));
    }
    let expected = Expected { algs: &Alg::ALL, typs: &["JWT", "client-authentication+jwt", ""] };
    let keys = |kid: Option<&str>, alg: Alg| {
        let fits = |key: &&idp_core::crypto::jwk::Jwk| {
            kid.is_none_or(|kid| key.key_id() == Some(kid)) && key.algorithm().is_none_or(|own| own == alg.name())
        };
        party.keys.iter().filter(fits).collect()
    };
    let verified =
        jws::verify(assertion, &expected, keys).map_err(|_| refused("the assertion's signature or header is wrong"))?;
    let (jti, until) = check_claims(&verified.claims, party, &house.issuer, cx.now)?;
    let used = digest::sha256(jti.as_bytes());
    let first = house.db.write(cx, |tx| Box::pin(rows::insert_assertion(tx, party.id, used, until))).await?;
    if first { Ok(()) } else { Err(refused("the assertion was used before")) }
}

/// The claims of RFC 7523 section 3, with the audience of rfc7523bis: the issuer and nothing else, as a text. A list or the address of an
/// endpoint would let an assertion made for another server be used here.
fn check_claims<'c>(
    claims: &'c Map<String, Value>,
    party: &Party,
    issuer: &str,
    now: Timestamp,
) -> Result<(&'c str, Timestamp), OauthError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let names_itself = text("iss") == Some(&party.client_id) && text("sub") == Some(&party.client_id);
    let old_audience = party.definition.is_excepted(Rule::AssertionAudience, now);
    let token_endpoint = format!("{issuer}/oauth2/token");
    let audience_fits = text("aud").is_some_and(|aud| aud == issuer || (old_audience && aud == token_endpoint));
    let exp = seconds("exp").ok_or_else(|| refused("the assertion has no exp"))?;
    let longest = now.seconds() + LONGEST_ASSERTION.as_secs() as i64;
    let in_time = exp > now.seconds() && exp <= longest;
    let not_ahead = ["iat", "nbf"].iter().all(|name| seconds(name).is_none_or(|at| at <= now.seconds() + SKEW_SECONDS));
    let jti = text("jti")
        .filter(|jti| !jti.is_empty() && jti.len() <= 256)
        .ok_or_else(|| refused("the assertion has no jti"))?;
    if names_itself && audience_fits && in_time && not_ahead {
        Ok((jti, Timestamp::from_seconds(exp) + Duration::from_secs(1)))
    } else {
        Err(refused("the assertion's claims do not fit"))
    }
}

/// One audit event for a refusal, at most sixty a minute from one address: a flood of wrong secrets may not fill the log.
async fn record_refusal(house: &House, cx: &Cx, party: Option<&Party>) -> Result<(), OauthError> {
    let address = cx.address().map(|address| address.to_string()).unwrap_or_default();
    let bucket = Bucket::new("party refused", &[address.as_bytes()]);
    let limit = Limit { most: 60, window: Duration::from_secs(60) };
    let id = party.map(|party| party.id);
    let recorded = house.db.write(cx, |tx| {
        Box::pin(async move {
            if quota::spend(tx, bucket, limit).await?.is_ok() {
                audit::record(tx, Event::PartyRefused { party: id, because: "authentication" }).await?;
            }
            Ok::<(), StoreError>(())
        })
    });
    Ok(recorded.await?)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    use super::{Shown, read};
    use crate::web::Params;

    fn shown(authorization: Option<&'static str>, form: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        if let Some(line) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(line));
        }
        let Ok(form) = Params::parse(form) else {
            return "unreadable";
        };
        match read(&headers, &form) {
            Ok(Shown::Secret { client_id, secret, .. }) if client_id == "rp" && secret == "s+" => "secret",
            Ok(Shown::Secret { .. }) => "another secret",
            Ok(Shown::Assertion { .. }) => "assertion",
            Ok(Shown::Nothing { .. }) => "nothing",
            Err(error) => error.code().word(),
        }
    }

    #[test]
    fn exactly_one_way_counts() {
        let assertion =
            "client_assertion=x&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let both = format!("{assertion}&client_secret=s&client_id=rp");
        let cases = [
            (Some("Basic cnA6cyUyQg=="), "", "secret"),
            (Some("basic cnA6cyUyQg=="), "client_id=rp", "secret"),
            (Some("Basic cnA6cyUyQg=="), "client_id=other", "invalid_request"),
            (Some("Basic cnA6cyUyQg=="), "client_secret=s&client_id=rp", "invalid_request"),
            (Some("Basic cnA6cyUyQg=="), assertion, "invalid_request"),
            (Some("Bearer x"), "client_id=rp", "invalid_client"),
            (Some("Basic !!!"), "", "invalid_client"),
            (None, "client_id=rp&client_secret=s%2B", "secret"),
            (None, "client_secret=s", "invalid_client"),
            (None, assertion, "assertion"),
            (None, "client_assertion=x&client_assertion_type=other", "invalid_client"),
            (None, &both, "invalid_request"),
            (None, "client_id=rp", "nothing"),
            (None, "", "invalid_client"),
            (None, "client_id=rp&client_id=rp", "invalid_request"),
        ];
        for (authorization, form, expected) in cases {
            assert_eq!(shown(authorization, form), expected, "{authorization:?} {form}");
        }
    }
}
