//! Posts from files: tried, written, taken back.
//!
//! An import is many small transactions, so that nobody else waits for five thousand rows: broken off, it goes on where it stopped when it is
//! sent again. Each row passes the gate of the office on its own, by the post that its sender acts in. Somebody sees the imports that they made.

use std::{borrow::Cow, collections::BTreeMap};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use idp_core::{
    admin::{Allowed, Permission, Targets},
    crypto::digest,
    office::{
        self,
        import::{self, CellError, Column, ImportError, Row, SheetError, Table},
    },
    store::Conn,
    types::{Digest, Fault, Id, Timestamp, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{
    super::{
        act::{Act, Ask, At, Found, Is, Method, Nothing, Reads, Reply, Touches, Works},
        paging::{Cursor, Limit, Page},
        refuse::{self, Stop, invalid},
        wire::Instant,
    },
    READ, asks, by, gone,
};
use crate::web::{Mistake, Problem};

/// Bytes of a request with a file: three million of the file, as text.
pub(super) const BODY: usize = 4 * 1024 * 1024;
/// Rows that one request writes: they take less time than a request may. The command line takes more.
const MOST_ROWS: usize = 5_000;
/// Wrong cells that are told of at once.
const MOST_MISTAKES: usize = 200;

/// A file, as base64 (RFC 4648 section 4).
pub(super) struct File(Vec<u8>);

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("not base64"))
    }
}

impl JsonSchema for File {
    fn schema_name() -> Cow<'static, str> {
        "File".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "contentEncoding": "base64", "description": "CSV or XLSX"})
    }
}

/// A table of posts.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostFile")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Sent {
    pub(super) file: File,
}

/// Reads a table of posts to be written: their units must be there. Of a file with a wrong cell nothing is taken: who made it sends it
/// again, whole.
pub(super) async fn placed(conn: &mut Conn, file: &File, now: Timestamp) -> Result<(Vec<Row>, Digest), Stop> {
    let (mut table, digest) = read(conn, file).await?;
    import::place(conn, &mut table, now).await?;
    Ok((good(table)?, digest))
}

/// Reads a table, with its digest.
pub(super) async fn read(conn: &mut Conn, file: &File) -> Result<(Table, Digest), Stop> {
    let (positions, roles) = (office::positions(conn).await?, office::roles(conn).await?);
    let bytes = file.0.clone();
    // A workbook is unpacked and parsed: too much for the thread that serves other requests.
    let read = tokio::task::spawn_blocking(move || {
        let sheet = import::read(&bytes)?;
        Ok::<_, SheetError>((import::table(&sheet, &positions, &roles), digest::sha256(&bytes)))
    });
    let read = read.await.map_err(|error| Fault::new("reading a table", error))?;
    Ok(read.map_err(|error| invalid([Mistake::at("/file", word_of_sheet(error))]))?)
}

/// The rows of a table in which every cell can be read.
pub(super) fn good(table: Table) -> Result<Vec<Row>, Stop> {
    if !table.errors.is_empty() {
        return Err(invalid(table.errors.iter().take(MOST_MISTAKES).map(mistake)).into());
    }
    if table.rows.len() > MOST_ROWS {
        return Err(invalid([Mistake::at("/file", "file-many-rows").saying("most", &MOST_ROWS)]).into());
    }
    Ok(table.rows)
}

const fn word_of_sheet(error: SheetError) -> &'static str {
    match error {
        SheetError::Large => "file-large",
        SheetError::Workbook => "file-workbook",
        SheetError::Text => "file-text",
        SheetError::Empty => "file-empty",
    }
}

/// A wrong cell: its row and column stand in the pointer, its value stands in the sender's file, and of units in the answer.
fn mistake(error: &CellError) -> Mistake {
    let column = error.column.map(|column| format!("/{}", column.word())).unwrap_or_default();
    let mistake = Mistake::at(format!("/file/{}{column}", error.row), format!("cell-{}", error.why));
    if error.why == "unit" { mistake.saying("named", &error.value) } else { mistake }
}

/// What became of a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportRow")]
pub(in crate::admin) struct Line {
    /// Its number in the file.
    row: usize,
    #[schemars(schema_with = "outcomes")]
    outcome: &'static str,
    /// Why it was refused.
    why: Option<String>,
    /// The post that it made or changed.
    post: Option<Id<id::Assignment>>,
}

pub(super) fn outcomes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["new", "waits", "changed", "same", "refused"]})
}

impl From<import::Done> for Line {
    fn from(done: import::Done) -> Self {
        let why = done.outcome.why().map(str::to_owned);
        Self { row: done.row, outcome: done.outcome.word(), why, post: done.post }
    }
}

pub(super) fn failed(error: ImportError) -> Stop {
    match error {
        ImportError::OtherFile => Problem::new(refuse::KEY_REUSED).into(),
        ImportError::Unknown => Problem::new(refuse::CONFLICT).with([Mistake::at("", "wrong-state")]).into(),
        ImportError::Store(error) => error.into(),
    }
}

/// `GET /imports/template`
pub(in crate::admin) struct Template;

/// The headings of a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportTemplate")]
pub(in crate::admin) struct Headings {
    /// In their order.
    headings: Vec<&'static str>,
}

impl Act for Template {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Headings;
    const IS: Is =
        Is { id: "get_import_template", path: "/imports/template", summary: "The headings of a file of posts", ..READ };
}

#[async_trait]
impl Reads for Template {
    async fn read(_: &mut Conn, _: &Ask<Self>, _: &Allowed) -> Result<Reply<Headings>, Stop> {
        Ok(Reply::new(Headings { headings: Column::ALL.map(Column::word).to_vec() }))
    }
}

/// The row that whatever takes a file shares.
pub(super) const TRIAL: Is = Is {
    id: "try_import",
    method: Method::Post,
    path: "/imports/trial",
    summary: "What would become of each row of a file of posts, before and after; nothing is written",
    demand: asks(Permission::AssignOfficials),
    body: BODY,
    ..READ
};

/// An import.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Import")]
pub(in crate::admin) struct Batch {
    id: Id<id::StaffImport>,
    #[schemars(schema_with = "states")]
    state: String,
    begun_at: Instant,
    /// SHA-256 of the file, hexadecimal.
    file: String,
    /// How many rows the file has.
    rows: i64,
    /// How many of them came to what.
    outcomes: BTreeMap<String, i64>,
}

fn states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["running", "done", "undone"], "description": "running: send it again, it goes on where it stopped"})
}

async fn batch(conn: &mut Conn, import: import::Import) -> Result<Batch, Stop> {
    let outcomes = import::counts(conn, import.id).await?.into_iter().collect();
    let begun_at = Instant(import.begun_at);
    Ok(Batch { id: import.id, state: import.state, begun_at, file: import.file.hex(), rows: import.rows_all, outcomes })
}

/// `POST /imports`
pub(in crate::admin) struct Import;

impl Act for Import {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Sent;
    type Answer = Batch;
    const IS: Is = Is {
        id: "import_posts",
        path: "/imports",
        summary: "Writes each row of a file of posts once; Idempotency-Key, else the file itself, says which import it is",
        status: 201,
        ..TRIAL
    };
}

#[async_trait]
impl Works for Import {
    async fn work(at: At<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Batch>, Stop> {
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let db = &ask.house.db;
        let (table, digest) = placed(&mut db.read().await?, &ask.body.file, ask.now).await?;
        // Whose a key is, is part of it: nobody learns of the keys of others, or takes them away.
        let key = format!("{} {}", at.cx.actor, at.key.map_or_else(|| digest.hex(), str::to_owned));
        import::run(db, at.cx, &by, (&key, digest), &table).await.map_err(failed)?;
        let mut conn = db.read().await?;
        let import = import::by_key(&mut conn, &key).await?.ok_or_else(gone)?;
        let location = format!("/imports/{}", import.id);
        Ok(Reply::new(batch(&mut conn, import).await?).made(location))
    }
}

/// Which imports.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WhichImports")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Which {
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// `GET /imports`
pub(in crate::admin) struct Imports;

impl Act for Imports {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<Batch>;
    const IS: Is = Is {
        id: "list_imports",
        path: "/imports",
        summary: "The imports that the caller made, the latest first",
        ..READ
    };
}

#[async_trait]
impl Reads for Imports {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Page<Batch>>, Stop> {
        let (after, limit) = (Cursor::read(ask.query.after.as_ref(), "imports")?, Limit::of(ask.query.limit));
        let me = allowed.caller().subject.name();
        let found = import::imports_of(conn, &me, after, i64::from(limit) + 1).await?;
        let page = Page::of(found, limit, "imports", |import| import.id.to_string());
        let mut items = Vec::with_capacity(page.items.len());
        for import in page.items {
            items.push(batch(conn, import).await?);
        }
        Ok(Reply::new(Page { items, next: page.next }))
    }
}

/// One import.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OneImport")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct One {
    import: Id<id::StaffImport>,
}

#[async_trait]
impl Touches for One {
    /// What of it is there for whom, [`own`] says.
    async fn found(&self, _: &mut Conn) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
}

/// An import of the caller's own. That of somebody else is not there.
async fn own(conn: &mut Conn, id: Id<id::StaffImport>, allowed: &Allowed) -> Result<import::Import, Stop> {
    let found = import::import(conn, id).await?;
    found.filter(|import| import.done_by == allowed.caller().subject.name()).ok_or_else(gone)
}

/// `GET /imports/{import}`
pub(in crate::admin) struct Imported;

impl Act for Imported {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Batch;
    const IS: Is =
        Is { id: "get_import", path: "/imports/{import}", summary: "An import that the caller made", ..READ };
}

#[async_trait]
impl Reads for Imported {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Batch>, Stop> {
        let import = own(conn, ask.path.import, allowed).await?;
        Ok(Reply::new(batch(conn, import).await?))
    }
}

/// `GET /imports/{import}/rows`
pub(in crate::admin) struct Lines;

impl Act for Lines {
    type Path = One;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<Line>;
    const IS: Is = Is {
        id: "list_import_rows",
        path: "/imports/{import}/rows",
        summary: "What became of each row of an import that the caller made",
        ..READ
    };
}

#[async_trait]
impl Reads for Lines {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Page<Line>>, Stop> {
        let import = own(conn, ask.path.import, allowed).await?.id;
        let (question, limit) = (format!("rows {import}"), Limit::of(ask.query.limit));
        let after: Option<i64> = Cursor::read(ask.query.after.as_ref(), &question)?;
        let found = import::rows_of(conn, import, after.unwrap_or_default(), i64::from(limit) + 1).await?;
        let page = Page::of(found, limit, &question, |done| done.row.to_string());
        let items = page.items.into_iter().map(Line::from).collect();
        Ok(Reply::new(Page { items, next: page.next }))
    }
}

/// What taking an import back did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportUndone")]
pub(in crate::admin) struct Undone {
    /// Posts that are as before the import.
    back: usize,
    /// Posts that stay, because somebody changed them since or the caller may not.
    left: usize,
}

/// `POST /imports/{import}/undo`
pub(in crate::admin) struct Undo;

impl Act for Undo {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Undone;
    const IS: Is = Is {
        id: "undo_import",
        path: "/imports/{import}/undo",
        summary: "Takes an import back: what it made ends, what it changed is as before; what was changed since stays",
        body: 0,
        ..TRIAL
    };
}

#[async_trait]
impl Works for Undo {
    async fn work(at: At<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Undone>, Stop> {
        let db = &ask.house.db;
        let import = own(&mut db.read().await?, ask.path.import, allowed).await?.id;
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let undone = import::undo(db, at.cx, &by, import).await.map_err(failed)?;
        Ok(Reply::new(Undone { back: undone.back, left: undone.left }))
    }
}
