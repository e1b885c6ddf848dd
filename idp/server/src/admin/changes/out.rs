//! Change sets as they are answered, and why a step was refused.

use std::borrow::Cow;

use idp_core::{
    org::change::{
        Brief, Choice, Clash, Decision, Dependent, DryRun, Operation, Refusal, SetRow, SetState, Signature, StoredSet,
        Touched,
    },
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        refuse::{self, invalid, widens},
        units::{Called, Coded},
        wire::Instant,
    },
    gains::Gains,
    wrong_state,
};
use crate::web::{Code, Mistake, Problem};

/// Where a set stands.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::admin) enum StateWord {
    Draft,
    Submitted,
    Approved,
    Refused,
    Withdrawn,
    Undone,
}

impl StateWord {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Undone => "undone",
        }
    }
}

/// Who did something, and when.
#[derive(Serialize, JsonSchema)]
struct Signed {
    by: String,
    at: Instant,
}

impl From<&Signature> for Signed {
    fn from(signature: &Signature) -> Self {
        Self { by: signature.by.clone(), at: Instant(signature.at) }
    }
}

/// A set in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangeRow")]
pub(in crate::admin) struct Row {
    id: Id<id::ChangeSet>,
    /// `draft`, `submitted`, `approved`, `refused`, `withdrawn`, `undone`.
    state: &'static str,
    /// `change`, `correction`, `load`, `undo`.
    purpose: &'static str,
    title: String,
    decision: Decision,
    /// When it takes effect.
    effective_at: Instant,
    /// How many operations it holds.
    operation_count: i64,
    /// Who wrote on it: none of them may approve it.
    written_by: Vec<String>,
    drafted_at: Instant,
    /// Who asked for a decision.
    requested: Option<Signed>,
    /// Who decided, or took it back.
    signed: Option<Signed>,
    /// Why it was refused.
    because: Option<String>,
    /// Until when it can be undone.
    undo_until: Option<Instant>,
    /// The set that this one takes back.
    undoes: Option<Id<id::ChangeSet>>,
    /// The set that took this one back.
    undone_by: Option<Id<id::ChangeSet>>,
}

impl From<&SetRow> for Row {
    fn from(row: &SetRow) -> Self {
        let signed = match &row.state {
            SetState::Draft | SetState::Submitted => None,
            SetState::Approved { signed, .. }
            | SetState::Refused { signed, .. }
            | SetState::Withdrawn { signed }
            | SetState::Undone { signed, .. } => Some(signed.into()),
        };
        let because = if let SetState::Refused { because, .. } = &row.state { Some(because.clone()) } else { None };
        let undo_until = if let SetState::Approved { undo_until, .. } = &row.state { *undo_until } else { None };
        let undone_by = if let SetState::Undone { by_set, .. } = &row.state { Some(*by_set) } else { None };
        Self {
            id: row.id,
            state: row.state.word(),
            purpose: row.purpose.word(),
            title: row.title.clone(),
            decision: row.decision.clone(),
            effective_at: Instant(row.effective_at),
            operation_count: row.operations,
            written_by: row.written_by.clone(),
            drafted_at: Instant(row.drafted_at),
            requested: row.requested.as_ref().map(Signed::from),
            signed,
            because,
            undo_until: undo_until.map(Instant),
            undoes: row.undoes,
            undone_by,
        }
    }
}

/// A set with what it says.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
pub(in crate::admin) struct Set {
    #[serde(flatten)]
    row: Row,
    operations: Vec<Operation>,
    choices: Vec<Choice>,
}

impl From<StoredSet> for Set {
    fn from(stored: StoredSet) -> Self {
        Self { row: (&stored.row).into(), operations: stored.operations, choices: stored.choices }
    }
}

/// A unit before or after a set.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UnitShape")]
struct Shape {
    name: Called,
    codes: Vec<Coded>,
    parent: Option<Id<id::Unit>>,
    level: String,
    form: String,
}

impl From<&Brief> for Shape {
    fn from(brief: &Brief) -> Self {
        Self {
            name: (&brief.name).into(),
            codes: brief.codes.iter().map(Coded::from).collect(),
            parent: brief.parent,
            level: brief.level.clone(),
            form: brief.form.clone(),
        }
    }
}

/// A unit in which another goes on.
#[derive(Serialize, JsonSchema)]
struct GoesOn {
    unit: Id<id::Unit>,
    /// `whole` or `part`.
    share: &'static str,
}

/// A unit that a set touches.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TouchedUnit")]
struct Touch {
    unit: Id<id::Unit>,
    /// `begins`, `changes`, `ends`.
    turn: &'static str,
    before: Option<Shape>,
    after: Option<Shape>,
    heirs: Vec<GoesOn>,
    /// Where what stands on it goes unless somebody chooses otherwise.
    proposed: Option<Id<id::Unit>>,
}

impl From<&Touched> for Touch {
    fn from(touched: &Touched) -> Self {
        let heirs = touched.heirs.iter().map(|(unit, share)| GoesOn { unit: *unit, share: share.word() });
        Self {
            unit: touched.unit,
            turn: touched.turn.word(),
            before: touched.before.as_ref().map(Shape::from),
            after: touched.after.as_ref().map(Shape::from),
            heirs: heirs.collect(),
            proposed: touched.proposed,
        }
    }
}

/// What stands on a unit that ends.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Dependent")]
struct Stands {
    room: &'static str,
    kind: &'static str,
    /// By which a choice names it.
    key: String,
    label: String,
    unit: Id<id::Unit>,
    /// Where it goes; null: somebody must choose, or it ends.
    to: Option<Id<id::Unit>>,
    /// Whether it ends with its unit.
    ends: bool,
}

impl From<&Dependent> for Stands {
    fn from(one: &Dependent) -> Self {
        Self {
            room: one.room,
            kind: one.kind,
            key: one.key.clone(),
            label: one.label.clone(),
            unit: one.unit,
            to: one.to,
            ends: one.ends,
        }
    }
}

/// A reason why a set would be refused.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Clash")]
struct Reason {
    /// The stable word.
    code: &'static str,
    /// Where in the body: a JSON pointer; null: the set as a whole.
    pointer: Option<String>,
    unit: Option<Id<id::Unit>>,
    /// The name, code, ref, level or form that is wrong.
    named: Option<String>,
    /// The other set.
    change: Option<Id<id::ChangeSet>>,
}

impl From<&Clash> for Reason {
    fn from(clash: &Clash) -> Self {
        Self {
            code: clash.why.word(),
            pointer: clash.operation.map(pointer),
            unit: clash.unit,
            named: clash.named.clone(),
            change: clash.set,
        }
    }
}

/// Operations are counted from 1 there, from 0 in a pointer.
fn pointer(operation: usize) -> String {
    format!("/operations/{}", operation.saturating_sub(1))
}

/// What a set would do if it were approved now.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRun")]
pub(in crate::admin) struct Trial {
    /// Every reason why it would be refused; empty: it would not.
    clashes: Vec<Reason>,
    /// Every unit it touches.
    touched: Vec<Touch>,
    /// Everything that stands on units that end.
    dependents: Vec<Stands>,
    /// Whoever would come to reach more by it.
    gains: Gains,
}

impl Trial {
    pub(super) fn of(run: &DryRun, gains: Gains) -> Self {
        Self {
            gains,
            clashes: run.clashes.iter().map(Reason::from).collect(),
            touched: run.touched.iter().map(Touch::from).collect(),
            dependents: run.dependents.iter().map(Stands::from).collect(),
        }
    }
}

/// The problem of a step that the room refuses.
pub(super) fn problem(refusal: Refusal) -> Problem {
    let because = refusal.word();
    match refusal {
        Refusal::Unknown => Problem::new(Code::NOT_FOUND),
        Refusal::WrongState(state) => wrong_state(&state),
        Refusal::Changed(_) => Problem::new(refuse::CHANGED),
        Refusal::Nobody | Refusal::NotYours => Problem::new(refuse::NOT_PERMITTED).because(because),
        Refusal::SamePerson => Problem::new(refuse::SECOND_PERSON),
        Refusal::Field(field) => wrong_field(field),
        Refusal::Clashes(clashes) => Problem::new(refuse::CLASHES).with(clashes.iter().map(mistake)),
        Refusal::ChoicesMissing(dependents) => {
            let stands: Vec<Stands> = dependents.iter().map(Stands::from).collect();
            Problem::new(refuse::CHOICES_MISSING).member("dependents", json!(stands))
        }
        Refusal::Widens(because, gains) => widens(because, gains),
        Refusal::TooLate => Problem::new(refuse::TOO_LATE),
    }
}

fn wrong_field(field: &'static str) -> Problem {
    invalid([Mistake::at(format!("/{}", field.replace('.', "/")), "wrong-value")])
}

fn mistake(clash: &Clash) -> Mistake {
    let at = clash.operation.map_or_else(|| "/operations".to_owned(), pointer);
    let named = clash.named.clone().map_or(Cow::Borrowed("?"), Cow::Owned);
    Mistake::at(at, clash.why.word()).saying("named", &named)
}
