//! Access tokens: JWTs of RFC 9068, made here and read here.
//!
//! `jti` is `<restore epoch>.<grant, or "c" for a party in its own name>.<random>`: so one look-up by grant answers whether a token is
//! still good, and after a restore every older token is dead.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    crypto::{
        jws::{self, Alg, Expected},
        random,
    },
    relying::{Party, Scope},
    signin::Admitted,
    store::meta::Epoch,
    types::{Fault, Id, Timestamp, id},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::grant::Stored;
use crate::web::house::House;

/// The registered type (RFC 9068 section 2.1).
const TYP: &str = "at+jwt";

/// `aud`: one text or several.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: Audience<'a>,
    client_id: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// What the scope `officials` tells; no name of it is one of the above.
    #[serde(flatten)]
    official: &'a Map<String, Value>,
}

/// What one access token of a person is for.
pub(super) struct With<'a> {
    pub(super) scopes: &'a [Scope],
    pub(super) resources: &'a [String],
    /// What the scope `officials` tells.
    pub(super) official: &'a Map<String, Value>,
}

/// A token for a person's party.
pub(super) fn for_grant(
    house: &House,
    (party, grant): (&Party, &Stored),
    With { scopes, resources, official }: With<'_>,
    now: Timestamp,
    _admitted: &Admitted,
) -> Result<String, Fault> {
    let terms = &grant.terms;
    let claims = Claims {
        iss: &house.issuer,
        sub: &terms.sub,
        aud: audience(house, party, resources, scopes.contains(&Scope::Openid)),
        client_id: &party.client_id,
        iat: now.seconds(),
        exp: grant.until(now + house.settings.access_token_lifetime).seconds(),
        jti: jti(house.epoch(), Some(grant.id)),
        auth_time: Some(terms.auth_at.seconds()),
        acr: Some(&terms.acr),
        amr: Some(&terms.amr),
        scope: (!scopes.is_empty()).then(|| Scope::join(scopes)),
        official,
    };
    sign(house, party, &claims)
}

/// A token for a party in its own name (RFC 6749 section 4.4): `sub` is its `client_id`, whose form no person's `sub` can have.
pub(super) fn for_party(
    house: &House,
    party: &Party,
    (scopes, resources): (&[Scope], &[String]),
    now: Timestamp,
) -> Result<String, Fault> {
    let claims = Claims {
        iss: &house.issuer,
        sub: &party.client_id,
        aud: audience(house, party, resources, false),
        client_id: &party.client_id,
        iat: now.seconds(),
        exp: (now + house.settings.access_token_lifetime).seconds(),
        jti: jti(house.epoch(), None),
        auth_time: None,
        acr: None,
        amr: None,
        scope: (!scopes.is_empty()).then(|| Scope::join(scopes)),
        official: &Map::new(),
    };
    sign(house, party, &claims)
}

fn sign(house: &House, party: &Party, claims: &Claims<'_>) -> Result<String, Fault> {
    let signer = house.keyring.signer(party.definition.access_token_signed_response_alg)?;
    jws::sign(&*signer, TYP, claims)
}

/// Named resources, or the party's usual audience; with `openid` also ourselves, because userinfo is ours.
fn audience<'a>(house: &'a House, party: &'a Party, resources: &'a [String], openid: bool) -> Audience<'a> {
    let usual = party.default_audience(&house.issuer);
    match resources {
        [] if openid && usual != house.issuer => Audience::Several(vec![usual, &house.issuer]),
        [] => Audience::One(usual),
        [one] => Audience::One(one),
        several => Audience::Several(several.iter().map(String::as_str).collect()),
    }
}

fn jti(Epoch(epoch): Epoch, grant: Option<Id<id::Grant>>) -> String {
    let grant = grant.map_or_else(|| "c".to_owned(), |grant| grant.to_string());
    format!("{epoch}.{grant}.{}", URL_SAFE_NO_PAD.encode(random::bytes::<12>()))
}

/// Whose name a token is in.
pub(super) enum Holder {
    /// A person's, by this grant.
    Grant(Id<id::Grant>),
    /// The party's own.
    Party,
}

/// An access token of ours whose signature, type, issuer, epoch and times are good. Whether its grant still stands is another question.
pub(super) struct Read {
    pub(super) holder: Holder,
    pub(super) jti: String,
    pub(super) client_id: String,
    pub(super) audience: Vec<String>,
    pub(super) scopes: Vec<Scope>,
    pub(super) exp: Timestamp,
    pub(super) claims: Map<String, Value>,
}

/// Reads a token of ours. `None`: it is none, or too old; nobody learns which.
pub(super) fn read(house: &House, token: &str, now: Timestamp) -> Option<Read> {
    let expected = Expected { algs: &Alg::ALL, typs: &[TYP] };
    let keys =
        |kid: Option<&str>, alg| kid.and_then(|kid| house.keyring.verification_key(kid, alg)).into_iter().collect();
    let claims = jws::verify(token, &expected, keys).ok()?.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let exp = Timestamp::from_seconds(claims.get("exp")?.as_i64()?);
    let audience = match claims.get("aud")? {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().map(|aud| aud.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        _ => return None,
    };
    let jti = text("jti")?;
    let mut parts = jti.split('.');
    let (epoch, grant) = (parts.next()?.parse().ok().map(Epoch)?, parts.next()?);
    let holder = if grant == "c" { Holder::Party } else { Holder::Grant(grant.parse().ok()?) };
    let scopes = text("scope").unwrap_or_default().split(' ').filter_map(Scope::from_word).collect();
    let good = text("iss")? == house.issuer && now < exp && epoch == house.epoch();
    good.then_some(())?;
    Some(Read { holder, jti, client_id: text("client_id")?, audience, scopes, exp, claims })
}
