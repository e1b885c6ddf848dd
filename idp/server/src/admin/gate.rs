//! How every operation is run. There is no other way to one.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Request},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, LOCATION},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    admin::{
        self, Allowed, Demand, Refusal, Subject,
        once::{self, Answer, Known as Kept, OnceKey},
    },
    audit::{self, Event},
    crypto::digest,
    office,
    store::{Conn, Cx, StoreError, Tx},
    types::{Digest, Fault},
};
use serde::Serialize;

use super::{
    Desk, PREFIX,
    act::{Act, Ask, At, Is, Method, Outside, Precondition, Reads, Reply, Works, Writes},
    ask,
    caller::{self, Known},
    refuse::{self, Stop},
};
use crate::web::{Code, Context, Problem};

/// A request whose caller is known and whose parts are read.
struct Entered<A: Act> {
    known: Known,
    cx: Cx,
    ask: Ask<A>,
    once: Option<(OnceKey, Digest)>,
}

/// Runs an operation that only reads.
pub(super) async fn read<A: Reads>(desk: Desk, request: Request) -> Response {
    match try_read::<A>(&desk, request).await {
        Ok(answer) => respond(&desk, &answer),
        Err(problem) => problem.into_response(),
    }
}

async fn try_read<A: Reads>(desk: &Desk, request: Request) -> Result<Answer, Problem> {
    let entered = Box::pin(enter::<A>(desk, request)).await?;
    note_use(desk, &entered.known, &entered.cx).await?;
    let read = async {
        let mut conn = desk.house.db.read().await?;
        let allowed = admitted(&mut conn, &entered).await?;
        let reply = A::read(&mut conn, &entered.ask, &allowed).await?;
        written(&A::IS, reply)
    };
    let answer: Result<Answer, Stop> = read.await;
    settle(desk, &A::IS, &entered.cx, answer).await
}

/// Runs an operation that writes: what it finds, what it may, what it does and what it answers are one transaction.
pub(super) async fn write<A: Writes>(desk: Desk, request: Request) -> Response {
    match try_write::<A>(&desk, request).await {
        Ok(answer) => respond(&desk, &answer),
        Err(problem) => problem.into_response(),
    }
}

async fn try_write<A: Writes>(desk: &Desk, request: Request) -> Result<Answer, Problem> {
    let entered = Box::pin(enter::<A>(desk, request)).await?;
    note_use(desk, &entered.known, &entered.cx).await?;
    let at = &entered;
    let done = desk.house.db.write(&entered.cx, |tx| Box::pin(within::<A>(tx, at))).await;
    if matches!(done, Ok((_, true))) {
        analyze(desk).await;
    }
    settle(desk, &A::IS, &entered.cx, done.map(|(answer, _)| answer)).await
}

/// It was written already, so a failure is no failure of the request: PostgreSQL counts by itself within a minute.
async fn analyze(desk: &Desk) {
    if let Err(fault) = desk.house.db.analyze().await.map_err(Fault::from) {
        tracing::warn!(%fault, "the tables were not counted anew after much was written; until the database does so, answers may be slow");
    }
}

/// The answer, and whether much was written.
async fn within<A: Writes>(tx: &mut Tx<'_>, at: &Entered<A>) -> Result<(Answer, bool), Stop> {
    if let Some(answer) = answered(tx, at).await? {
        return Ok((answer, false));
    }
    let allowed = admitted(tx, at).await?;
    let reply = A::write(tx, &at.ask, &allowed).await?;
    let is_much = reply.is_much;
    let answer = written(&A::IS, reply)?;
    keep(tx, at, &answer).await?;
    Ok((answer, is_much))
}

/// The answer that the same request was given before.
async fn answered<A: Act>(conn: &mut Conn, at: &Entered<A>) -> Result<Option<Answer>, Stop> {
    let Some((key, request)) = &at.once else { return Ok(None) };
    match once::known(conn, key, *request, at.ask.now).await? {
        Kept::New => Ok(None),
        Kept::Answered(answer) => Ok(Some(answer)),
        Kept::Different => Err(Problem::new(refuse::KEY_REUSED).into()),
    }
}

async fn keep<A: Act>(tx: &mut Tx<'_>, at: &Entered<A>, answer: &Answer) -> Result<(), StoreError> {
    match &at.once {
        Some((key, request)) => once::keep(tx, key, *request, answer).await,
        None => Ok(()),
    }
}

/// Runs an operation whose work is many transactions, each of which its room judges anew.
pub(super) async fn work<A: Works>(desk: Desk, request: Request) -> Response {
    match try_work::<A>(&desk, request).await {
        Ok(answer) => respond(&desk, &answer),
        Err(problem) => problem.into_response(),
    }
}

async fn try_work<A: Works>(desk: &Desk, request: Request) -> Result<Answer, Problem> {
    let entered = Box::pin(enter::<A>(desk, request)).await?;
    note_use(desk, &entered.known, &entered.cx).await?;
    let answer = Box::pin(worked(desk, &entered)).await;
    settle(desk, &A::IS, &entered.cx, answer).await
}

/// No connection is held while the work is done: it takes its own.
async fn worked<A: Works>(desk: &Desk, at: &Entered<A>) -> Result<Answer, Stop> {
    let mut conn = desk.house.db.read().await?;
    if let Some(answer) = answered(&mut conn, at).await? {
        return Ok(answer);
    }
    let allowed = admitted(&mut conn, at).await?;
    drop(conn);
    let under = At { cx: &at.cx, key: at.once.as_ref().map(|(key, _)| key.key.as_str()) };
    let answer = written(&A::IS, A::work(under, &at.ask, &allowed).await?)?;
    let kept: Result<(), StoreError> = desk.house.db.write(&at.cx, |tx| Box::pin(keep(tx, at, &answer))).await;
    kept?;
    Ok(answer)
}

/// Finds what the request touches and asks the gate over it. For an update also whether it is still what the caller saw.
async fn admitted<A: Act>(conn: &mut Conn, at: &Entered<A>) -> Result<Allowed, Stop> {
    let Some(found) = A::find(conn, &at.ask).await? else {
        return Err(Problem::new(Code::NOT_FOUND).into());
    };
    let allowed = admin::allow(conn, &at.known.caller, &A::IS.demand, &found.targets, at.ask.now).await?;
    let hidden = A::IS.outside == Outside::Hidden;
    let allowed = allowed.map_err(|refusal| Stop::Gate { refusal, hidden: hidden && refusal == Refusal::Elsewhere })?;
    if at.ask.seen.is_some() && at.ask.seen != found.revision {
        return Err(Problem::new(refuse::CHANGED).into());
    }
    Ok(allowed)
}

/// Everything that is judged before the thing itself is looked at.
async fn enter<A: Act>(desk: &Desk, request: Request) -> Result<Entered<A>, Problem> {
    let (mut parts, body) = request.into_parts();
    let Ok(context) = Context::from_request_parts(&mut parts, &()).await;
    let cx = desk.house.cx(&context);
    let known = caller::identify(desk, &parts.headers, A::IS.demand.who, cx.now).await?;
    let cx = cx.acting(known.caller.subject.actor());
    rate(desk, known.caller.subject).await?;
    if let Err(refusal) = may_enter(desk, &known, &A::IS.demand, &cx).await? {
        return Err(turned_away(desk, &A::IS, &cx, refusal).await);
    }
    let path = ask::path(&mut parts).await?;
    let query = ask::query(&parts)?;
    let bytes = ask::bytes(Request::from_parts(parts.clone(), body), A::IS.body).await?;
    let body = ask::json(&parts.headers, &bytes)?;
    let seen = match A::IS.precondition {
        Precondition::None => None,
        Precondition::IfMatch => Some(ask::if_match(&parts.headers)?),
    };
    let kept = A::IS.method != Method::Get && !A::IS_SECRET;
    let once = if kept { ask::idempotency_key(&parts.headers)? } else { None };
    let once = once.map(|key| (OnceKey { caller: known.caller.subject, key }, digest_of(&parts, &bytes)));
    let house = Arc::clone(&desk.house);
    let ask = Ask { house, now: cx.now, path, query, body, seen };
    Ok(Entered { known, cx, ask, once })
}

/// What makes two requests the same one: method, address, the revision they saw, and the body.
fn digest_of(parts: &Parts, body: &Bytes) -> Digest {
    let seen = parts.headers.get("if-match").map_or(&b""[..], HeaderValue::as_bytes);
    let method = parts.method.as_str().as_bytes();
    digest::sha256_parts([method, parts.uri.to_string().as_bytes(), seen, body])
}

async fn may_enter(desk: &Desk, known: &Known, demand: &Demand, cx: &Cx) -> Result<Result<(), Refusal>, Fault> {
    let mut conn = desk.house.db.read().await?;
    Ok(admin::enter(&mut conn, &known.caller, demand, cx.now).await?)
}

/// Counted in the cache: a limit of speed, never a rule, so a cache that is away lets everybody through.
async fn rate(desk: &Desk, subject: Subject) -> Result<(), Problem> {
    let key = format!("admin-rate:{}", subject.name());
    let most = u64::from(desk.house.settings.admin_requests_per_minute);
    let counted = desk.house.cache.count(&key, Duration::from_secs(60)).await;
    if counted.is_ok_and(|count| count > most) {
        return Err(Problem::new(Code::TOO_MANY_REQUESTS).retry_after(60));
    }
    Ok(())
}

async fn note_use(desk: &Desk, known: &Known, cx: &Cx) -> Result<(), Fault> {
    let Some(console) = known.console.as_ref().filter(|console| admin::is_note_due(console, cx.now)) else {
        return Ok(());
    };
    let noted = desk.house.db.write(cx, |tx| {
        Box::pin(async move {
            // Whoever administers daily is not dormant, though they act towards no party.
            let (session, person, now) = (console.live.id, console.live.person, tx.now());
            if let Some(rights) = office::administering(tx, (session, person), now).await? {
                office::used(tx, rights.post).await?;
            }
            admin::note_use(tx, console).await
        })
    });
    noted.await.map_err(|error: StoreError| Fault::from(error))
}

/// A refusal of the gate is written down, whatever the caller is told.
async fn settle(desk: &Desk, is: &Is, cx: &Cx, answer: Result<Answer, Stop>) -> Result<Answer, Problem> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(stop) => {
            let because = match &stop {
                Stop::Gate { refusal, .. } => Some(refusal.word()),
                Stop::Beyond { because, .. } | Stop::Widens { because, .. } => Some(*because),
                Stop::Problem(_) | Stop::Store(_) => None,
            };
            if let Some(because) = because
                && let Err(fault) = record(desk, is, cx, because).await
            {
                return Err(fault.into());
            }
            Err(stop.problem())
        }
    }
}

async fn turned_away(desk: &Desk, is: &Is, cx: &Cx, refusal: Refusal) -> Problem {
    match record(desk, is, cx, refusal.word()).await {
        Ok(()) => refuse::of_gate(refusal),
        Err(fault) => fault.into(),
    }
}

async fn record(desk: &Desk, is: &Is, cx: &Cx, because: &'static str) -> Result<(), Fault> {
    let operation = is.id;
    let recorded = desk.house.db.write(cx, |tx| {
        Box::pin(
            async move { audit::record(tx, Event::AdministrationRefused { operation, because }).await.map(|_| ()) },
        )
    });
    recorded.await.map_err(|error: StoreError| Fault::from(error))
}

/// The answer as it is sent and kept.
fn written<T: Serialize>(is: &Is, reply: Reply<T>) -> Result<Answer, Stop> {
    let body = serde_json::to_string(&reply.body).map_err(|error| Fault::new("writing an answer", error))?;
    Ok(Answer {
        status: is.status,
        etag: reply.revision.map(|revision| format!("\"{revision}\"")),
        location: reply.location,
        body: if is.status == 204 { String::new() } else { body },
    })
}

fn respond(desk: &Desk, answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body.clone()).into_response();
    let headers = response.headers_mut();
    if answer.body.is_empty() {
        headers.remove(CONTENT_TYPE);
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    put(headers, ETAG, answer.etag.clone());
    let location = answer.location.as_ref().map(|path| format!("{}{PREFIX}{path}", desk.house.issuer));
    put(headers, LOCATION, location);
    response
}

fn put(headers: &mut HeaderMap, name: axum::http::HeaderName, value: Option<String>) {
    if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(name, value);
    }
}
