//! Lists beside the tree: levels, forms, and what a code ever meant.

use async_trait::async_trait;
use idp_core::{
    admin::Allowed,
    org,
    store::Conn,
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Is, Nothing, Reads, Reply},
        refuse::Stop,
        wire::{Instant, Line},
    },
    Coded, Labelled, READ, When,
};

/// A level in force.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Level")]
pub(in crate::admin) struct LevelOut {
    #[serde(flatten)]
    label: Labelled,
    /// Its place in the order; the top has the least.
    rank: i64,
    /// Since when it stands with these labels.
    from: Instant,
    /// Until when; null: nothing ends it yet.
    until: Option<Instant>,
}

/// `GET /units/levels`
pub(in crate::admin) struct Levels;

impl Act for Levels {
    type Path = Nothing;
    type Query = When;
    type Body = Nothing;
    type Answer = Vec<LevelOut>;
    const IS: Is =
        Is { id: "list_unit_levels", path: "/units/levels", summary: "The levels in force, the top first", ..READ };
}

#[async_trait]
impl Reads for Levels {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<LevelOut>>, Stop> {
        let levels = org::levels(conn, ask.query.as_of(ask.now)).await?;
        let out = |level: org::Level| LevelOut {
            label: level.label.into(),
            rank: level.rank,
            from: Instant(level.interval.from),
            until: level.interval.until.map(Instant),
        };
        Ok(Reply::new(levels.into_iter().map(out).collect()))
    }
}

/// What a unit is called by its sort.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Form")]
pub(in crate::admin) struct FormOut {
    #[serde(flatten)]
    label: Labelled,
    /// The only level whose units have it; null: any level's.
    level: Option<String>,
}

/// `GET /units/forms`
pub(in crate::admin) struct Forms;

impl Act for Forms {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<FormOut>;
    const IS: Is =
        Is { id: "list_unit_forms", path: "/units/forms", summary: "Every form that a unit can have", ..READ };
}

#[async_trait]
impl Reads for Forms {
    async fn read(conn: &mut Conn, _: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<FormOut>>, Stop> {
        let forms = org::forms(conn).await?;
        let out = |form: org::Form| FormOut { label: form.label.into(), level: form.level };
        Ok(Reply::new(forms.into_iter().map(out).collect()))
    }
}

/// Which code.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct WhichCode {
    /// As people write it, in any scheme; the old and the new form of an agency's code find each other.
    code: Line<64>,
}

/// A unit that had, has or will have a code.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CodeUse")]
pub(in crate::admin) struct Use {
    unit: Id<id::Unit>,
    code: Coded,
    from: Instant,
    until: Option<Instant>,
}

/// `GET /units/of-code`
pub(in crate::admin) struct OfCode;

impl Act for OfCode {
    type Path = Nothing;
    type Query = WhichCode;
    type Body = Nothing;
    type Answer = Vec<Use>;
    const IS: Is = Is {
        id: "find_units_of_code",
        path: "/units/of-code",
        summary: "Every unit that a code ever meant: a code means something only at an instant",
        ..READ
    };
}

#[async_trait]
impl Reads for OfCode {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Use>>, Stop> {
        let uses = org::units_with_code(conn, &ask.query.code.0).await?;
        let out = |one: org::CodeUse| {
            let span = one.span.interval();
            Use { unit: one.unit, code: (&one.code).into(), from: Instant(span.from), until: span.until.map(Instant) }
        };
        Ok(Reply::new(uses.into_iter().map(out).collect()))
    }
}
