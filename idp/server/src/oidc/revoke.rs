//! Token revocation (RFC 7009). A token that is unknown, or another party's, is answered like one that was revoked: 200, and nothing happens.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use idp_core::{
    audit::{self, Event},
    crypto::handle::{Handle, Refresh},
    relying::Party,
    store::{Actor, Cx, StoreError},
    types::Digest,
};

use super::{
    access_token::{self, Read},
    client_auth, cors,
    error::{Code, OauthError},
    grant, rows,
};
use crate::web::{Context, Form, Problem, house::House};

/// `POST /oauth2/revoke`.
pub(super) async fn serve(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    form: Result<Form, Problem>,
) -> Response {
    let mut response = match answer(&house, &context, &headers, form).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    };
    cors::open_to_parties(&house, &headers, &mut response);
    response
}

async fn answer(
    house: &Arc<House>,
    context: &Context,
    headers: &HeaderMap,
    form: Result<Form, Problem>,
) -> Result<(), OauthError> {
    let Form(form) = form.map_err(|_| OauthError::new(Code::InvalidRequest, "the body is not a readable form"))?;
    let cx = house.cx(context);
    let party = client_auth::authenticate(house, &cx, headers, &form).await?;
    let cx = cx.acting(Actor::Party(party.id));
    let token = form.get("token").ok_or_else(|| OauthError::new(Code::InvalidRequest, "token is missing"))?;
    if let Some(digest) = Handle::<Refresh>::digest_of(token) {
        return refresh(house, &cx, &party, digest).await;
    }
    match access_token::read(house, token, cx.now).filter(|read| read.client_id == party.client_id) {
        Some(read) => access(house, &cx, &party, &read).await,
        None => Ok(()),
    }
}

/// A revoked refresh token takes its whole family with it.
async fn refresh(house: &House, cx: &Cx, party: &Party, digest: Digest) -> Result<(), OauthError> {
    let revoked = house.db.write(cx, |tx| {
        Box::pin(async move {
            let Some(stored) = rows::refresh(tx, digest).await? else {
                return Ok(());
            };
            let own = rows::grant(tx, stored.grant, None).await?.is_some_and(|grant| grant.party == party.id);
            if own {
                grant::revoke(tx, stored.grant, "revoked-by-party").await?;
            }
            Ok::<(), StoreError>(())
        })
    });
    Ok(revoked.await?)
}

async fn access(house: &House, cx: &Cx, party: &Party, read: &Read) -> Result<(), OauthError> {
    let until = read.exp + Duration::from_secs(1);
    let revoked = house.db.write(cx, |tx| {
        Box::pin(async move {
            rows::insert_revoked(tx, &read.jti, until).await?;
            audit::record(tx, Event::AccessTokenRevoked { party: party.id }).await?;
            Ok::<(), StoreError>(())
        })
    });
    Ok(revoked.await?)
}
