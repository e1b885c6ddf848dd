//! Looking for units, and the history of one.

use async_trait::async_trait;
use idp_core::{
    admin::Allowed,
    org::{
        AsOf, Code, Label, UnitName,
        search::{self, Hit},
        story::{self, Basis, Chapter, Event, Other},
    },
    store::Conn,
    types::{Day, Id, Locale, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Is, Nothing, Reads, Reply},
        paging::Limit,
        refuse::Stop,
        wire::{Instant, Line},
    },
    Called, Coded, Labelled, OnTheWay, One, READ, Row, gone,
};

/// What is looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Wanted {
    /// A name with or without marks, a code, also of other times; with what is above it after a comma.
    q: Line<200>,
    /// The day of which units are shown; absent: now.
    at: Option<Day>,
    /// The day at whose end it was believed; absent: as believed now.
    known: Option<Day>,
    limit: Option<Limit>,
}

/// A name that says which of several units is meant.
#[derive(Serialize, JsonSchema)]
struct ToldApart {
    /// In Vietnamese.
    vi: String,
    /// In English, where there is a name.
    en: String,
}

impl From<&search::Labelled> for ToldApart {
    fn from(label: &search::Labelled) -> Self {
        Self { vi: label.text(Locale::Vi), en: label.text(Locale::En) }
    }
}

/// A unit that was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FoundUnit")]
pub(in crate::admin) struct Find {
    unit: Row,
    /// Its name, with what is above it wherever the name alone is not enough.
    label: ToldApart,
    path: Vec<OnTheWay>,
    /// The instant at which all this was so.
    seen: Instant,
    /// `code`, `other-times-code`, `name`, `other-times-name`.
    by: &'static str,
}

impl From<Hit> for Find {
    fn from(hit: Hit) -> Self {
        Self {
            label: (&hit.label).into(),
            path: hit.path.iter().map(OnTheWay::from).collect(),
            seen: Instant(hit.seen),
            by: hit.by.word(),
            unit: hit.unit.into(),
        }
    }
}

/// `GET /units/search`
pub(in crate::admin) struct Search;

impl Act for Search {
    type Path = Nothing;
    type Query = Wanted;
    type Body = Nothing;
    type Answer = Vec<Find>;
    const IS: Is = Is {
        id: "search_units",
        path: "/units/search",
        summary: "Units by name or code of any time, the best first",
        ..READ
    };
}

#[async_trait]
impl Reads for Search {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Find>>, Stop> {
        let query = &ask.query;
        let as_of = AsOf::days(query.at, query.known, ask.now);
        let hits = search::search(conn, &query.q.0, as_of, Limit::of(query.limit) as usize).await?;
        Ok(Reply::new(hits.into_iter().map(Find::from).collect()))
    }
}

/// Another unit in the story.
#[derive(Serialize, JsonSchema)]
struct Neighbour {
    unit: Id<id::Unit>,
    label: ToldApart,
    /// `whole` or `part`.
    share: &'static str,
    is_default: bool,
    /// What is not checked is not a fact yet.
    checked: bool,
}

impl From<&Other> for Neighbour {
    fn from(other: &Other) -> Self {
        Self {
            unit: other.unit,
            label: (&other.label).into(),
            share: other.share.word(),
            is_default: other.is_default,
            checked: other.checked,
        }
    }
}

fn neighbours(others: &[Other]) -> Vec<Neighbour> {
    others.iter().map(Neighbour::from).collect()
}

/// One thing that happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UnitEvent")]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Happened {
    /// The unit begins. `first_known`: it is older than what is known of it.
    Began { name: Called, from: Vec<Neighbour>, first_known: bool },
    /// Others went on in it while it stayed.
    TookIn { units: Vec<Neighbour> },
    /// A part of it went to others while it stayed.
    Gave { units: Vec<Neighbour> },
    /// It got another name.
    Renamed { from: Called, to: Called },
    /// It got, changed or lost a code.
    Recoded { scheme: &'static str, from: Option<Coded>, to: Option<Coded> },
    /// It came under another unit.
    Moved { from: Option<ToldApart>, to: Option<ToldApart> },
    /// It became another form.
    Reformed { from: Labelled, to: Labelled },
    /// It ended; these hold what was its.
    Ended { units: Vec<Neighbour> },
}

impl From<Event> for Happened {
    fn from(event: Event) -> Self {
        let name = |name: &UnitName| Called::from(name);
        let code = |code: &Option<Code>| code.as_ref().map(Coded::from);
        let told = |label: &Option<search::Labelled>| label.as_ref().map(ToldApart::from);
        let form = |label: Label| Labelled::from(label);
        match event {
            Event::Began { name: called, from, first_known } => {
                Self::Began { name: name(&called), from: neighbours(&from), first_known }
            }
            Event::TookIn(units) => Self::TookIn { units: neighbours(&units) },
            Event::Gave(units) => Self::Gave { units: neighbours(&units) },
            Event::Renamed { from, to } => Self::Renamed { from: name(&from), to: name(&to) },
            Event::Recoded { scheme, from, to } => {
                Self::Recoded { scheme: scheme.word(), from: code(&from), to: code(&to) }
            }
            Event::Moved { from, to } => Self::Moved { from: told(&from), to: told(&to) },
            Event::Reformed { from, to } => Self::Reformed { from: form(from), to: form(to) },
            Event::Ended(units) => Self::Ended { units: neighbours(&units) },
        }
    }
}

/// The decision behind a chapter.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Basis")]
struct Behind {
    title: String,
    number: String,
    date: Day,
    signer: String,
}

impl From<&Basis> for Behind {
    fn from(basis: &Basis) -> Self {
        Self {
            title: basis.title.clone(),
            number: basis.number.clone(),
            date: basis.date,
            signer: basis.signer.clone(),
        }
    }
}

/// What happened on one day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Chapter")]
pub(in crate::admin) struct Told {
    at: Instant,
    decision: Option<Behind>,
    events: Vec<Happened>,
}

impl From<Chapter> for Told {
    fn from(chapter: Chapter) -> Self {
        Self {
            at: Instant(chapter.at),
            decision: chapter.basis.as_ref().map(Behind::from),
            events: chapter.events.into_iter().map(Happened::from).collect(),
        }
    }
}

/// `GET /units/{unit}/story`
pub(in crate::admin) struct Story;

impl Act for Story {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Told>;
    const IS: Is = Is {
        id: "get_unit_story",
        path: "/units/{unit}/story",
        summary: "The history of one unit, the oldest chapter first, as believed now",
        ..READ
    };
}

#[async_trait]
impl Reads for Story {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Told>>, Stop> {
        let chapters = story::story(conn, ask.path.unit).await?;
        if chapters.is_empty() {
            return Err(gone());
        }
        Ok(Reply::new(chapters.into_iter().map(Told::from).collect()))
    }
}
