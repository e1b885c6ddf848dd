//! Reading the operations of a set into the state, one after the other. What cannot be is noted and left out, so that all reasons are
//! known at once.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        Code, Head, Scheme, Share, Succession, UnitKind,
        fact::{LevelFact, Place},
    },
    clash::{Clash, Why},
    operation::{Giver, Heir, LevelLabel, NewUnit, Operation, Target, UnitRef},
    state::{SetId, State, Unit},
};
use crate::{
    crypto::digest,
    types::{Id, Timestamp},
};

/// A unit that a set makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) id: Unit,
    pub(super) kind: UnitKind,
    pub(super) provenance: Option<String>,
}

/// The state while a set is read into it.
pub(super) struct Reading {
    pub(super) state: State,
    pub(super) set: SetId,
    pub(super) at: Timestamp,
    pub(super) made: Vec<Made>,
    /// Units that the set says something of, in the order in which it does.
    pub(super) changed: Vec<Unit>,
    /// The operation that said it.
    pub(super) said: HashMap<Unit, usize>,
    /// Units that it stands on: parents and heirs.
    pub(super) used: HashSet<Unit>,
    pub(super) clashes: Vec<Clash>,
    refs: HashMap<String, Unit>,
    /// The operation being read, counted from 1.
    operation: Option<usize>,
    next: u32,
}

impl Reading {
    pub(super) fn new(state: State, set: SetId, at: Timestamp) -> Self {
        Self {
            state,
            set,
            at,
            made: Vec::new(),
            changed: Vec::new(),
            said: HashMap::new(),
            used: HashSet::new(),
            clashes: Vec::new(),
            refs: HashMap::new(),
            operation: None,
            next: 0,
        }
    }

    /// Reads all operations. Refs are known from the start, so that an operation may name a unit that a later one makes.
    pub(super) fn read(&mut self, operations: &[Operation]) {
        if operations.is_empty() {
            self.clash(Clash::new(Why::Empty));
        }
        let ids: Vec<Vec<Unit>> = operations.iter().enumerate().map(|(index, one)| self.promise(index, one)).collect();
        for (index, (operation, ids)) in operations.iter().zip(&ids).enumerate() {
            self.operation = Some(index + 1);
            self.apply(operation, ids);
        }
        self.operation = None;
    }

    /// Gives ids to the units that an operation makes. They follow from the set alone, so a dry run shows those that stay.
    fn promise(&mut self, index: usize, operation: &Operation) -> Vec<Unit> {
        self.operation = Some(index + 1);
        let mut ids = Vec::new();
        for unit in operation.makes() {
            let id = made_id(self.set, self.next);
            self.next += 1;
            ids.push(id);
            if let Some(made) = &unit.made
                && self.refs.insert(made.clone(), id).is_some()
            {
                self.clash(Clash::new(Why::RefTwice).named(made));
            }
        }
        ids
    }

    fn apply(&mut self, operation: &Operation, ids: &[Unit]) {
        match operation {
            Operation::Create { unit } => self.begin_all(std::slice::from_ref(unit), ids),
            Operation::Merge { whole, part, into } => self.merge(whole, part, into, ids),
            Operation::Split { unit, into, default } => self.split(unit, into, default.as_deref(), ids),
            Operation::Rename { unit, name } => self.on_living(unit, |reading, unit| {
                reading.state.names.put(&unit, reading.at, name.clone(), reading.set);
            }),
            Operation::Recode { unit, code } => self.on_living(unit, |reading, unit| reading.give_code(unit, code)),
            Operation::Reparent { unit, parent } => self.reparent(unit, parent),
            Operation::Move { from, to } => self.move_children(from, to),
            Operation::Dissolve { unit, successors } => self.dissolve(unit, successors),
            Operation::Reform { unit, level, form } => self.reform(unit, level.as_deref(), form.as_deref()),
            Operation::OpenLevel { level, rank, label } => self.open_level(level, *rank, label),
            Operation::RelabelLevel { level, label } => self.relabel_level(level, label),
            Operation::AbolishLevel { level } => self.abolish_level(level),
            Operation::SetHead { unit, head } => self.on_living(unit, |reading, unit| match head {
                Some(head) => reading.lead(unit, head),
                None => reading.state.heads.cut(&unit, reading.at, reading.set),
            }),
        }
    }

    pub(super) fn clash(&mut self, clash: Clash) {
        let operation = clash.operation.or(self.operation);
        self.clashes.push(clash.at(operation));
    }

    /// The unit that is named, whether it exists or not.
    pub(super) fn resolve(&mut self, named: &UnitRef) -> Option<Unit> {
        let found = match named {
            UnitRef::Id(id) => Some(*id),
            UnitRef::Code(code) => self.state.meanings.get(code).copied(),
            UnitRef::Made(made) => self.refs.get(made).copied(),
        };
        if found.is_none() {
            self.clash(match named {
                UnitRef::Made(made) => Clash::new(Why::UnknownRef).named(made),
                UnitRef::Code(code) => Clash::new(Why::UnknownUnit).named(code.value()),
                UnitRef::Id(id) => Clash::new(Why::UnknownUnit).of(*id),
            });
        }
        found
    }

    /// The unit that is named, if it exists at the instant and has not ended in this set.
    fn living(&mut self, named: &UnitRef) -> Option<Unit> {
        let unit = self.resolve(named)?;
        if self.state.places.at(&unit, self.at).is_some() {
            return Some(unit);
        }
        self.absent(unit);
        None
    }

    fn absent(&mut self, unit: Unit) {
        let began = self.state.places.of(&unit).iter().find(|fact| fact.span.from < self.at);
        let clash = match began {
            Some(fact) => Clash::new(Why::EndedUnit).of(unit).with(fact.set),
            None if self.state.places.recorded_at(&unit, self.at).is_some() => Clash::new(Why::EndedUnit).of(unit),
            None => Clash::new(Why::UnknownUnit).of(unit),
        };
        let clash = self.called(clash, unit);
        self.clash(clash);
    }

    /// The clash with the name of the unit, where it has one.
    pub(super) fn called(&self, clash: Clash, unit: Unit) -> Clash {
        let facts = self.state.names.recorded(&unit).iter().chain(self.state.names.of(&unit));
        match facts.max_by_key(|fact| fact.span) {
            Some(fact) => clash.named(fact.value.vi()),
            None => clash,
        }
    }

    fn on_living(&mut self, named: &UnitRef, then: impl FnOnce(&mut Self, Unit)) {
        if let Some(unit) = self.living(named) {
            self.change(unit);
            then(self, unit);
        }
    }

    /// Notes that the set says something of a unit. Sets on one unit apply in the order of their dates: what another set says to begin
    /// or to end from the instant on stands in the way.
    fn change(&mut self, unit: Unit) {
        if self.said.contains_key(&unit) {
            return;
        }
        self.said.insert(unit, self.operation.unwrap_or_default());
        self.changed.push(unit);
        let (state, at) = (&self.state, self.at);
        let codes = Scheme::ALL.into_iter().filter_map(|scheme| state.codes.later(&(unit, scheme), at));
        let others = [state.places.later(&unit, at), state.names.later(&unit, at), state.heads.later(&unit, at)];
        if let Some(set) = others.into_iter().flatten().chain(codes).next() {
            let clash = self.called(Clash::new(Why::ChangedLater).of(unit).with(set), unit);
            self.clash(clash);
        }
    }

    fn begin_all(&mut self, units: &[NewUnit], ids: &[Unit]) {
        for (unit, id) in units.iter().zip(ids) {
            self.begin(unit, *id);
        }
    }

    fn begin(&mut self, new: &NewUnit, id: Unit) {
        self.change(id);
        self.made.push(Made { id, kind: new.kind, provenance: new.provenance.clone() });
        let parent = match &new.parent {
            None => None,
            Some(named) => match self.resolve(named) {
                Some(parent) => Some(parent),
                None => return,
            },
        };
        self.used.extend(parent);
        let place = Place { parent, level: new.level.clone(), form: new.form.clone() };
        self.state.stand(id, self.at, place, self.set);
        self.state.names.put(&id, self.at, new.name.clone(), self.set);
        for code in &new.codes {
            if self.state.codes.at(&(id, code.scheme()), self.at).is_some() {
                self.clash(Clash::new(Why::CodeTwice).of(id).named(code.value()));
            }
            self.give_code(id, code);
        }
        if let Some(head) = &new.head {
            self.lead(id, head);
        }
    }

    fn give_code(&mut self, unit: Unit, code: &Code) {
        self.state.codes.put(&(unit, code.scheme()), self.at, code.clone(), self.set);
    }

    fn lead(&mut self, unit: Unit, head: &Head) {
        if head.person.is_some_and(|person| !self.state.persons.contains(&person)) {
            self.clash(self.called(Clash::new(Why::UnknownHead).of(unit), unit));
        }
        self.state.heads.put(&unit, self.at, head.clone(), self.set);
    }

    fn end(&mut self, unit: Unit) {
        self.change(unit);
        let (at, set) = (self.at, self.set);
        self.state.places.cut(&unit, at, set);
        self.state.names.cut(&unit, at, set);
        self.state.heads.cut(&unit, at, set);
        for scheme in Scheme::ALL {
            self.state.codes.cut(&(unit, scheme), at, set);
        }
    }

    fn merge(&mut self, whole: &[Giver], part: &[Giver], into: &Target, ids: &[Unit]) {
        let target = match into {
            Target::New(_) => ids.first().copied(),
            Target::Existing(named) => self.living(named),
        };
        let Some(target) = target else { return };
        for giver in whole {
            let Some(unit) = self.living(&giver.unit) else { continue };
            self.end(unit);
            self.succeed(unit, target, Share::Whole, giver);
        }
        for giver in part {
            let Some(unit) = self.resolve(&giver.unit) else { continue };
            // One that gives parts to several may have ended by an operation before.
            if self.state.places.recorded_at(&unit, self.at).is_none() {
                self.absent(unit);
                continue;
            }
            self.succeed(unit, target, Share::Part, giver);
        }
        match into {
            Target::New(new) => self.begin(new, target),
            Target::Existing(_) => {
                self.used.insert(target);
            }
        }
    }

    fn succeed(&mut self, from: Unit, to: Unit, share: Share, giver: &Giver) {
        self.used.extend([from, to]);
        let value = Succession {
            from,
            to,
            share,
            // What only one source says is kept and never proposed.
            is_default: giver.checked && (giver.default || share == Share::Whole),
            checked: giver.checked,
            at: self.at,
            source: giver.source.clone(),
            set: self.set,
        };
        self.state.successions.put(&(from, to, self.at), self.at, value, self.set);
    }

    fn split(&mut self, unit: &UnitRef, into: &[NewUnit], default: Option<&str>, ids: &[Unit]) {
        if let Some(default) = default
            && !into.iter().any(|new| new.made.as_deref() == Some(default))
        {
            self.clash(Clash::new(Why::UnknownRef).named(default));
        }
        if let Some(from) = self.living(unit) {
            self.end(from);
            for (new, id) in into.iter().zip(ids) {
                let is_default = default.is_some() && new.made.as_deref() == default;
                let giver = Giver { unit: unit.clone(), default: is_default, checked: true, source: None };
                self.succeed(from, *id, Share::Part, &giver);
            }
        }
        self.begin_all(into, ids);
    }

    fn reparent(&mut self, unit: &UnitRef, parent: &UnitRef) {
        let parent = self.resolve(parent);
        self.on_living(unit, |reading, unit| {
            if let Some(parent) = parent {
                reading.put_under(unit, parent);
            }
        });
    }

    /// Puts a living unit under another.
    fn put_under(&mut self, unit: Unit, parent: Unit) {
        self.used.insert(parent);
        if let Some(place) = self.state.places.at(&unit, self.at).cloned() {
            self.state.stand(unit, self.at, Place { parent: Some(parent), ..place }, self.set);
        }
    }

    fn move_children(&mut self, from: &UnitRef, to: &UnitRef) {
        let (Some(from), Some(to)) = (self.resolve(from), self.resolve(to)) else { return };
        let there = self.state.places.at(&from, self.at).or(self.state.places.recorded_at(&from, self.at));
        if there.is_none() {
            self.absent(from);
            return;
        }
        for child in self.state.children_at(from, self.at) {
            self.change(child);
            self.put_under(child, to);
        }
    }

    fn dissolve(&mut self, unit: &UnitRef, heirs: &[Heir]) {
        let Some(from) = self.living(unit) else { return };
        self.end(from);
        for heir in heirs {
            let Some(to) = self.resolve(&heir.unit) else { continue };
            let Heir { default, checked, source, .. } = heir.clone();
            self.succeed(from, to, heir.share, &Giver { unit: unit.clone(), default, checked, source });
        }
    }

    fn reform(&mut self, unit: &UnitRef, level: Option<&str>, form: Option<&str>) {
        self.on_living(unit, |reading, unit| {
            let Some(place) = reading.state.places.at(&unit, reading.at).cloned() else { return };
            let level = level.map_or(place.level, str::to_owned);
            let form = form.map_or(place.form, str::to_owned);
            reading.state.stand(unit, reading.at, Place { parent: place.parent, level, form }, reading.set);
        });
    }

    fn open_level(&mut self, level: &str, rank: i64, label: &LevelLabel) {
        if self.state.levels.at(&level.to_owned(), self.at).is_some() {
            self.clash(Clash::new(Why::LevelInForce).named(level));
            return;
        }
        self.write_level(level, rank, label);
    }

    fn relabel_level(&mut self, level: &str, label: &LevelLabel) {
        match self.state.levels.at(&level.to_owned(), self.at).map(|fact| fact.rank) {
            Some(rank) => self.write_level(level, rank, label),
            None => self.clash(Clash::new(Why::LevelNotInForce).named(level)),
        }
    }

    fn write_level(&mut self, level: &str, rank: i64, label: &LevelLabel) {
        self.level_free_later(level);
        let value = LevelFact { rank, label_vi: label.vi.clone(), label_en: label.en.clone() };
        self.state.levels.put(&level.to_owned(), self.at, value, self.set);
    }

    fn level_free_later(&mut self, level: &str) {
        if let Some(set) = self.state.levels.later(&level.to_owned(), self.at) {
            self.clash(Clash::new(Why::ChangedLater).named(level).with(set));
        }
    }

    fn abolish_level(&mut self, level: &str) {
        let key = level.to_owned();
        if self.state.levels.at(&key, self.at).is_none() {
            self.clash(Clash::new(Why::LevelNotInForce).named(level));
            return;
        }
        self.level_free_later(level);
        let standing = self.state.places.all().filter_map(|(unit, facts)| {
            let place = facts.iter().find(|fact| fact.span.contains(self.at))?;
            (place.value.level == level).then_some((*unit, place.value.parent))
        });
        let mut ending: Vec<(Unit, Option<Unit>)> = standing.collect();
        ending.sort_unstable_by_key(|(unit, _)| unit.uuid());
        let above: HashMap<Unit, Option<Unit>> = ending.iter().copied().collect();
        for (unit, _) in &ending {
            self.end(*unit);
        }
        for (unit, parent) in &ending {
            let stays = std::iter::successors(*parent, |parent| above.get(parent).copied().flatten())
                .find(|parent| !above.contains_key(parent));
            let Some(stays) = stays else { continue };
            for child in self.state.children_at(*unit, self.at) {
                self.change(child);
                self.put_under(child, stays);
            }
        }
        self.state.levels.cut(&key, self.at, self.set);
    }
}

/// A UUIDv7 (RFC 9562 section 5.7) with the time of the set, the number of the unit, so that rows follow each other, and bits that
/// follow from both.
fn made_id(set: SetId, number: u32) -> Unit {
    let millis = set.uuid().get_timestamp().map_or(0, |stamp| {
        let (seconds, nanos) = stamp.to_unix();
        seconds.saturating_mul(1_000).saturating_add(u64::from(nanos / 1_000_000))
    });
    let drawn = digest::sha256_parts([&set.bytes()[..], &number.to_be_bytes()[..]]);
    let mut bits = [0; 10];
    bits.copy_from_slice(&drawn.bytes()[..10]);
    // Twelve bits before the variant, fourteen after it: version and variant take the rest of these bytes.
    let [.., high, low] = (number >> 14).to_be_bytes();
    [bits[0], bits[1]] = [high, low];
    [bits[2], bits[3]] = [(number >> 8 & 0x3f) as u8, (number & 0xff) as u8];
    Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{SetId, made_id};
    use crate::{crypto::random, types::Timestamp};

    #[test]
    fn the_units_of_a_set_have_ids_of_their_own_that_follow_each_other() {
        let now = Timestamp::from_seconds(1_790_000_000);
        let set: SetId = random::id(now);
        let ids: Vec<_> = (0..20_000).map(|number| made_id(set, number).uuid()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        let other: HashSet<_> = (0..20_000).map(|number| made_id(random::id(now), number).uuid()).collect();
        assert!(ids.iter().all(|id| !other.contains(id)));
        assert_eq!(made_id(set, 7), made_id(set, 7));
    }
}
