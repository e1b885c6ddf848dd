//! What an operation is: a type that says who may call it, what goes in and out, what it touches, and what it does.

use std::{any::TypeId, sync::Arc};

use async_trait::async_trait;
use axum::{extract::Request, response::Response, routing::MethodFilter};
use futures_util::future::BoxFuture;
use idp_core::{
    admin::{Allowed, Demand, Targets},
    store::{Conn, Cx, Tx},
    types::Timestamp,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Desk, gate, refuse::Stop};
use crate::web::house::House;

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Reads.
    Get,
    /// Makes, or does something to a thing.
    Post,
    /// Replaces.
    Put,
}

impl Method {
    /// As OpenAPI writes it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
        }
    }

    pub(super) const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
        }
    }
}

/// Whether an update must say what it saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precondition {
    /// It makes something new, or only reads.
    None,
    /// `If-Match` with the revision that the caller read (RFC 9110 section 13.1.1): else somebody's work is lost.
    IfMatch,
}

/// How something out of the caller's scope is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// Like what is not there: ids are not told apart.
    Hidden,
    /// As not permitted: what was named is public.
    Refused,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Is {
    /// A stable name for generated clients.
    pub(super) id: &'static str,
    pub(super) method: Method,
    /// Below [`super::PREFIX`].
    pub(super) path: &'static str,
    /// One line for the document.
    pub(super) summary: &'static str,
    pub(super) demand: Demand,
    pub(super) precondition: Precondition,
    pub(super) outside: Outside,
    /// The status of success.
    pub(super) status: u16,
    /// Bytes that a body may have.
    pub(super) body: usize,
}

/// Nothing: no parameters, no body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What goes in.
pub(super) trait Input: DeserializeOwned + JsonSchema + Send + Sync + 'static {}
impl<T: DeserializeOwned + JsonSchema + Send + Sync + 'static> Input for T {}

/// Whether a type is [`Nothing`].
pub(super) fn is_nothing<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<Nothing>()
}

/// A request that was read.
pub(super) struct Ask<A: Act + ?Sized> {
    pub(super) house: Arc<House>,
    pub(super) now: Timestamp,
    pub(super) path: A::Path,
    pub(super) query: A::Query,
    pub(super) body: A::Body,
    /// The revision that an update saw; the gate compares it with what was found.
    pub(super) seen: Option<i64>,
}

/// What a request touches, and its revision where it is an update.
pub(super) struct Found {
    pub(super) targets: Targets,
    pub(super) revision: Option<i64>,
}

impl Found {
    /// Nothing that can be changed by somebody else meanwhile.
    pub(super) const fn new(targets: Targets) -> Self {
        Self { targets, revision: None }
    }

    /// A thing with a revision.
    pub(super) const fn at(targets: Targets, revision: i64) -> Self {
        Self { targets, revision: Some(revision) }
    }
}

/// So many rows in one act make plans of PostgreSQL wrong that were made for the tables as they were before.
const MUCH: usize = 500;

/// An answer.
pub(super) struct Reply<T> {
    pub(super) body: T,
    /// `ETag`.
    pub(super) revision: Option<i64>,
    /// `Location`, below [`super::PREFIX`].
    pub(super) location: Option<String>,
    /// Whether so much was written that the database should count its tables anew.
    pub(super) is_much: bool,
}

impl<T> Reply<T> {
    /// A body alone.
    pub(super) const fn new(body: T) -> Self {
        Self { body, revision: None, location: None, is_much: false }
    }

    /// A thing with its revision.
    pub(super) const fn at(body: T, revision: i64) -> Self {
        Self { body, revision: Some(revision), location: None, is_much: false }
    }

    /// How many rows were written for it, about.
    #[must_use]
    pub(super) fn wrote(self, rows: usize) -> Self {
        Self { is_much: rows >= MUCH, ..self }
    }

    /// The address of what was made.
    #[must_use]
    pub(super) fn made(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }
}

/// The parameters of a path. What a path names is what the request touches, unless the operation says otherwise.
#[async_trait]
pub(super) trait Touches: Input {
    /// Finds it. `None`: it is not there.
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop>;
}

#[async_trait]
impl Touches for Nothing {
    /// A list, of which everybody sees their own part.
    async fn found(&self, _: &mut Conn) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
}

/// An operation.
#[async_trait]
pub(super) trait Act: Send + Sync + 'static {
    /// Parameters in the path.
    type Path: Touches;
    /// Parameters in the query.
    type Query: Input;
    /// The body.
    type Body: Input;
    /// The answer.
    type Answer: Serialize + JsonSchema + Send + Sync;
    /// Whether the answer holds a secret: then it is not kept for a request that is sent again.
    const IS_SECRET: bool = false;
    /// Its row.
    const IS: Is;

    /// Finds what the request touches. `None`: it is not there. An operation whose body names units, too, says so here.
    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        ask.path.found(conn).await
    }
}

/// An operation that only reads.
#[async_trait]
pub(super) trait Reads: Act {
    /// Does it.
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Self::Answer>, Stop>;
}

/// An operation that writes. It may run more than once, where its transaction met another.
#[async_trait]
pub(super) trait Writes: Act {
    /// Does it.
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Self::Answer>, Stop>;
}

/// Under what the work of an operation is done.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// Who writes.
    pub(super) cx: &'a Cx,
    /// What the caller wrote into `Idempotency-Key`.
    pub(super) key: Option<&'a str>,
}

/// An operation whose work is too long for one transaction. Every transaction of it asks the rules of its room again: what the gate
/// allowed at the beginning may have ended since.
#[async_trait]
pub(super) trait Works: Act {
    /// Does it.
    async fn work(at: At<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Self::Answer>, Stop>;
}

/// The types of an operation, for the document.
pub(super) struct Shapes {
    pub(super) path: Schema,
    pub(super) query: Schema,
    pub(super) body: Option<Schema>,
    pub(super) answer: Schema,
}

fn shapes<A: Act>(generator: &mut SchemaGenerator) -> Shapes {
    Shapes {
        path: A::Path::json_schema(generator),
        query: A::Query::json_schema(generator),
        body: (!is_nothing::<A::Body>()).then(|| generator.subschema_for::<A::Body>()),
        answer: generator.subschema_for::<A::Answer>(),
    }
}

/// An operation without its types.
pub(super) struct Operation {
    pub(super) is: Is,
    pub(super) run: fn(Desk, Request) -> BoxFuture<'static, Response>,
    pub(super) shapes: fn(&mut SchemaGenerator) -> Shapes,
    pub(super) writes: bool,
    pub(super) is_secret: bool,
}

/// The operation of a type that reads.
pub(super) const fn reads<A: Reads>() -> Operation {
    Operation { is: A::IS, run: run_read::<A>, shapes: shapes::<A>, writes: false, is_secret: A::IS_SECRET }
}

/// The operation of a type that writes.
pub(super) const fn writes<A: Writes>() -> Operation {
    Operation { is: A::IS, run: run_write::<A>, shapes: shapes::<A>, writes: true, is_secret: A::IS_SECRET }
}

/// The operation of a type that works in many transactions.
pub(super) const fn works<A: Works>() -> Operation {
    Operation { is: A::IS, run: run_work::<A>, shapes: shapes::<A>, writes: true, is_secret: A::IS_SECRET }
}

fn run_work<A: Works>(desk: Desk, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(gate::work::<A>(desk, request))
}

fn run_read<A: Reads>(desk: Desk, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(gate::read::<A>(desk, request))
}

fn run_write<A: Writes>(desk: Desk, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(gate::write::<A>(desk, request))
}
