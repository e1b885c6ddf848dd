//! Every request: who calls, what is sent, which thing it is about. The order is the one of the admin API: caller, speed, then the words.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderName, Method,
        header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH},
    },
    response::Response,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use idp_core::{
    admin::{Caller, How, Subject},
    audit::{self, Event},
    relying::Scope,
    store::{Cx, StoreError},
    types::Fault,
};
use serde_json::{Value, json};

use super::{
    Desk, PREFIX,
    answer::{Answer, LIST, SCIM},
    bulk::{self, Told},
    call::{Ask, Call, Verb},
    error::{Stop, Why},
    groups, schema, users,
};
use crate::web::{Context, Params, extract, limit};

/// One request.
pub(super) async fn serve(State(desk): State<Desk>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(context) = Context::from_request_parts(&mut parts, &()).await;
    let reference = context.request_id.to_string();
    let cx = desk.house.cx(&context);
    let told = Told { locale: context.locale, reference: &reference };
    match Box::pin(answer(&desk, Request::from_parts(parts, body), cx, &told)).await {
        Ok(answer) => answer.respond(),
        Err(stop) => stop.respond(context.locale, &reference),
    }
}

async fn answer(desk: &Desk, request: Request, cx: Cx, told: &Told<'_>) -> Result<Answer, Stop> {
    let (parts, body) = request.into_parts();
    let call = Arc::new(known(desk, &parts.headers, cx).await?);
    call.pay(1).await?;
    let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
    let verb = verb(&parts.method)?;
    let params = Params::parse(parts.uri.query().unwrap_or_default()).map_err(|_| Stop::at(Why::Syntax, "query"))?;
    if let Some(name) = params.duplicated(&[]) {
        return Err(Stop::at(Why::Syntax, name.to_owned()));
    }
    let body = match verb {
        Verb::Get | Verb::Delete => None,
        Verb::Post | Verb::Put | Verb::Patch => Some(json_of(&parts.headers, body).await?),
    };
    let line = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let ask = Ask { verb, params, body, seen: line(&IF_MATCH), known: line(&IF_NONE_MATCH) };
    let answered = match (&steps[..], verb) {
        (["Bulk"], Verb::Post) => bulk::run(&call, &ask, told).await,
        _ => thing(&call, ask, &steps).await,
    };
    if let Err(stop) = &answered {
        note(&call, stop).await?;
    }
    answered
}

/// Which thing, and what shall be done with it.
pub(super) async fn thing(call: &Arc<Call>, ask: Ask, steps: &[&str]) -> Result<Answer, Stop> {
    let issuer = call.house.issuer.as_str();
    match (steps, ask.verb) {
        (["Users"], Verb::Get) => users::list(call, &ask).await,
        (["Users"], Verb::Post) => users::create(call, ask).await,
        (["Users", ".search"], Verb::Post) => users::search(call, ask).await,
        (["Users", id], _) => users::one(call, ask, id).await,
        (["Groups"], Verb::Get | Verb::Post) => groups::list(call, &ask).await,
        (["Groups", ".search"], Verb::Post) => groups::search(call, ask).await,
        (["Groups", id], _) => groups::one(call, &ask, id).await,
        (["ServiceProviderConfig"], Verb::Get) => Ok(Answer::ok(schema::provider(issuer))),
        (["ResourceTypes"], Verb::Get) => documents(&schema::types(issuer), &ask),
        (["ResourceTypes", id], Verb::Get) => Ok(Answer::ok(schema::one(schema::types(issuer), id)?)),
        (["Schemas"], Verb::Get) => documents(&schema::schemas(issuer), &ask),
        (["Schemas", id], Verb::Get) => Ok(Answer::ok(schema::one(schema::schemas(issuer), id)?)),
        (["Users" | "Groups" | "ServiceProviderConfig" | "ResourceTypes" | "Schemas" | "Bulk", ..], _) => {
            Err(Why::Method.into())
        }
        _ => Err(Why::NotFound.into()),
    }
}

/// RFC 7644 section 4: a filter on what describes this door is refused, and pages make no sense there.
fn documents(all: &[Value], ask: &Ask) -> Result<Answer, Stop> {
    if ask.params.get("filter").is_some() {
        return Err(Stop::Gate { why: Why::Forbidden, because: "filter" });
    }
    Ok(Answer::ok(json!({
        "schemas": [LIST], "totalResults": all.len(), "itemsPerPage": all.len(), "startIndex": 1, "Resources": all,
    })))
}

fn verb(method: &Method) -> Result<Verb, Stop> {
    Ok(match *method {
        Method::GET => Verb::Get,
        Method::POST => Verb::Post,
        Method::PUT => Verb::Put,
        Method::PATCH => Verb::Patch,
        Method::DELETE => Verb::Delete,
        _ => return Err(Why::Method.into()),
    })
}

/// A party in its own name, with a token for this door alone.
async fn known(desk: &Desk, headers: &HeaderMap, cx: Cx) -> Result<Call, Stop> {
    let token = bearer(headers).ok_or(Why::Unknown)?;
    let audience = format!("{}{PREFIX}", desk.house.issuer);
    let machine = desk.bearers.machine(token, &audience, cx.now).await?.ok_or(Why::Unknown)?;
    if !machine.scopes.contains(&Scope::Admin) {
        return Err(Why::NoScope.into());
    }
    let subject = Subject::Party(machine.party.id);
    Ok(Call {
        house: Arc::clone(&desk.house),
        party: machine.party.id,
        caller: Caller { subject, how: How::Machine, session: None },
        cx: cx.acting(subject.actor()),
    })
}

/// RFC 6750 section 2.1: one header, one scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = lines.next()?.to_str().ok()?.split_once(' ')?;
    let good = lines.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    good.then(|| token.trim())
}

async fn json_of(headers: &HeaderMap, body: axum::body::Body) -> Result<Value, Stop> {
    if !headers.contains_key(CONTENT_TYPE)
        || !(extract::is_of(headers, SCIM) || extract::is_of(headers, "application/json"))
    {
        return Err(Why::MediaType.into());
    }
    let bytes = match Limited::new(body, schema::LARGEST).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => return Err(Why::TooLarge.into()),
        Err(_) => return Err(Why::Syntax.into()),
    };
    // No text of ours holds a NUL, and PostgreSQL keeps none.
    if limit::is_too_deep(&bytes) || bytes.windows(6).any(|six| six == b"\\u0000") {
        return Err(Why::Syntax.into());
    }
    serde_json::from_slice(&bytes).map_err(|_| Why::Syntax.into())
}

/// A refusal of a gate is written down, whatever the caller is told: the write that was refused left nothing.
pub(super) async fn note(call: &Call, stop: &Stop) -> Result<(), Fault> {
    let Stop::Gate { because, why } = stop else { return Ok(()) };
    let (operation, because) = if *why == Why::Forbidden { ("scim", *because) } else { ("scim-state", *because) };
    let recorded = call.house.db.write(&call.cx, |tx| {
        Box::pin(
            async move { audit::record(tx, Event::AdministrationRefused { operation, because }).await.map(|_| ()) },
        )
    });
    recorded.await.map_err(|error: StoreError| Fault::from(error))
}
