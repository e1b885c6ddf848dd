//! The gate before every change of what an account is proved with (ASVS 7.5.1): whoever finds a session open must not be able to add
//! a credential of their own, or take one away.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::credential,
    session::{Live, Population},
    signin::{Asked, FRESH},
    types::{Aal, Fault},
};

use super::own;
use crate::web::{Code, Halt, Visit, page::NextStep};

const SEALED: Code = Code::new("break-glass-account", StatusCode::FORBIDDEN);

/// The session of somebody who proved themself at the highest level of their account, at most five minutes ago.
///
/// # Errors
/// A [`Halt`] that leads to that proof and then to `back`, a page of this door.
pub(super) async fn fresh(visit: &Visit, back: &str) -> Result<Live, Halt> {
    let Some(live) = visit.session().await? else {
        return Err(own::sign_in(visit, &Asked::default(), back).await?.into());
    };
    own_account(visit, &live)?;
    let highest = highest(visit, &live).await?;
    if live.aal >= highest && visit.now() < live.auth_at + FRESH {
        return Ok(live);
    }
    Err(prove_again(visit, &live, highest, back).await?.into())
}

/// A break-glass account has its key and nothing else: there is nothing about it that somebody who is signed in may change.
///
/// # Errors
/// A [`Halt`] with a page that says so.
pub(super) fn own_account(visit: &Visit, live: &Live) -> Result<(), Halt> {
    match live.population {
        Population::BreakGlass => Err(visit.refuse(visit.locale(None), SEALED, NextStep::Usual)),
        Population::Citizen | Population::Official => Ok(()),
    }
}

/// The highest level that the account can prove.
async fn highest(visit: &Visit, live: &Live) -> Result<Aal, Fault> {
    let mut conn = visit.house.db.read().await?;
    let kinds = credential::kinds(&mut conn, live.account).await?;
    Ok(if kinds.is_empty() { Aal::Aal1 } else { Aal::Aal2 })
}

async fn prove_again(visit: &Visit, live: &Live, least: Aal, back: &str) -> Result<Response, Halt> {
    let asked = Asked {
        max_age: i64::try_from(FRESH.as_secs()).ok(),
        least: Some(least),
        expected_person: Some(live.person),
        ..Asked::default()
    };
    own::sign_in(visit, &asked, back).await
}
