//! Token introspection (RFC 7662). Only a token's audience may ask: to everybody else it is not active, and they learn no more.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use idp_core::{
    crypto::handle::{Handle, Refresh},
    relying::{AuthMethod, Party},
    types::{Fault, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{
    access_token::{self, Holder, Read},
    asked::Asked,
    error::{Code, OauthError},
    grant::Stored,
    officials, rows,
};
use crate::web::{self, Problem, house::House};

/// `POST /oauth2/introspect`.
pub(super) async fn serve(asked: Asked) -> Response {
    match answer(&asked).await {
        Ok(body) => Json(body.unwrap_or_else(inactive)).into_response(),
        Err(Refusal::Oauth(error)) => error.into_response(),
        Err(Refusal::Wait) => Problem::new(web::Code::TOO_MANY_REQUESTS).retry_after(60).into_response(),
    }
}

/// Why nothing is told.
enum Refusal {
    Oauth(OauthError),
    Wait,
}

impl From<OauthError> for Refusal {
    fn from(error: OauthError) -> Self {
        Self::Oauth(error)
    }
}

/// Exactly this, whatever the reason (RFC 7662 section 2.2).
fn inactive() -> Value {
    json!({ "active": false })
}

async fn answer(asked: &Asked) -> Result<Option<Value>, Refusal> {
    let house = &*asked.house;
    let (party, cx) = asked.party().await?;
    if party.definition.token_endpoint_auth_method == AuthMethod::None {
        return Err(OauthError::new(Code::InvalidClient, "a public party may not introspect").into());
    }
    let token = asked.token()?;
    if token.starts_with(<Refresh as idp_core::crypto::handle::Kind>::PREFIX) {
        return Ok(refresh(house, &party, token, cx.now).await?);
    }
    let Some(read) = access_token::read(house, token, cx.now) else {
        if too_many_misses(house, &party).await {
            return Err(Refusal::Wait);
        }
        return Ok(None);
    };
    if !read.audience.iter().any(|audience| party.is_audience(audience)) {
        return Ok(None);
    }
    let more = alive(house, &read, cx.now).await?;
    Ok(more.map(|more| describe(&read, more)))
}

/// Random tokens are somebody's search: after a hundred misses in a minute the party waits. Counted in the cache: without it a search over
/// 256 bits gains nothing either.
async fn too_many_misses(house: &House, party: &Party) -> bool {
    let key = format!("introspect-miss:{}", party.id);
    house.cache.count(&key, Duration::from_secs(60)).await.is_ok_and(|misses| misses > 100)
}

/// What is to be told of a living token beside what stands in it; `None`: it is dead. One statement answers for a token of a person; one
/// for a token of a party. What stands in a token of an official is looked up anew: it may be less by now.
async fn alive(house: &House, read: &Read, now: Timestamp) -> Result<Option<Map<String, Value>>, OauthError> {
    let mut conn = house.db.read().await.map_err(Fault::from)?;
    match read.holder {
        Holder::Grant(grant) => {
            let stored = rows::grant(&mut conn, grant, Some(&read.jti), now).await?;
            let party = stored.as_ref().and_then(|stored| house.register.by_id(stored.party));
            let alive = |stored: &Stored| !stored.jti_is_revoked && stored.admit(house, now).is_ok();
            match stored.filter(alive).zip(party) {
                Some((stored, party)) => {
                    Ok(Some(officials::claims(&mut conn, (&party, &stored), &read.scopes, now).await?))
                }
                None => Ok(None),
            }
        }
        Holder::Party => {
            let served = house.register.by_client_id(&read.client_id).is_some();
            let alive = served && !rows::is_revoked(&mut conn, &read.jti).await?;
            Ok(alive.then(Map::new))
        }
    }
}

fn describe(read: &Read, more: Map<String, Value>) -> Value {
    let mut body = more;
    body.insert("active".into(), json!(true));
    for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "auth_time", "acr", "amr"] {
        if let Some(value) = read.claims.get(name) {
            body.insert(name.into(), value.clone());
        }
    }
    body.insert("token_type".into(), json!("Bearer"));
    Value::Object(body)
}

/// A refresh token is meant for us and held by its party: that party may ask.
async fn refresh(house: &House, party: &Party, token: &str, now: Timestamp) -> Result<Option<Value>, OauthError> {
    let Some(digest) = Handle::<Refresh>::digest_of(token) else {
        return Ok(None);
    };
    let mut conn = house.db.read().await.map_err(Fault::from)?;
    let Some(stored) = rows::refresh(&mut conn, digest).await? else {
        return Ok(None);
    };
    let unspent = stored.used_at.is_none() && stored.retired_at.is_none() && stored.idle_until > now;
    let Some(grant) = rows::grant(&mut conn, stored.grant, None, now).await? else {
        return Ok(None);
    };
    let alive = unspent && grant.party == party.id && grant.admit(house, now).is_ok();
    Ok(alive.then(|| {
        json!({ "active": true, "client_id": party.client_id, "sub": grant.terms.sub, "exp": stored.idle_until.seconds() })
    }))
}
