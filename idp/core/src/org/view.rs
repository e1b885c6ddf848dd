//! Units as readers see them: at one instant, as believed at one instant.

use serde::{Deserialize, Serialize};

use super::{Code, Head, UnitKind, UnitName, fact::Span};
use crate::types::{Id, Interval, id};

/// A word of data with its two labels: a level, a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The word that facts hold.
    pub id: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// A level in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its word and labels.
    pub label: Label,
    /// Its place in the order; the top has the least.
    pub rank: i64,
    /// Since when and until when this level stands with these labels.
    pub interval: Interval,
}

/// What a unit is called by its sort: commune, ward, department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its word and labels.
    #[serde(flatten)]
    pub label: Label,
    /// The only level whose units have it; `None`: any level's.
    pub level: Option<String>,
}

/// One unit on the way from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The unit.
    pub id: Id<id::Unit>,
    /// Its name at the instant of the question.
    pub name: UnitName,
}

/// A unit in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Its id, which never changes.
    pub id: Id<id::Unit>,
    /// Its sort.
    pub kind: UnitKind,
    /// Its level at the instant.
    pub level: Label,
    /// Its form at the instant.
    pub form: Label,
    /// Its name at the instant.
    pub name: UnitName,
    /// Its codes at the instant, by scheme.
    pub codes: Vec<Code>,
    /// The unit above it; `None` for the root.
    pub parent: Option<Id<id::Unit>>,
    /// Whether a unit is directly under it.
    pub has_children: bool,
    /// Since when it exists at all, and until when.
    pub exists: Interval,
}

/// Everything about one unit at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitView {
    /// What lists show, too.
    pub row: UnitRow,
    /// Who leads it.
    pub head: Option<Head>,
    /// The units above it, the root first, itself last.
    pub path: Vec<Step>,
    /// The set that made it.
    pub set: Id<id::ChangeSet>,
    /// Where its data came from: a file and its licence; `None` where a decision alone made it.
    pub provenance: Option<String>,
}

/// The place in a list of units ordered by name after which the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The folded name of the last unit of the page before.
    pub folded: String,
    /// Its id.
    pub id: Id<id::Unit>,
}

impl UnitRow {
    /// The place of this unit in a list ordered by name.
    pub fn place(&self) -> After {
        After { folded: self.name.folded(), id: self.id }
    }
}

/// A unit that had, has or will have a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeUse {
    /// The unit.
    pub unit: Id<id::Unit>,
    /// The code as stored: the old form may have been found by the new one.
    pub code: Code,
    /// Since when and until when.
    pub span: Span,
}
