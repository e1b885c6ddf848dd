//! Whether what a set says can be: judged when all of it has been read. The same checks judge what taking a set back would leave.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    super::{Code, Share, fact::Span},
    apply::Reading,
    clash::{Clash, Why},
    state::{SetId, Unit},
};
use crate::types::Timestamp;

/// Units above one at most. The country has four levels and an agency a few more; without an end, a set of a thousand units each under
/// the last would cost a row for every pair.
const DEEPEST: usize = 30;

/// Who holds what only one may hold, when, and by which set; whether this set says so.
struct Holder {
    unit: Unit,
    span: Span,
    set: SetId,
    fresh: bool,
}

impl Reading {
    /// Notes every reason why the tree that was read cannot be.
    pub(super) fn check(&mut self) {
        let open = Span::since(self.at);
        self.check_places(open);
        self.check_children(open);
        self.check_roots(open);
        self.check_levels(open);
        self.check_codes(open);
        self.check_heirs();
        self.check_circles();
    }

    /// A clash about a unit, with the operation that said something of it last.
    fn about(&mut self, clash: Clash, unit: Unit) {
        let clash = match clash.named {
            Some(_) => clash,
            None => self.called(clash, unit),
        };
        let operation = self.said.get(&unit).copied().filter(|number| *number > 0);
        self.clash(clash.of(unit).at(operation));
    }

    /// Every new place needs a parent that exists, a level in force and a form of that level, for all its time.
    fn check_places(&mut self, open: Span) {
        let fresh = self.state.places.fresh();
        let mut wrong = Vec::new();
        for (unit, fact) in fresh {
            let Some(span) = fact.span.shared(open) else { continue };
            let place = &fact.value;
            if let Some(parent) = place.parent
                && !self.state.places.covers(&parent, span)
            {
                wrong.push((*unit, self.called(Clash::new(Why::NoParent), parent)));
            }
            if !self.state.levels.covers(&place.level, span) {
                wrong.push((*unit, Clash::new(Why::LevelNotInForce).named(&place.level)));
            }
            match self.state.forms.get(&place.form) {
                None => wrong.push((*unit, Clash::new(Why::UnknownForm).named(&place.form))),
                Some(Some(level)) if *level != place.level => {
                    wrong.push((*unit, Clash::new(Why::FormOfOtherLevel).named(&place.form)));
                }
                Some(_) => {}
            }
        }
        self.all_about(wrong);
    }

    fn all_about(&mut self, mut wrong: Vec<(Unit, Clash)>) {
        wrong.sort_by_key(|(unit, clash)| (unit.uuid(), clash.why));
        for (unit, clash) in wrong {
            self.about(clash, unit);
        }
    }

    /// A unit that ends leaves nobody behind.
    fn check_children(&mut self, open: Span) {
        let mut left = Vec::new();
        for parent in self.state.places.changed() {
            for child in self.state.children.get(parent).into_iter().flatten() {
                let behind = self.state.places.of(child).iter().any(|fact| {
                    let span =
                        fact.span.shared(open).filter(|_| fact.row.is_some() && fact.value.parent == Some(*parent));
                    span.is_some_and(|span| !self.state.places.covers(parent, span))
                });
                if behind {
                    left.push((*parent, self.called(Clash::new(Why::ChildrenLeft), *child)));
                }
            }
        }
        self.all_about(left);
    }

    /// One root at every instant.
    fn check_roots(&mut self, open: Span) {
        let (mut roots, mut was) = (Vec::new(), false);
        for (unit, facts) in self.state.places.all() {
            for fact in facts.iter().filter(|fact| fact.value.parent.is_none()) {
                let holder = |span| Holder { unit: *unit, span, set: fact.set, fresh: fact.row.is_none() };
                roots.extend(fact.span.shared(open).map(holder));
            }
            let recorded = self.state.places.recorded(unit);
            was |= recorded.iter().any(|fact| fact.value.parent.is_none() && fact.span.shared(open).is_some());
        }
        let stands = roots.iter().any(|root| root.span.until == open.until);
        let second = twice(roots).into_iter().map(|(unit, set)| (unit, Clash::new(Why::SecondRoot).with(set)));
        self.all_about(second.collect());
        let any_left = self.state.places.all().any(|(_, facts)| facts.iter().any(|fact| fact.span.until == open.until));
        if was && !stands && any_left {
            self.clash(Clash::new(Why::RootEnds));
        }
    }

    /// A level has one label at an instant, and one that ends leaves no unit behind.
    fn check_levels(&mut self, open: Span) {
        let twice = |level: &&String| {
            let facts = self.state.levels.of(level);
            let meets = |index: usize| facts[..index].iter().any(|fact| fact.span.shared(facts[index].span).is_some());
            (0..facts.len()).any(meets)
        };
        let mut in_force: Vec<String> = self.state.levels.changed().filter(twice).cloned().collect();
        in_force.sort_unstable();
        for level in in_force {
            self.clash(Clash::new(Why::LevelInForce).named(level));
        }
        let changed: HashSet<&String> = self.state.levels.changed().collect();
        let mut left = Vec::new();
        for (unit, facts) in self.state.places.all() {
            let on_changed = facts.iter().filter(|fact| fact.row.is_some() && changed.contains(&fact.value.level));
            for fact in on_changed {
                let span = fact.span.shared(open);
                if span.is_some_and(|span| !self.state.levels.covers(&fact.value.level, span)) {
                    left.push((*unit, Clash::new(Why::LevelNotInForce).named(&fact.value.level)));
                }
            }
        }
        self.all_about(left);
    }

    /// A code means one unit at every instant.
    fn check_codes(&mut self, open: Span) {
        let given: HashSet<&Code> = self.state.codes.fresh().map(|(_, fact)| &fact.value).collect();
        let mut holders: HashMap<&Code, Vec<Holder>> = HashMap::new();
        for ((unit, _), facts) in self.state.codes.all() {
            for fact in facts.iter().filter(|fact| given.contains(&fact.value)) {
                let Some(span) = fact.span.shared(open) else { continue };
                let holder = Holder { unit: *unit, span, set: fact.set, fresh: fact.row.is_none() };
                holders.entry(&fact.value).or_default().push(holder);
            }
        }
        let mut taken = Vec::new();
        for (code, held) in holders {
            let clash = |(unit, set)| (unit, Clash::new(Why::CodeTaken).named(code.value()).with(set));
            taken.extend(twice(held).into_iter().map(clash));
        }
        self.all_about(taken);
    }

    /// What goes on wholly in one unit goes on in no other.
    fn check_heirs(&mut self) {
        let mut heirs: HashMap<Unit, (usize, bool)> = HashMap::new();
        for ((from, ..), facts) in self.state.successions.all() {
            for fact in facts.iter().filter(|fact| fact.value.at == self.at && fact.span.contains(self.at)) {
                let (count, whole) = heirs.entry(*from).or_default();
                *count += 1;
                *whole |= fact.value.share == Share::Whole;
            }
        }
        let wrong = heirs.into_iter().filter(|(_, (count, whole))| *whole && *count > 1);
        self.all_about(wrong.map(|(from, _)| (from, Clash::new(Why::TwoHeirs))).collect());
    }

    /// No unit lies under itself, and none too deep: walks up from every unit whose ancestors change, at every instant at which a place
    /// begins.
    fn check_circles(&mut self) {
        let mut instants: BTreeSet<Timestamp> = BTreeSet::from([self.at]);
        let begins = self.state.places.all().flat_map(|(_, facts)| facts.iter().map(|fact| fact.span.from));
        instants.extend(begins.filter(|from| *from > self.at));
        let (mut circling, mut deep) = (BTreeSet::new(), BTreeSet::new());
        let shaken = self.shaken();
        for at in instants {
            let mut depths = HashMap::new();
            for unit in &shaken {
                match self.depth(*unit, at, &mut depths) {
                    Some(depth) if depth > DEEPEST => drop(deep.insert(unit.uuid())),
                    Some(_) => {}
                    None => drop(circling.insert(unit.uuid())),
                }
            }
        }
        // Everything under a circle circles; who was placed so is the reason.
        let placed: HashSet<Unit> = self.state.places.changed().copied().collect();
        let circling = circling.into_iter().map(Unit::from_uuid).filter(|unit| placed.contains(unit));
        let circling = circling.map(|unit| (unit, Clash::new(Why::Cycle)));
        let deep = deep.into_iter().take(1).map(|unit| (Unit::from_uuid(unit), Clash::new(Why::TooDeep)));
        self.all_about(circling.chain(deep).collect());
    }

    /// The units whose ancestors the set may change: those that it places, and everything under them from the instant on.
    pub(super) fn shaken(&self) -> HashSet<Unit> {
        let mut shaken = HashSet::new();
        let mut open: Vec<Unit> = self.state.places.changed().copied().collect();
        while let Some(unit) = open.pop() {
            if shaken.insert(unit) {
                let children = self.state.children.get(&unit).into_iter().flatten();
                open.extend(children.filter(|child| self.stands_under(**child, unit)));
            }
        }
        shaken
    }

    /// Whether one unit is directly under another from the instant on, in what is recorded or in what was read. What lies before the
    /// instant does not change.
    fn stands_under(&self, child: Unit, parent: Unit) -> bool {
        let mut facts = self.state.places.of(&child).iter().chain(self.state.places.recorded(&child));
        facts.any(|fact| fact.value.parent == Some(parent) && fact.span.until > self.at)
    }

    /// How many units are above one at an instant; `None` where the way up comes back to itself.
    fn depth(&self, unit: Unit, at: Timestamp, depths: &mut HashMap<Unit, usize>) -> Option<usize> {
        let (mut way, mut seen) = (Vec::new(), HashSet::new());
        let mut next = Some(unit);
        let known = loop {
            let Some(here) = next else { break None };
            if let Some(depth) = depths.get(&here) {
                break Some(*depth);
            }
            if !seen.insert(here) {
                return None;
            }
            way.push(here);
            next = self.state.places.at(&here, at).and_then(|place| place.parent);
        };
        let first = known.map_or(0, |depth| depth + 1);
        for (above, here) in way.into_iter().rev().enumerate() {
            depths.insert(here, first + above);
        }
        depths.get(&unit).copied()
    }
}

/// The units that this set gives what another holds at the same instant, with the set of the other.
fn twice(mut held: Vec<Holder>) -> Vec<(Unit, SetId)> {
    held.sort_unstable_by_key(|holder| (holder.fresh, holder.span, holder.unit.uuid()));
    let other = |index: usize| {
        let mine: &Holder = &held[index];
        held[..index].iter().find(|other| other.unit != mine.unit && other.span.shared(mine.span).is_some())
    };
    let fresh = (0..held.len()).filter(|index| held[*index].fresh);
    fresh.filter_map(|index| Some((held[index].unit, other(index)?.set))).collect()
}
