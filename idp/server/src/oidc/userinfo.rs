//! The userinfo endpoint (OpenID Connect Core section 5.3, RFC 6750).

use std::sync::Arc;

use axum::extract::FromRequest;
use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    crypto::jws,
    relying::{Party, Scope},
    signin::Attributes,
    types::{Aal, Fault, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{
    access_token::{self, Holder},
    claims, cors,
    error::{Code, OauthError},
    grant::Terms,
    officials, rows,
};
use crate::web::{Context, Form, house::House, tally::Told};

fn invalid(because: &'static str) -> OauthError {
    OauthError::new(Code::InvalidToken, because)
}

/// `GET` and `POST /oauth2/userinfo`.
pub(super) async fn serve(State(house): State<Arc<House>>, context: Context, request: Request) -> Response {
    let headers = request.headers().clone();
    let mut response = match token(request).await {
        Ok(Some(token)) => match tell(&house, house.cx(&context).now, &token).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        },
        // RFC 6750 §3.1: without any token no error code is told.
        Ok(None) => (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response(),
        Err(error) => error.into_response(),
    };
    cors::open_to_parties(&house, &headers, &mut response);
    response
}

/// The token from the header, or from the form of a POST; never from the address, which ends up in logs (RFC 9700 section 4.3.2).
async fn token(request: Request) -> Result<Option<String>, OauthError> {
    let header = bearer(request.headers())?;
    let is_form = request.method() == Method::POST && request.headers().contains_key(CONTENT_TYPE);
    if !is_form {
        return Ok(header);
    }
    let Ok(Form(form)) = Form::from_request(request, &()).await else {
        return Ok(header);
    };
    match (header, form.one("access_token")) {
        (header, Ok(None)) => Ok(header),
        (None, Ok(Some(token))) => Ok(Some(token.to_owned())),
        _ => Err(OauthError::new(Code::InvalidRequest, "the token came more than once")),
    }
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>, OauthError> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let text = line.to_str().ok().filter(|_| lines.next().is_none()).ok_or_else(|| invalid("unreadable header"))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(invalid("another scheme")),
    }
}

async fn tell(house: &House, now: Timestamp, token: &str) -> Result<Response, OauthError> {
    let read = access_token::read(house, token, now).ok_or_else(|| invalid("not a token of ours, or too old"))?;
    let Holder::Grant(grant) = read.holder else {
        return Err(invalid("a token in a party's own name"));
    };
    if !read.audience.contains(&house.issuer) {
        return Err(invalid("a token for another audience"));
    }
    let found = {
        let mut conn = house.db.read().await.map_err(Fault::from)?;
        rows::grant_and_person(&mut conn, grant, &read.jti, now).await?
    };
    let (stored, person) = found.ok_or_else(|| invalid("unknown grant"))?;
    if stored.jti_is_revoked {
        return Err(invalid("revoked"));
    }
    let _admitted = stored.admit(house, now).map_err(|refused| invalid(refused.word()))?;
    if !read.scopes.contains(&Scope::Openid) {
        return Err(OauthError::new(Code::InsufficientScope, "openid is missing"));
    }
    let party = house.register.by_id(stored.party).ok_or_else(|| invalid("party"))?;
    if let Some(error) = too_little(&party, &stored.terms, now) {
        return Err(error);
    }
    let released: Vec<Scope> = read.scopes.iter().copied().filter(|scope| party.may_ask(*scope)).collect();
    let attributes = Attributes::of(&person, &released).ok_or_else(|| invalid("person"))?;
    let mut body = claims::of(&attributes, stored.terms.locale);
    if released.contains(&Scope::Officials) {
        let mut conn = house.db.read().await.map_err(Fault::from)?;
        body.extend(officials::claims(&mut conn, (&party, &stored), &released, now).await?);
    }
    body.insert("sub".into(), json!(stored.terms.sub));
    // The person sees in their account who was told what.
    house.told.add(Told { person: stored.person, party: stored.party, grant: stored.id, scopes: released });
    answer(house, &party, body)
}

/// RFC 9470: a party may raise what it requires while tokens of lesser sign-ins are in use.
fn too_little(party: &Party, terms: &Terms, now: Timestamp) -> Option<OauthError> {
    let needed = party.definition.least().filter(|least| Aal::from_acr(&terms.acr) < Some(*least));
    let oldest = party.definition.required_max_age.filter(|age| now.since(terms.auth_at).as_secs() > u64::from(*age));
    (needed.is_some() || oldest.is_some()).then(|| OauthError::step_up(needed.map(Aal::acr), oldest))
}

fn answer(house: &House, party: &Party, mut body: Map<String, Value>) -> Result<Response, OauthError> {
    let Some(alg) = party.definition.userinfo_signed_response_alg else {
        return Ok(Json(body).into_response());
    };
    // OpenID Connect Core §5.3.2: a signed answer says for whom it is and by whom.
    body.insert("iss".into(), json!(house.issuer));
    body.insert("aud".into(), json!(party.client_id));
    let signer = house.keyring.signer(alg)?;
    let jwt = jws::sign(&*signer, "JWT", &body)?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/jwt"))], jwt).into_response())
}
