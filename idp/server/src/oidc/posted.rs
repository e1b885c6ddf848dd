//! Cross-site POSTs. The browser sends no Lax cookie with one, so we could not know it: the form is kept as a short-lived row, and
//! the browser comes back by a GET of ours, with its cookies.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use idp_core::{
    crypto::handle::{Handle, Posted},
    store::{Cx, StoreError},
    types::Fault,
};

use super::rows;
use crate::web::{Code, Params, Problem, house::House};

const LIFETIME: Duration = Duration::from_secs(120);

/// Keeps a form and sends the browser to `path?posted=…`.
pub(super) async fn keep(house: &Arc<House>, cx: &Cx, form: &Params, path: &str) -> Result<Response, Problem> {
    let pairs: Vec<(&str, &str)> = form.iter().collect();
    let text = serde_json::to_string(&pairs).map_err(|error| Problem::new(Code::FAULT).because(error.to_string()))?;
    let handle = Handle::<Posted>::generate();
    let ends_at = cx.now + LIFETIME;
    let kept = house.db.write(cx, |tx| Box::pin(rows::insert_posted(tx, handle.digest(), &text, ends_at)));
    kept.await.map_err(|error| Problem::from(Fault::from(error)))?;
    // 303: the browser must not repeat the form's body (RFC 9700 section 4.12).
    Ok((StatusCode::SEE_OTHER, [(LOCATION, format!("{path}?posted={}", handle.reveal()))]).into_response())
}

/// What a `GET` asks: the form that its `posted` names, once, or else its own query.
pub(super) async fn or_query(house: &Arc<House>, cx: &Cx, query: Params) -> Result<Params, Problem> {
    let Some(handle) = query.get("posted") else { return Ok(query) };
    let kept = take(house, cx, handle).await.map_err(Fault::from)?;
    let expired = Code::new("posted-expired", StatusCode::BAD_REQUEST);
    kept.ok_or_else(|| Problem::new(expired).because("the kept request is gone"))
}

/// The form that was kept, once. `None`: unknown, taken before, or too old.
async fn take(house: &Arc<House>, cx: &Cx, handle: &str) -> Result<Option<Params>, StoreError> {
    let Some(digest) = Handle::<Posted>::digest_of(handle) else {
        return Ok(None);
    };
    let text = house.db.write(cx, |tx| Box::pin(rows::take_posted(tx, digest))).await?;
    let pairs: Option<Vec<(String, String)>> = text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(pairs.map(Params::from_pairs))
}
