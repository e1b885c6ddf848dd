//! What a set does, worked out from what is recorded. Pure.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::{
        Code, Scheme, Share, UnitName,
        closure::{Ancestry, Stands, Under, spliced},
        rows::plan::Gone,
    },
    apply::Reading,
    clash::{Clash, Why},
    dependents::{Dependent, Gain, Moved, Moves},
    set::{Body, Choice},
    state::{SetId, State, Unit},
    widened::{Widened, widened},
};
use crate::types::{Id, Timestamp, id};

/// A unit before or after a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its name.
    pub name: UnitName,
    /// Its codes, by scheme.
    pub codes: Vec<Code>,
    /// The unit above it.
    pub parent: Option<Id<id::Unit>>,
    /// Its level.
    pub level: String,
    /// Its form.
    pub form: String,
}

/// What happens to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// It begins.
    Begins,
    /// It stays, and something of it changes.
    Changes,
    /// It ends.
    Ends,
}

impl Turn {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Changes => "changes",
            Self::Ends => "ends",
        }
    }
}

/// A unit that a set touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The unit. One that the set makes has this id from the dry run on.
    pub unit: Id<id::Unit>,
    /// What happens to it.
    pub turn: Turn,
    /// Just before the set; `None`: it begins.
    pub before: Option<Brief>,
    /// From the set's instant on; `None`: it ends.
    pub after: Option<Brief>,
    /// In which units it goes on, the default first.
    pub heirs: Vec<(Id<id::Unit>, Share)>,
    /// Where what stands on it goes unless somebody chooses otherwise.
    pub proposed: Option<Id<id::Unit>>,
}

/// What a set would do if it were approved now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DryRun {
    /// Every reason why it would be refused; empty: it would not.
    pub clashes: Vec<Clash>,
    /// Every unit it touches.
    pub touched: Vec<Touched>,
    /// Everything that stands on units that end; where `to` is missing and it does not end, a choice is needed.
    pub dependents: Vec<Dependent>,
    /// Whoever would come to reach more by it.
    pub gains: Vec<Gain>,
}

/// A set that is to be planned.
pub(super) struct Asked<'a> {
    pub(super) set: SetId,
    pub(super) at: Timestamp,
    pub(super) body: &'a Body,
}

/// A set that is to be taken back, and what stands in the way.
pub(super) struct Undone {
    pub(super) set: SetId,
    pub(super) gone: Gone,
    /// Units it changed.
    pub(super) changed: Vec<Unit>,
    /// Later sets that stand on them.
    pub(super) standing: Vec<(SetId, Unit)>,
}

/// A set worked out: what is to be written of it lies in the ledgers of the state.
pub(super) struct Plan {
    pub(super) reading: Reading,
    pub(super) touched: Vec<Touched>,
    pub(super) moves: Moves,
    /// Units whose ancestors change, with all their rows.
    pub(super) closure: Vec<(Unit, Vec<Under>)>,
    /// Choices for single dependents, by unit and key.
    pub(super) choices: HashMap<(Unit, String), Unit>,
}

/// Works out what a set of operations does.
pub(super) fn plan(state: State, asked: &Asked<'_>) -> Plan {
    let mut reading = Reading::new(state, asked.set, asked.at);
    reading.read(&asked.body.operations);
    reading.check();
    finish(reading, asked, None)
}

/// Works out what taking a set back does.
pub(super) fn plan_undo(state: State, asked: &Asked<'_>, undone: Undone) -> Plan {
    let mut reading = Reading::new(state, asked.set, asked.at);
    for (set, unit) in undone.standing {
        let clash = reading.called(Clash::new(Why::StandsOn).of(unit).with(set), unit);
        reading.clash(clash);
    }
    let (set, gone) = (undone.set, undone.gone);
    let state = &mut reading.state;
    for (unit, fact) in &gone.places {
        if let Some(parent) = fact.value.parent {
            state.children.entry(parent).or_default().insert(*unit);
        }
    }
    state.places.take_back(set, gone.places);
    state.names.take_back(set, gone.names);
    state.codes.take_back(set, gone.codes);
    state.heads.take_back(set, gone.heads);
    state.levels.take_back(set, gone.levels);
    let successions = gone.successions.into_iter().map(|fact| ((fact.value.from, fact.value.to, fact.value.at), fact));
    state.successions.take_back(set, successions.collect());
    reading.changed = undone.changed;
    reading.check();
    finish(reading, asked, Some(set))
}

fn finish(mut reading: Reading, asked: &Asked<'_>, undoes: Option<SetId>) -> Plan {
    let (for_units, choices) = chosen(&mut reading, &asked.body.choices);
    let heirs = heirs(&reading, undoes.is_some());
    let touched = touched(&reading, &heirs, &for_units);
    let ends = touched.iter().filter(|touched| touched.turn == Turn::Ends);
    let moved = ends.map(|one| Moved { unit: one.unit, heirs: one.heirs.clone(), proposed: one.proposed }).collect();
    // A circle has no ancestors to work out.
    let closure = if reading.clashes.is_empty() { closure(&reading) } else { Vec::new() };
    let widened = if reading.clashes.is_empty() { widened(&reading, &closure, &touched) } else { Widened::default() };
    let moves = Moves { set: asked.set, at: asked.at, undoes, moved, widened };
    Plan { reading, touched, moves, closure, choices }
}

type ForUnits = HashMap<Unit, Unit>;
type ForKeys = HashMap<(Unit, String), Unit>;

/// Reads the choices: those for a whole unit, and those for one dependent.
fn chosen(reading: &mut Reading, choices: &[Choice]) -> (ForUnits, ForKeys) {
    let (mut for_units, mut for_keys) = (HashMap::new(), HashMap::new());
    for choice in choices {
        let (Some(unit), Some(to)) = (reading.resolve(&choice.unit), reading.resolve(&choice.to)) else { continue };
        if reading.state.places.at(&to, reading.at).is_none() {
            let clash = reading.called(Clash::new(Why::EndedUnit).of(to), to);
            reading.clash(clash);
            continue;
        }
        reading.used.insert(to);
        match &choice.key {
            None => for_units.insert(unit, to),
            Some(key) => for_keys.insert((unit, key.clone()), to),
        };
    }
    (for_units, for_keys)
}

type Heirs = HashMap<Unit, Vec<(bool, Unit, Share)>>;

/// In which units each ending unit goes on. Where a set is taken back, in those that went on in it.
fn heirs(reading: &Reading, undoing: bool) -> Heirs {
    let mut heirs: Heirs = HashMap::new();
    if undoing {
        let gone =
            reading.state.successions.changed().filter(|key| reading.state.successions.at(key, reading.at).is_none());
        for (from, to, _) in gone {
            heirs.entry(*to).or_default().push((false, *from, Share::Part));
        }
        for only in heirs.values_mut().filter(|one| one.len() == 1) {
            only[0].2 = Share::Whole;
        }
    } else {
        let fresh = reading.state.successions.fresh().map(|(_, fact)| &fact.value);
        for one in fresh.filter(|one| one.at == reading.at && one.checked) {
            heirs.entry(one.from).or_default().push((!one.is_default, one.to, one.share));
        }
    }
    for list in heirs.values_mut() {
        list.sort_unstable_by_key(|(not_default, unit, _)| (*not_default, unit.uuid()));
    }
    heirs
}

fn touched(reading: &Reading, heirs: &Heirs, for_units: &ForUnits) -> Vec<Touched> {
    let mut all = Vec::with_capacity(reading.changed.len());
    for unit in &reading.changed {
        let (before, after) = (brief(reading, *unit, When::Before), brief(reading, *unit, When::After));
        let turn = match (&before, &after) {
            (None, _) => Turn::Begins,
            (Some(_), None) => Turn::Ends,
            (Some(_), Some(_)) => Turn::Changes,
        };
        let heirs: Vec<(Unit, Share)> =
            heirs.get(unit).into_iter().flatten().map(|(_, unit, share)| (*unit, *share)).collect();
        let whole = heirs.iter().find(|(_, share)| *share == Share::Whole).map(|(heir, _)| *heir);
        let proposed = for_units.get(unit).copied().or(whole).filter(|_| turn == Turn::Ends);
        all.push(Touched { unit: *unit, turn, before, after, heirs, proposed });
    }
    all
}

#[derive(Clone, Copy)]
enum When {
    Before,
    After,
}

fn brief(reading: &Reading, unit: Unit, when: When) -> Option<Brief> {
    let (state, at) = (&reading.state, reading.at);
    let (place, name) = match when {
        When::Before => (state.places.recorded_at(&unit, at)?, state.names.recorded_at(&unit, at)?),
        When::After => (state.places.at(&unit, at)?, state.names.at(&unit, at)?),
    };
    let code = |scheme| match when {
        When::Before => state.codes.recorded_at(&(unit, scheme), at),
        When::After => state.codes.at(&(unit, scheme), at),
    };
    Some(Brief {
        name: name.clone(),
        codes: Scheme::ALL.into_iter().filter_map(code).cloned().collect(),
        parent: place.parent,
        level: place.level.clone(),
        form: place.form.clone(),
    })
}

/// The rows of every unit whose ancestors change: of those that were placed, and of all under them.
fn closure(reading: &Reading) -> Vec<(Unit, Vec<Under>)> {
    let state = &reading.state;
    let stands =
        |unit: Unit| -> Stands { state.places.of(&unit).iter().map(|fact| (fact.value.parent, fact.span)).collect() };
    let mut ancestry = Ancestry::new(reading.at, &stands);
    let mut changed = BTreeMap::new();
    for unit in reading.shaken() {
        let old = state.closure.get(&unit).map_or(&[][..], Vec::as_slice);
        let new = spliced(old, ancestry.of(unit), reading.at);
        let same = old.len() == new.len() && old.iter().all(|row| new.contains(row));
        if !same {
            changed.insert(unit.uuid(), new);
        }
    }
    changed.into_iter().map(|(unit, rows)| (Unit::from_uuid(unit), rows)).collect()
}
