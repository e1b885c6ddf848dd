//! What is known when rights are judged: values only, loaded before.

use std::collections::{BTreeSet, HashMap};

use super::{Form, OfficeHeld, Position, PositionId, Role, RoleId, Scope, Separation, post::Post};
use crate::{
    org::{Span, UnitKind},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// A unit above another, and when it was, is or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// The unit above; the unit itself at depth 0.
    pub unit: Unit,
    /// How many steps up.
    pub depth: i64,
    /// When.
    pub span: Span,
}

/// A unit as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFacts {
    /// Its sort.
    pub kind: UnitKind,
    /// When it exists, and of which level it is then.
    pub places: Vec<(Span, String)>,
    /// What is above it; empty for a unit of which only the sort was asked.
    pub above: Vec<Above>,
}

impl UnitFacts {
    /// Its level at that instant, and how long it stays so; `None` where it does not exist.
    pub fn place(&self, at: Timestamp) -> Option<(&str, Span)> {
        self.places.iter().find(|(span, _)| span.contains(at)).map(|(span, level)| (level.as_str(), *span))
    }

    /// The instant at which it is looked at: `at`, or the last one at which a unit that is gone was there.
    fn seen(&self, at: Timestamp) -> Timestamp {
        if self.place(at).is_some() {
            return at;
        }
        let gone = self.places.iter().map(|(span, _)| span.until).filter(|until| *until <= at).max();
        gone.map_or(at, |until| Timestamp::from_millis(until.millis() - 1))
    }
}

/// Over which units something counts, at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only what is one's own in the unit.
    Own(Unit),
    /// The unit alone.
    Unit(Unit),
    /// The unit and all below it.
    Under(Unit),
    /// These units, each alone.
    Listed(BTreeSet<Unit>),
    /// Every unit.
    Anywhere,
}

/// Everything that judging needs to know.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Persons to whom something may be granted: true for those who are active.
    pub persons: HashMap<Id<id::Person>, bool>,
    /// Their posts that end after the instant of loading, and those of who handed something on to them.
    pub posts: HashMap<Id<id::Assignment>, Post>,
    /// The roles of these posts.
    pub roles: HashMap<RoleId, Role>,
    /// The positions of these posts.
    pub positions: HashMap<PositionId, Position>,
    /// Which roles exclude each other.
    pub separations: Vec<Separation>,
    /// The units of these posts and the units above them.
    pub units: HashMap<Unit, UnitFacts>,
    /// Offices of the register of administrators that they hold; known where posts are given.
    pub offices: Vec<OfficeHeld>,
}

impl World {
    /// Adds what another question found.
    pub fn extend(&mut self, other: Self) {
        self.persons.extend(other.persons);
        self.posts.extend(other.posts);
        self.roles.extend(other.roles);
        self.positions.extend(other.positions);
        self.separations.extend(other.separations);
        self.separations.sort();
        self.separations.dedup();
        self.offices.extend(other.offices);
        for (unit, facts) in other.units {
            // One question asked for the sort alone, the other for what is above, too.
            let known = self.units.entry(unit).or_insert_with(|| facts.clone());
            if known.above.is_empty() {
                *known = facts;
            }
        }
    }

    /// The units above one at that instant, itself first. Of a unit that is gone: those above it at its end.
    pub fn above(&self, unit: Unit, at: Timestamp) -> Vec<Above> {
        let chain = |from: Unit| {
            let facts = self.units.get(&from)?;
            let at = facts.seen(at);
            let mut chain: Vec<Above> = facts.above.iter().filter(|above| above.span.contains(at)).copied().collect();
            chain.sort_by_key(|above| above.depth);
            Some(chain)
        };
        match chain(unit) {
            Some(chain) if !chain.is_empty() => chain,
            _ => {
                // Of a unit above another one only its sort is known: its chain is the rest of that other one's.
                let through = |other: &Unit| {
                    let chain = chain(*other)?;
                    let place = chain.iter().position(|above| above.unit == unit)?;
                    Some(chain[place..].to_vec())
                };
                self.units.keys().find_map(through).unwrap_or_default()
            }
        }
    }

    /// The reach of a scope at a unit at that instant. `None`: it counts nowhere, because no territory is above the unit.
    pub fn reach(&self, unit: Unit, scope: &Scope, at: Timestamp) -> Option<Reach> {
        Some(match scope {
            Scope::Own => Reach::Own(unit),
            Scope::Unit => Reach::Unit(unit),
            Scope::Subtree => Reach::Under(unit),
            Scope::Listed(units) => Reach::Listed(units.clone()),
            Scope::NonTerritorial => Reach::Anywhere,
            Scope::Territory => {
                let is_territory =
                    |above: &Above| self.units.get(&above.unit).is_some_and(|facts| facts.kind == UnitKind::Territory);
                Reach::Under(self.above(unit, at).into_iter().find(is_territory)?.unit)
            }
        })
    }

    /// Whether a reach covers the affairs of a unit at that instant. One's own affairs are nobody else's.
    pub fn covers(&self, reach: &Reach, unit: Unit, at: Timestamp) -> bool {
        match reach {
            Reach::Own(_) => false,
            Reach::Unit(one) => *one == unit,
            Reach::Under(top) => *top == unit || self.above(unit, at).iter().any(|above| above.unit == *top),
            Reach::Listed(units) => units.contains(&unit),
            Reach::Anywhere => true,
        }
    }

    /// Whether one reach lies within another at that instant.
    pub fn within(&self, inner: &Reach, outer: &Reach, at: Timestamp) -> bool {
        match (inner, outer) {
            (_, Reach::Anywhere) => true,
            (Reach::Own(one), Reach::Own(other)) => one == other,
            (Reach::Own(unit) | Reach::Unit(unit), outer) => self.covers(outer, *unit, at),
            (Reach::Under(unit), Reach::Under(_)) => self.covers(outer, *unit, at),
            (Reach::Anywhere | Reach::Under(_), _) => false,
            (Reach::Listed(units), outer) => units.iter().all(|unit| self.covers(outer, *unit, at)),
        }
    }

    /// Every instant within a span at which something known about these units changes, the first instant of the span included.
    pub fn turns(&self, units: impl Iterator<Item = Unit>, within: Span) -> BTreeSet<Timestamp> {
        let mut turns = BTreeSet::from([within.from]);
        for facts in units.filter_map(|unit| self.units.get(&unit)) {
            let spans = facts.above.iter().map(|above| above.span).chain(facts.places.iter().map(|(span, _)| *span));
            turns.extend(spans.flat_map(|span| [span.from, span.until]).filter(|instant| within.contains(*instant)));
        }
        turns
    }

    /// Whether two roles may not be held by one person at once.
    pub fn parted(&self, one: &Form, other: &Form) -> bool {
        self.separations.iter().any(|separation| separation.parts(one, other))
    }

    /// The posts of a person, the oldest first.
    pub fn posts_of(&self, person: Id<id::Person>) -> Vec<&Post> {
        let mut posts: Vec<&Post> = self.posts.values().filter(|post| post.person == person).collect();
        posts.sort_by_key(|post| post.age());
        posts
    }
}
