//! Token revocation (RFC 7009). A token that is unknown, or another party's, is answered like one that was revoked: 200, and nothing happens.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use idp_core::{
    audit::{self, Event},
    crypto::handle::{Handle, Refresh},
    relying::Party,
    store::{Cx, StoreError},
    types::Digest,
};

use super::{
    access_token::{self, Read},
    asked::Asked,
    cors,
    error::OauthError,
    grant, rows,
};
use crate::web::house::House;

/// `POST /oauth2/revoke`.
pub(super) async fn serve(asked: Asked) -> Response {
    let mut response = match answer(&asked).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    };
    cors::open_to_parties(&asked.house, &asked.headers, &mut response);
    response
}

async fn answer(asked: &Asked) -> Result<(), OauthError> {
    let house = &*asked.house;
    let (party, cx) = asked.party().await?;
    let token = asked.token()?;
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
            let now = tx.now();
            let Some(stored) = rows::refresh(tx, digest).await? else {
                return Ok(());
            };
            let own = rows::grant(tx, stored.grant, None, now).await?.is_some_and(|grant| grant.party == party.id);
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
