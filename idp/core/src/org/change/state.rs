//! The neighbourhood of a set in memory: what is recorded of the units it names, of everything under them and above them.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        Code, Head, Scheme, Succession, UnitName,
        closure::Under,
        fact::{Fact, LevelFact, Place},
        rows::plan as rows,
    },
    ledger::Ledger,
    operation::{Operation, UnitRef},
    set::Body,
};
use crate::{
    store::{Conn, StoreError},
    types::{Id, Timestamp, id},
};

pub(super) type Unit = Id<id::Unit>;
pub(super) type SetId = Id<id::ChangeSet>;

/// What a plan is worked out from, and in which it is worked out.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) places: Ledger<Unit, Place>,
    pub(super) names: Ledger<Unit, UnitName>,
    pub(super) codes: Ledger<(Unit, Scheme), Code>,
    pub(super) heads: Ledger<Unit, Head>,
    pub(super) levels: Ledger<String, LevelFact>,
    /// From the one unit to the other, at an instant.
    pub(super) successions: Ledger<(Unit, Unit, Timestamp), Succession>,
    /// Forms with the level they belong to.
    pub(super) forms: HashMap<String, Option<String>>,
    /// What codes mean at the instant, before the set.
    pub(super) meanings: HashMap<Code, Unit>,
    /// Of the persons who shall lead units, those whom the house knows.
    pub(super) persons: HashSet<Id<id::Person>>,
    /// Units that are or were directly under one, at any instant.
    pub(super) children: HashMap<Unit, HashSet<Unit>>,
    /// Ancestors as recorded, of the units whose ancestors may change.
    pub(super) closure: HashMap<Unit, Vec<Under>>,
}

impl State {
    /// Stands a unit under another, or nowhere, from an instant on.
    pub(super) fn stand(&mut self, unit: Unit, at: Timestamp, place: Place, set: SetId) {
        if let Some(parent) = place.parent {
            self.children.entry(parent).or_default().insert(unit);
        }
        self.places.put(&unit, at, place, set);
    }

    /// The units directly under one at an instant, in a fixed order.
    pub(super) fn children_at(&self, parent: Unit, at: Timestamp) -> Vec<Unit> {
        let ever = self.children.get(&parent).into_iter().flatten().copied();
        let under = |unit: &Unit| self.places.at(unit, at).is_some_and(|place| place.parent == Some(parent));
        let mut found: Vec<Unit> = ever.filter(under).collect();
        found.sort_unstable_by_key(|unit| unit.uuid());
        found
    }

    fn load_places(&mut self, places: rows::Said<Unit, Place>) {
        for (unit, fact) in places {
            if let Some(parent) = fact.value.parent {
                self.children.entry(parent).or_default().insert(unit);
            }
            self.places.load(unit, fact);
        }
    }

    pub(super) fn load_successions(&mut self, found: Vec<Fact<Succession>>) {
        for fact in found {
            let key = (fact.value.from, fact.value.to, fact.value.at);
            if self.successions.of(&key).iter().all(|known| known.row != fact.row) {
                self.successions.load(key, fact);
            }
        }
    }
}

/// Which units are to be loaded.
#[derive(Default)]
struct Wanted {
    /// Named by the set.
    named: Vec<Unit>,
    /// Their place may change, and with it the ancestors of everything under them.
    uprooted: Vec<Unit>,
    /// Codes that units get.
    codes: Vec<Code>,
}

/// Loads what a set of operations needs.
pub(super) async fn load(conn: &mut Conn, body: &Body, at: Timestamp) -> Result<State, StoreError> {
    let mut state = State::default();
    let refs: Vec<&UnitRef> = body
        .operations
        .iter()
        .flat_map(Operation::names)
        .chain(body.choices.iter().flat_map(|choice| [&choice.unit, &choice.to]))
        .collect();
    let named: Vec<&Code> = refs.iter().filter_map(|named| code_of(named)).collect();
    state.meanings = rows::meanings(conn, &named, at).await?.into_iter().collect();
    let mut wanted = Wanted {
        named: refs.iter().filter_map(|named| id_of(&state, named)).collect(),
        uprooted: body.operations.iter().flat_map(uproots).filter_map(|named| id_of(&state, named)).collect(),
        codes: body.operations.iter().flat_map(Operation::codes).cloned().collect(),
    };
    let heads: Vec<Id<id::Person>> = body.operations.iter().flat_map(Operation::heads).collect();
    state.persons = rows::persons(conn, &heads).await?.into_iter().collect();
    let abolished: Vec<&str> = body.operations.iter().filter_map(abolishes).collect();
    wanted.uprooted.extend(rows::of_levels(conn, &abolished, at).await?);
    fill(conn, &mut state, wanted, at).await?;
    Ok(state)
}

/// Loads what taking a set back needs: the units it changed and what it superseded.
pub(super) async fn load_undo(
    conn: &mut Conn,
    undone: SetId,
    body: &Body,
    at: Timestamp,
) -> Result<(State, rows::Gone), StoreError> {
    let mut state = State::default();
    let gone = rows::gone(conn, undone).await?;
    let refs: Vec<&UnitRef> = body.choices.iter().flat_map(|choice| [&choice.unit, &choice.to]).collect();
    let named: Vec<&Code> = refs.iter().filter_map(|named| code_of(named)).collect();
    state.meanings = rows::meanings(conn, &named, at).await?.into_iter().collect();
    let mut wanted = Wanted {
        named: refs.iter().filter_map(|named| id_of(&state, named)).collect(),
        uprooted: rows::changed_by(conn, undone).await?,
        codes: gone.codes.iter().map(|(_, fact)| fact.value.clone()).collect(),
    };
    // Parents to which units go back, and units of a level that the set had opened.
    wanted.named.extend(gone.places.iter().filter_map(|(_, fact)| fact.value.parent));
    let levels = rows::levels(conn).await?;
    let opened: Vec<&str> =
        levels.iter().filter(|(_, fact)| fact.set == undone).map(|(level, _)| level.as_str()).collect();
    wanted.uprooted.extend(rows::of_levels(conn, &opened, at).await?);
    fill(conn, &mut state, wanted, at).await?;
    state.load_successions(rows::successions_of(conn, undone).await?);
    Ok((state, gone))
}

const fn code_of(named: &UnitRef) -> Option<&Code> {
    match named {
        UnitRef::Code(code) => Some(code),
        _ => None,
    }
}

fn id_of(state: &State, named: &UnitRef) -> Option<Unit> {
    match named {
        UnitRef::Id(id) => Some(*id),
        UnitRef::Code(code) => state.meanings.get(code).copied(),
        UnitRef::Made(_) => None,
    }
}

fn abolishes(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::AbolishLevel { level } => Some(level),
        _ => None,
    }
}

/// The units whose place an operation may change, or whose children it moves.
fn uproots(operation: &Operation) -> Vec<&UnitRef> {
    match operation {
        Operation::Merge { whole, .. } => whole.iter().map(|giver| &giver.unit).collect(),
        Operation::Split { unit, .. }
        | Operation::Dissolve { unit, .. }
        | Operation::Reparent { unit, .. }
        | Operation::Reform { unit, .. }
        | Operation::Move { from: unit, .. } => vec![unit],
        _ => Vec::new(),
    }
}

async fn fill(conn: &mut Conn, state: &mut State, wanted: Wanted, at: Timestamp) -> Result<(), StoreError> {
    let mut ids: HashSet<Unit> = wanted.uprooted.iter().copied().collect();
    let uprooted: Vec<Unit> = ids.iter().copied().collect();
    ids.extend(rows::below(conn, &uprooted, at).await?);
    let given: Vec<Unit> = uprooted.iter().chain(&wanted.named).copied().collect();
    ids.extend(wanted.named);
    ids.extend(rows::roots(conn).await?);
    climb(conn, state, &mut ids).await?;
    let all: Vec<Unit> = ids.iter().copied().collect();
    for (unit, fact) in rows::names(conn, &all).await? {
        state.names.load(unit, fact);
    }
    for (unit, fact) in rows::heads(conn, &all).await? {
        state.heads.load(unit, fact);
    }
    let codes: Vec<&Code> = wanted.codes.iter().collect();
    ids.extend(rows::holders(conn, &codes, at).await?);
    let all: Vec<Unit> = ids.into_iter().collect();
    for (key, fact) in rows::codes(conn, &all).await? {
        state.codes.load(key, fact);
    }
    // Of every unit whose place is known here: a set may move units that only it finds under one that it names, and what was
    // recorded of a unit before its instant must be there to be kept.
    for (unit, under) in rows::closure(conn, &all).await? {
        state.closure.entry(unit).or_default().push(under);
    }
    state.load_successions(rows::successions(conn, &given).await?);
    for (level, fact) in rows::levels(conn).await? {
        state.levels.load(level, fact);
    }
    state.forms = rows::forms(conn).await?.into_iter().collect();
    Ok(())
}

/// Loads places upwards, floor by floor, until every unit above is there: only so can a circle be seen.
async fn climb(conn: &mut Conn, state: &mut State, ids: &mut HashSet<Unit>) -> Result<(), StoreError> {
    let mut next: Vec<Unit> = ids.iter().copied().collect();
    while !next.is_empty() {
        let places = rows::places(conn, &next).await?;
        let above: HashSet<Unit> = places.iter().filter_map(|(_, fact)| fact.value.parent).collect();
        state.load_places(places);
        next = above.into_iter().filter(|unit| ids.insert(*unit)).collect();
    }
    Ok(())
}
