//! Lists of units, one unit, and what a code means.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use idp_core::{
    crypto::digest,
    org::{self, AsOf, Code, CodeUse, search},
    store::{Conn, StoreError},
    types::{Fault, Timestamp},
};
use serde_json::{Value, json};

use super::{
    CACHE, Desk, ask,
    view::{self, Unchecked},
};
use crate::web::{Code as Refused, Params, Problem, Query, public};

/// A fault of the database.
pub(super) fn fault(error: StoreError) -> Problem {
    Fault::from(error).into()
}

/// A cacheable JSON answer.
fn answer(headers: &HeaderMap, value: &Value) -> Response {
    let body = value.to_string();
    let etag = format!("\"{}\"", &digest::sha256(body.as_bytes()).hex()[..32]);
    public::document(headers, &etag, (CACHE, "application/json"), Bytes::from(body))
}

/// `GET /api/v1/public/units`: units as of a day, by page; with `q` the best hits of a search.
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    Query(params): Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    ask::only(&params, &["at", "level", "parent", "under", "q", "after", "limit"])?;
    let as_of = ask::at(&params, desk.house.clock.now())?;
    let mut conn = desk.house.db.read().await.map_err(fault)?;
    let value = match params.get("q") {
        Some(text) => found(&mut conn, (text, &params), as_of).await?,
        None => page(&mut conn, &params, as_of).await?,
    };
    Ok(answer(&headers, &value))
}

async fn page(conn: &mut Conn, params: &Params, as_of: AsOf) -> Result<Value, Problem> {
    let (limit, after) = (ask::limit(params)?, ask::after(params)?);
    let Some(filter) = ask::filter(conn, params, as_of).await? else {
        return Ok(json!({"items": [], "next": null}));
    };
    let mut rows = org::list(conn, &filter, as_of, after.as_ref(), limit as i64 + 1).await.map_err(fault)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| ask::cursor(&last.place()));
    Ok(json!({"items": rows.iter().map(view::row).collect::<Vec<_>>(), "next": next}))
}

/// A search has one page: who looks for more than it shows types more.
async fn found(conn: &mut Conn, (text, params): (&str, &Params), as_of: AsOf) -> Result<Value, Problem> {
    if let Some(name) = ["parent", "under", "level", "after"].into_iter().find(|name| params.get(name).is_some()) {
        return Err(ask::bad(name));
    }
    let limit = ask::limit(params)?.min(search::MOST);
    let hits = search::search(conn, text, as_of, limit).await.map_err(fault)?;
    Ok(json!({"items": hits.iter().map(view::hit).collect::<Vec<_>>(), "next": null}))
}

/// `GET /api/v1/public/units/{id}`: everything about one unit as of a day. One that has ended by then, or has not begun, is shown as it
/// was last or will be first, with `seen_on`.
pub(super) async fn one(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(params): Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    ask::only(&params, &["at"])?;
    let as_of = ask::at(&params, desk.house.clock.now())?;
    let id = id.parse().map_err(|_| Problem::new(Refused::NOT_FOUND))?;
    let mut conn = desk.house.db.read().await.map_err(fault)?;
    let span = org::lifetime(&mut conn, id).await.map_err(fault)?.ok_or(Problem::new(Refused::NOT_FOUND))?;
    let seen = span.nearest(as_of.at);
    let whole = view::whole(&mut conn, id, AsOf::at(seen), Unchecked::Hidden).await.map_err(fault)?;
    let mut value = whole.ok_or(Problem::new(Refused::NOT_FOUND))?;
    value["exists"] = span.contains(as_of.at).into();
    value["seen_on"] = day_of(seen).into();
    Ok(answer(&headers, &value))
}

/// The day of an instant: an answer that changed with every millisecond could not be cached.
fn day_of(at: Timestamp) -> String {
    at.day().to_string()
}

/// `GET /api/v1/public/units/by-code/{scheme}/{code}`: what a code means on a day, and what it means at other times. A code that no unit
/// ever had is not found.
pub(super) async fn by_code(
    State(desk): State<Arc<Desk>>,
    Path((scheme, code)): Path<(String, String)>,
    Query(params): Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    ask::only(&params, &["at"])?;
    let as_of = ask::at(&params, desk.house.clock.now())?;
    let code = ask::code(&scheme, &code).ok_or(Problem::new(Refused::NOT_FOUND))?;
    let mut conn = desk.house.db.read().await.map_err(fault)?;
    let uses = org::units_with_code(&mut conn, code.value()).await.map_err(fault)?;
    let uses: Vec<CodeUse> = uses.into_iter().filter(|one| one.code.groups() == code.groups()).collect();
    if uses.is_empty() {
        return Err(Problem::new(Refused::NOT_FOUND));
    }
    let value = meanings(&mut conn, (&code, as_of), &uses).await.map_err(fault)?;
    Ok(answer(&headers, &value))
}

async fn meanings(conn: &mut Conn, (code, as_of): (&Code, AsOf), uses: &[CodeUse]) -> Result<Value, StoreError> {
    let (mut unit, mut others) = (Value::Null, Vec::new());
    for one in uses {
        if one.span.contains(as_of.at) && unit.is_null() {
            unit = view::whole(conn, one.unit, as_of, Unchecked::Hidden).await?.unwrap_or_default();
            continue;
        }
        let seen = AsOf::at(one.span.nearest(as_of.at));
        if let Some(whole) = view::whole(conn, one.unit, seen, Unchecked::Hidden).await? {
            others.push(whole);
        }
    }
    Ok(json!({
        "code": {"scheme": code.scheme().word(), "value": code.value()},
        "unit": unit,
        "at_other_times": others,
    }))
}
