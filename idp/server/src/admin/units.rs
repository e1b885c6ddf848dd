//! Units: the tree as of any day, and as it was believed on any day. It is public knowledge, so whoever administers anything reads all of it.

mod lists;
mod look;

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Demand, Fresh, Permission, Targets, Who},
    org::{self, After, AsOf, Code, Head, Label, Step, Succession, UnitKind, UnitName, UnitRow},
    store::Conn,
    types::{Day, Id, Timestamp, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    act::{Act, Ask, Found, Is, Method, Nothing, Outside, Precondition, Reads, Reply, Touches},
    paging::{Cursor, Limit, Page},
    refuse::Stop,
    wire::Instant,
};
use crate::web::{Code as Refused, Problem};

pub(super) use lists::{Forms, Levels, OfCode};
pub(super) use look::{Search, Story};

/// Of which day, and as believed when.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// The day on which it is so; absent: now.
    at: Option<Day>,
    /// The day at whose end it was believed; absent: as believed now.
    known: Option<Day>,
}

impl When {
    fn as_of(self, now: Timestamp) -> AsOf {
        AsOf::days(self.at, self.known, now)
    }
}

/// One unit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    pub(super) unit: Id<id::Unit>,
}

/// A word of data with its labels.
#[derive(Serialize, JsonSchema)]
pub(super) struct Labelled {
    id: String,
    vi: String,
    en: String,
}

impl From<Label> for Labelled {
    fn from(label: Label) -> Self {
        Self { id: label.id, vi: label.vi, en: label.en }
    }
}

/// A name in Vietnamese, and in English where there is one.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "UnitNames")]
pub(super) struct Called {
    vi: String,
    en: Option<String>,
}

impl From<&UnitName> for Called {
    fn from(name: &UnitName) -> Self {
        Self { vi: name.vi().to_owned(), en: name.en().map(str::to_owned) }
    }
}

/// A code and who gave it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Coded {
    scheme: &'static str,
    value: String,
}

impl From<&Code> for Coded {
    fn from(code: &Code) -> Self {
        Self { scheme: code.scheme().word(), value: code.value().to_owned() }
    }
}

/// A unit in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UnitRow")]
pub(super) struct Row {
    id: Id<id::Unit>,
    kind: UnitKind,
    level: Labelled,
    form: Labelled,
    name: Called,
    codes: Vec<Coded>,
    /// The unit above it; null for the root.
    parent: Option<Id<id::Unit>>,
    has_children: bool,
    /// Since when it exists at all.
    exists_from: Instant,
    /// Until when; null: nothing ends it yet.
    exists_until: Option<Instant>,
}

impl From<UnitRow> for Row {
    fn from(row: UnitRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            level: row.level.into(),
            form: row.form.into(),
            name: (&row.name).into(),
            codes: row.codes.iter().map(Coded::from).collect(),
            parent: row.parent,
            has_children: row.has_children,
            exists_from: Instant(row.exists.from),
            exists_until: row.exists.until.map(Instant),
        }
    }
}

/// A unit on the way from the root.
#[derive(Serialize, JsonSchema)]
pub(super) struct OnTheWay {
    id: Id<id::Unit>,
    name: Called,
}

impl From<&Step> for OnTheWay {
    fn from(step: &Step) -> Self {
        Self { id: step.id, name: (&step.name).into() }
    }
}

/// Everything about a unit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Unit")]
pub(super) struct Whole {
    #[serde(flatten)]
    row: Row,
    /// Who leads it.
    head: Option<Head>,
    /// From the root to the unit itself.
    path: Vec<OnTheWay>,
    /// The change set that made it.
    change: Id<id::ChangeSet>,
    /// Where its data came from, if not from a decision.
    provenance: Option<String>,
}

/// The row that all of these share.
const READ: Is = Is {
    id: "",
    method: Method::Get,
    path: "",
    summary: "",
    demand: Demand { permission: Some(Permission::ReadUnits), who: Who::Both, fresh: Fresh::No },
    precondition: Precondition::None,
    outside: Outside::Refused,
    status: 200,
    body: 0,
};

/// The tree is public.
#[async_trait]
impl Touches for One {
    async fn found(&self, _: &mut Conn) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
}

fn gone() -> Stop {
    Problem::new(Refused::NOT_FOUND).into()
}

async fn whole(conn: &mut Conn, unit: Id<id::Unit>, as_of: AsOf) -> Result<Reply<Whole>, Stop> {
    let view = org::unit(conn, unit, as_of).await?.ok_or_else(gone)?;
    Ok(Reply::new(Whole {
        head: view.head,
        path: view.path.iter().map(OnTheWay::from).collect(),
        change: view.set,
        provenance: view.provenance,
        row: view.row.into(),
    }))
}

/// `GET /units/root`
pub(super) struct Root;

impl Act for Root {
    type Path = Nothing;
    type Query = When;
    type Body = Nothing;
    type Answer = Whole;
    const IS: Is = Is { id: "get_root_unit", path: "/units/root", summary: "The unit above all others", ..READ };
}

#[async_trait]
impl Reads for Root {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Whole>, Stop> {
        let as_of = ask.query.as_of(ask.now);
        let root = org::root(conn, as_of).await?.ok_or_else(gone)?;
        whole(conn, root, as_of).await
    }
}

/// `GET /units/{unit}`
pub(super) struct Get;

impl Act for Get {
    type Path = One;
    type Query = When;
    type Body = Nothing;
    type Answer = Whole;
    const IS: Is = Is {
        id: "get_unit",
        path: "/units/{unit}",
        summary: "One unit with its path, as of any day and as believed on any day",
        ..READ
    };
}

#[async_trait]
impl Reads for Get {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Whole>, Stop> {
        whole(conn, ask.path.unit, ask.query.as_of(ask.now)).await
    }
}

/// A page of the tree as of a day.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The day on which it is so; absent: now.
    at: Option<Day>,
    /// The day at whose end it was believed; absent: as believed now.
    known: Option<Day>,
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// `GET /units/{unit}/children`
pub(super) struct Children;

impl Act for Children {
    type Path = One;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<Row>;
    const IS: Is = Is {
        id: "list_child_units",
        path: "/units/{unit}/children",
        summary: "The units directly under one, by name",
        ..READ
    };
}

#[async_trait]
impl Reads for Children {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Page<Row>>, Stop> {
        let (unit, query) = (ask.path.unit, &ask.query);
        let as_of = AsOf::days(query.at, query.known, ask.now);
        let question = format!("children {unit} {:?} {:?}", query.at, query.known);
        let after = Cursor::read_with(query.after.as_ref(), &question, place)?;
        if org::path(conn, unit, as_of).await?.is_empty() {
            return Err(gone());
        }
        let limit = Limit::of(query.limit);
        let found = org::children(conn, unit, as_of, after.as_ref(), i64::from(limit) + 1).await?;
        let page = Page::of(found, limit, &question, |row| format!("{}{}", row.id, row.name.folded()));
        Ok(Reply::new(Page { items: page.items.into_iter().map(Row::from).collect(), next: page.next }))
    }
}

/// The place in a list by name: the id, then the folded name.
fn place(key: &str) -> Option<After> {
    let (id, folded) = key.split_at_checked(32)?;
    Some(After { folded: folded.to_owned(), id: id.parse().ok()? })
}

/// What became of a unit, or what it came from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Succession")]
pub(super) struct Went {
    from: Id<id::Unit>,
    to: Id<id::Unit>,
    /// `whole` or `part`.
    share: &'static str,
    /// Of several, the one to propose.
    is_default: bool,
    /// Whether a second source or a person says so, too.
    checked: bool,
    since: Instant,
    /// Where it was read.
    source: Option<String>,
    /// The change set that says so.
    change: Id<id::ChangeSet>,
}

impl From<Succession> for Went {
    fn from(one: Succession) -> Self {
        Self {
            from: one.from,
            to: one.to,
            share: one.share.word(),
            is_default: one.is_default,
            checked: one.checked,
            since: Instant(one.at),
            source: one.source,
            change: one.set,
        }
    }
}

/// What came before a unit and what after.
#[derive(Serialize, JsonSchema)]
pub(super) struct Lineage {
    /// The units that went on in it.
    predecessors: Vec<Went>,
    /// The units in which it went on.
    successors: Vec<Went>,
}

/// `GET /units/{unit}/successors`
pub(super) struct Successors;

impl Act for Successors {
    type Path = One;
    type Query = When;
    type Body = Nothing;
    type Answer = Lineage;
    const IS: Is = Is {
        id: "get_unit_successors",
        path: "/units/{unit}/successors",
        summary: "What a unit came from and what became of it; without `at` everything that is known of, the future too",
        ..READ
    };
}

#[async_trait]
impl Reads for Successors {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Lineage>, Stop> {
        let unit = ask.path.unit;
        let as_of = match ask.query.at {
            Some(_) => ask.query.as_of(ask.now),
            None => AsOf { at: org::FOREVER, ..ask.query.as_of(ask.now) },
        };
        let before = org::predecessors(conn, unit, as_of).await?;
        let after = org::successors(conn, unit, as_of).await?;
        let out = |found: Vec<Succession>| found.into_iter().map(Went::from).collect();
        Ok(Reply::new(Lineage { predecessors: out(before), successors: out(after) }))
    }
}
