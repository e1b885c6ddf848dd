//! The steps of a set: each is one guarded change of its row, with its audit event.

use std::collections::HashMap;

use super::{
    super::rows::{
        plan as plan_rows,
        sets::{self as rows, Approval, Begins, Written},
        write::{self as write_rows, Stamp},
    },
    clash::{ChangeError, Clash, Refusal, Why},
    dependents::{Carried, Dependent, Gain, Rules},
    plan::{Asked, DryRun, Plan, Undone, plan, plan_undo},
    set::{Body, Choice, NewSet, Purpose, Seen, SetRow, SetState, StoredSet},
    state::{self, SetId},
    write::write,
};
use crate::{
    audit::{self, Event},
    crypto::random,
    store::{
        Actor, Conn, StoreError, Tx,
        revision::{self, Room},
    },
    types::{Fault, Timestamp},
};

/// Longest title, number, name or reason, in characters.
const LONGEST: usize = 500;

/// What was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The set.
    pub set: SetId,
    /// Since when the house believes what it says.
    pub believed_at: Timestamp,
    /// How many units it touches.
    pub units: usize,
    /// How many dependents were carried over.
    pub carried: usize,
}

/// Begins a set. Purposes `load` and `undo` are not for this door and are refused.
pub async fn draft(tx: &mut Tx<'_>, new: &NewSet) -> Result<SetId, ChangeError> {
    asked_purpose(new)?;
    let by = author(tx)?;
    let set = random::id(tx.now());
    rows::insert(tx, set, written(new, &[by])?, Begins::Draft).await?;
    audit::record(tx, Event::ChangeSetDrafted { set, revision: 1 }).await?;
    Ok(set)
}

/// Writes a draft anew; gives its new revision.
pub async fn revise(tx: &mut Tx<'_>, seen: Seen, new: &NewSet) -> Result<i64, ChangeError> {
    let row = seen_row(tx, seen).await?;
    require(&row, matches!(row.state, SetState::Draft))?;
    asked_purpose(new)?;
    let writers = with_writer(&row, author(tx)?);
    let revision = moved(rows::revise(tx, row.id, row.revision, written(new, &writers)?).await?, &row)?;
    audit::record(tx, Event::ChangeSetDrafted { set: row.id, revision }).await?;
    Ok(revision)
}

/// Asks for approval by a second person; gives the new revision, as each step does. A set that clashes may be handed in: whoever
/// decides sees why. One that gives somebody more than who asks could give them may not.
pub async fn submit(tx: &mut Tx<'_>, seen: Seen, rules: &Rules) -> Result<i64, ChangeError> {
    let row = seen_row(tx, seen).await?;
    require(&row, matches!(row.state, SetState::Draft))?;
    let by = author(tx)?;
    let now = tx.now();
    let plan = planned(tx, &row, rules, now).await?;
    admit(tx, &plan, rules).await?;
    let writers = with_writer(&row, by.clone());
    let revision = moved(rows::submit(tx, row.id, row.revision, &by, &writers).await?, &row)?;
    audit::record(tx, Event::ChangeSetRequested { set: row.id, purpose: row.purpose.word() }).await?;
    Ok(revision)
}

/// Signs as the second person: plans, checks, and records everything in this transaction, or refuses with every reason.
pub async fn approve(tx: &mut Tx<'_>, seen: Seen, rules: &Rules) -> Result<Approved, ChangeError> {
    let row = seen_row(tx, seen).await?;
    let by = second_person(tx, &row)?;
    record(tx, &row, &by, rules).await
}

/// Refuses as the second person.
pub async fn refuse(tx: &mut Tx<'_>, seen: Seen, because: &str) -> Result<i64, ChangeError> {
    let row = seen_row(tx, seen).await?;
    let by = second_person(tx, &row)?;
    let because = filled("because", because)?;
    let revision = moved(rows::refuse(tx, row.id, row.revision, &by, because).await?, &row)?;
    audit::record(tx, Event::ChangeSetRefused { set: row.id }).await?;
    Ok(revision)
}

/// Takes back a draft or a submitted set; only who wrote on it may.
pub async fn withdraw(tx: &mut Tx<'_>, seen: Seen) -> Result<i64, ChangeError> {
    let row = seen_row(tx, seen).await?;
    require(&row, matches!(row.state, SetState::Draft | SetState::Submitted))?;
    let by = author(tx)?;
    if !row.written_by.contains(&by) {
        return Err(Refusal::NotYours.into());
    }
    let revision = moved(rows::withdraw(tx, row.id, row.revision, &by).await?, &row)?;
    audit::record(tx, Event::ChangeSetWithdrawn { set: row.id }).await?;
    Ok(revision)
}

/// Asks for an approved set to be taken back: makes a submitted set of its own, which a second person approves.
/// Going back gives rights back, too, so it passes the same gate.
pub async fn undo(tx: &mut Tx<'_>, set: SetId, choices: Vec<Choice>, rules: &Rules) -> Result<SetId, ChangeError> {
    let row = rows::one(tx, set).await?.ok_or(Refusal::Unknown)?;
    undoable(&row, tx.now())?;
    let by = author(tx)?;
    let undoing = random::id(tx.now());
    let body = Body { operations: Vec::new(), choices };
    let written = Written {
        purpose: Purpose::Undo,
        title: &row.title,
        decision: &row.decision,
        effective_at: row.effective_at,
        body: json(&body)?,
        operations: 0,
        written_by: std::slice::from_ref(&by),
    };
    rows::insert(tx, undoing, written, Begins::Submitted { by: by.clone(), undoes: Some(set) }).await?;
    let asked = rows::one(tx, undoing).await?.ok_or(Fault::bug("reading the set that was just written"))?;
    let now = tx.now();
    let plan = planned(tx, &asked, rules, now).await?;
    admit(tx, &plan, rules).await?;
    audit::record(tx, Event::ChangeSetRequested { set: undoing, purpose: Purpose::Undo.word() }).await?;
    Ok(undoing)
}

/// What a set would do if it were approved now.
pub async fn dry_run(conn: &mut Conn, set: SetId, rules: &Rules, now: Timestamp) -> Result<DryRun, ChangeError> {
    let row = rows::one(conn, set).await?.ok_or(Refusal::Unknown)?;
    require(&row, matches!(row.state, SetState::Draft | SetState::Submitted))?;
    let plan = planned(conn, &row, rules, now).await?;
    let dependents = dependents(conn, &plan, rules).await?;
    let gains = gains(conn, &plan, rules).await?;
    Ok(DryRun { clashes: plan.reading.clashes, touched: plan.touched, dependents, gains })
}

/// Records a load of the country's lists at once, for an operator at the command line: a list has no second signer, and its source
/// is its provenance. No dependents are carried, and it cannot be undone.
pub async fn enact(tx: &mut Tx<'_>, new: &NewSet) -> Result<Approved, ChangeError> {
    let Actor::Operator(_) = &tx.cx().actor else { return Err(Refusal::Nobody.into()) };
    let by = tx.cx().actor.to_string();
    let set = random::id(tx.now());
    let writers = [by.clone()];
    let written = Written { purpose: Purpose::Load, ..written(new, &writers)? };
    rows::insert(tx, set, written, Begins::Submitted { by: by.clone(), undoes: None }).await?;
    let row = rows::one(tx, set).await?.ok_or(Fault::bug("reading the set that was just written"))?;
    record(tx, &row, &by, &Rules::default()).await
}

/// Sets, the newest first, at most `limit` of them; `state` is a word of [`SetState`].
pub async fn list(
    conn: &mut Conn,
    state: Option<&str>,
    before: Option<SetId>,
    limit: i64,
) -> Result<Vec<SetRow>, StoreError> {
    rows::list(conn, state, before, limit).await
}

/// A set without what it says.
pub async fn row(conn: &mut Conn, set: SetId) -> Result<Option<SetRow>, StoreError> {
    rows::one(conn, set).await
}

/// A set with what it says.
pub async fn get(conn: &mut Conn, set: SetId) -> Result<Option<StoredSet>, StoreError> {
    let Some(row) = rows::one(conn, set).await? else { return Ok(None) };
    let Body { operations, choices } = body(conn, set).await?;
    Ok(Some(StoredSet { row, operations, choices }))
}

/// Notes, for a job, the sets that took effect since it last looked; gives them.
pub async fn note_effects(tx: &mut Tx<'_>) -> Result<Vec<SetId>, StoreError> {
    let due = rows::note_effects(tx).await?;
    for set in &due {
        audit::record(tx, Event::ChangeSetTookEffect { set: *set }).await?;
    }
    if !due.is_empty() {
        revision::bump(tx, Room::Org).await?;
    }
    Ok(due)
}

/// Whoever writes: a person, an operator, or a system in its own name.
fn author(tx: &Tx<'_>) -> Result<String, Refusal> {
    match &tx.cx().actor {
        actor @ (Actor::Person(_) | Actor::Operator(_) | Actor::Party(_)) => Ok(actor.to_string()),
        Actor::Anonymous | Actor::Job(_) => Err(Refusal::Nobody),
    }
}

/// Whoever signs: a human being who wrote nothing of it. A system is no second person.
fn second_person(tx: &Tx<'_>, row: &SetRow) -> Result<String, Refusal> {
    require(row, matches!(row.state, SetState::Submitted))?;
    let by = match &tx.cx().actor {
        actor @ (Actor::Person(_) | Actor::Operator(_)) => actor.to_string(),
        _ => return Err(Refusal::Nobody),
    };
    let asked = row.requested.as_ref().is_some_and(|asked| asked.by == by);
    if asked || row.written_by.contains(&by) { Err(Refusal::SamePerson) } else { Ok(by) }
}

fn with_writer(row: &SetRow, by: String) -> Vec<String> {
    let mut writers = row.written_by.clone();
    if !writers.contains(&by) {
        writers.push(by);
    }
    writers
}

async fn seen_row(conn: &mut Conn, seen: Seen) -> Result<SetRow, ChangeError> {
    let row = rows::one(conn, seen.set).await?.ok_or(Refusal::Unknown)?;
    if seen.revision.is_some_and(|revision| revision != row.revision) {
        return Err(Refusal::Changed(row.revision).into());
    }
    Ok(row)
}

fn require(row: &SetRow, fits: bool) -> Result<(), Refusal> {
    if fits { Ok(()) } else { Err(Refusal::WrongState(row.state.clone())) }
}

/// The row moved between reading and writing it.
fn moved(revision: Option<i64>, row: &SetRow) -> Result<i64, Refusal> {
    revision.ok_or_else(|| Refusal::WrongState(row.state.clone()))
}

fn undoable(row: &SetRow, now: Timestamp) -> Result<(), Refusal> {
    match row.state {
        SetState::Approved { undo_until: Some(until), .. } if row.purpose != Purpose::Undo && now <= until => Ok(()),
        SetState::Approved { .. } => Err(Refusal::TooLate),
        _ => Err(Refusal::WrongState(row.state.clone())),
    }
}

/// Loading and undoing have doors of their own.
fn asked_purpose(new: &NewSet) -> Result<(), Refusal> {
    let fits = matches!(new.purpose, Purpose::Change | Purpose::Correction);
    if fits { Ok(()) } else { Err(Refusal::Field("purpose")) }
}

fn filled<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Refusal> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST { Err(Refusal::Field(field)) } else { Ok(text) }
}

fn written<'a>(new: &'a NewSet, written_by: &'a [String]) -> Result<Written<'a>, ChangeError> {
    filled("decision.number", &new.decision.number)?;
    filled("decision.signer", &new.decision.signer)?;
    let body = Body { operations: new.operations.clone(), choices: new.choices.clone() };
    Ok(Written {
        purpose: new.purpose,
        title: filled("title", &new.title)?,
        decision: &new.decision,
        effective_at: new.effective_on.start(),
        body: json(&body)?,
        operations: i64::try_from(new.operations.len()).unwrap_or(i64::MAX),
        written_by,
    })
}

fn json(body: &Body) -> Result<String, Fault> {
    serde_json::to_string(body).map_err(|error| Fault::new("writing a change set", error))
}

async fn body(conn: &mut Conn, set: SetId) -> Result<Body, StoreError> {
    let text = rows::body(conn, set).await?.ok_or(Fault::bug("reading a change set without a body"))?;
    Ok(serde_json::from_str(&text).map_err(|error| Fault::new("reading a change set", error))?)
}

/// Loads the neighbourhood and works the set out.
async fn planned(conn: &mut Conn, row: &SetRow, rules: &Rules, now: Timestamp) -> Result<Plan, ChangeError> {
    let body = body(conn, row.id).await?;
    let asked = Asked { set: row.id, at: row.effective_at, body: &body };
    let mut plan = match row.undoes {
        None => plan(state::load(conn, &body, row.effective_at).await?, &asked),
        Some(set) => {
            let undone = rows::one(conn, set).await?.ok_or(Fault::bug("reading the set to be undone"))?;
            undoable(&undone, now)?;
            let (state, gone) = state::load_undo(conn, set, &body, row.effective_at).await?;
            let changed = plan_rows::changed_by(conn, set).await?;
            let standing = plan_rows::standing_on(conn, set).await?;
            plan_undo(state, &asked, Undone { set, gone, changed, standing })
        }
    };
    let earliest = (now - rules.config.backdate_window()).day().start();
    if row.purpose == Purpose::Change && row.effective_at < earliest {
        plan.reading.clashes.push(Clash::new(Why::TooFarBack));
    }
    Ok(plan)
}

/// Asks every room what stands on the units that end, and fills in where it goes.
async fn dependents(conn: &mut Conn, plan: &Plan, rules: &Rules) -> Result<Vec<Dependent>, StoreError> {
    let moves = &plan.moves;
    if moves.moved.is_empty() {
        return Ok(Vec::new());
    }
    let proposed: HashMap<_, _> = moves.moved.iter().filter_map(|moved| Some((moved.unit, moved.proposed?))).collect();
    let mut found = Vec::new();
    for room in &rules.rooms {
        for mut dependent in room.touched(conn, moves).await? {
            if !dependent.ends {
                let chosen = plan.choices.get(&(dependent.unit, dependent.key.clone()));
                dependent.to = chosen.or_else(|| proposed.get(&dependent.unit)).copied().or(dependent.to);
            }
            found.push(dependent);
        }
    }
    Ok(found)
}

/// Asks every room who would come to reach more.
async fn gains(conn: &mut Conn, plan: &Plan, rules: &Rules) -> Result<Vec<Gain>, StoreError> {
    let mut found = Vec::new();
    if !plan.moves.widened.is_nothing() {
        for room in &rules.rooms {
            found.extend(room.gains(conn, &plan.moves).await?);
        }
    }
    Ok(found)
}

/// Lets a set pass by which nobody gains what somebody who signs could not give.
async fn admit(conn: &mut Conn, plan: &Plan, rules: &Rules) -> Result<(), ChangeError> {
    let refused: Vec<&'static str> =
        gains(conn, plan, rules).await?.into_iter().filter_map(|gain| gain.refused).collect();
    refused.first().map_or(Ok(()), |word| Err(Refusal::Widens(word, refused.len()).into()))
}

async fn carry(tx: &mut Tx<'_>, plan: &Plan, dependents: Vec<Dependent>, rules: &Rules) -> Result<usize, ChangeError> {
    let count = dependents.len();
    let mut by_room: HashMap<&str, Vec<Carried>> = HashMap::new();
    for Dependent { room, key, unit, to, ends, .. } in dependents {
        if to.is_none() && !ends {
            return Err(Fault::bug("carrying a dependent for which nobody chose a unit").into());
        }
        by_room.entry(room).or_default().push(Carried { key, from: unit, to });
    }
    for room in &rules.rooms {
        let carried = by_room.remove(room.room()).unwrap_or_default();
        if !carried.is_empty() || plan.moves.undoes.is_some() {
            room.carry(tx, &plan.moves, &carried).await?;
        }
    }
    Ok(count)
}

/// Plans, checks and records a submitted set that `by` signs.
async fn record(tx: &mut Tx<'_>, row: &SetRow, by: &str, rules: &Rules) -> Result<Approved, ChangeError> {
    let believed_at = write_rows::believe(tx).await?;
    let now = tx.now();
    let mut plan = planned(tx, row, rules, now).await?;
    if !plan.reading.clashes.is_empty() {
        return Err(Refusal::Clashes(std::mem::take(&mut plan.reading.clashes)).into());
    }
    let dependents = dependents(tx, &plan, rules).await?;
    let open = |dependent: &Dependent| dependent.to.is_none() && !dependent.ends;
    if dependents.iter().any(open) {
        return Err(Refusal::ChoicesMissing(dependents.into_iter().filter(open).collect()).into());
    }
    admit(tx, &plan, rules).await?;
    write(tx, &plan, Stamp { set: row.id, believed_at }).await?;
    let carried = carry(tx, &plan, dependents, rules).await?;
    let undo_until =
        matches!(row.purpose, Purpose::Change | Purpose::Correction).then(|| now + rules.config.undo_window());
    let approval = Approval { by, believed_at, undo_until };
    moved(rows::approve(tx, row.id, row.revision, &approval).await?, row)?;
    let units = plan.touched.len();
    if let Some(undone) = row.undoes {
        if !rows::undone(tx, undone, row.id, by).await? {
            return Err(Refusal::TooLate.into());
        }
        audit::record(tx, Event::ChangeSetUndone { set: undone, by_set: row.id }).await?;
    }
    let file = row.decision.file_sha256.hex();
    let event = match row.purpose {
        Purpose::Load => Event::UnitsLoaded { set: row.id, units, file },
        _ => Event::ChangeSetApproved { set: row.id, units, carried, file },
    };
    audit::record(tx, event).await?;
    revision::bump(tx, Room::Org).await?;
    Ok(Approved { set: row.id, believed_at, units, carried })
}
