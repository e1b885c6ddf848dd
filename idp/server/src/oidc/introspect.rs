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
    rows,
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
    let alive = is_alive(house, &read, cx.now).await?;
    Ok(alive.then(|| describe(&read)))
}

/// Random tokens are somebody's search: after a hundred misses in a minute the party waits. Counted in the cache: without it a search over
/// 256 bits gains nothing either.
async fn too_many_misses(house: &House, party: &Party) -> bool {
    let key = format!("introspect-miss:{}", party.id);
    house.cache.count(&key, Duration::from_secs(60)).await.is_ok_and(|misses| misses > 100)
}

/// One statement answers for a token of a person; one for a token of a party.
async fn is_alive(house: &House, read: &Read, now: Timestamp) -> Result<bool, OauthError> {
    let mut conn = house.db.read().await.map_err(Fault::from)?;
    match read.holder {
        Holder::Grant(grant) => {
            let stored = rows::grant(&mut conn, grant, Some(&read.jti)).await?;
            Ok(stored.is_some_and(|stored| !stored.jti_is_revoked && stored.admit(house, now).is_ok()))
        }
        Holder::Party => {
            let served = house.register.by_client_id(&read.client_id).is_some();
            Ok(served && !rows::is_revoked(&mut conn, &read.jti).await?)
        }
    }
}

fn describe(read: &Read) -> Value {
    let mut body = Map::new();
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
    let Some(grant) = rows::grant(&mut conn, stored.grant, None).await? else {
        return Ok(None);
    };
    let alive = unspent && grant.party == party.id && grant.admit(house, now).is_ok();
    Ok(alive.then(|| {
        json!({ "active": true, "client_id": party.client_id, "sub": grant.terms.sub, "exp": stored.idle_until.seconds() })
    }))
}
