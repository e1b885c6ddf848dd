//! A small country: provinces, communes, an agency; roles from the sweeper to the owner.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;
use uuid::Uuid;

use super::super::{
    Above, Confirmed, Form, Ground, Kind, Limits, Post, PostState, Reach, Role, RoleGrant, RoleId, Scope, Separation,
    Side, UnitFacts, World, carry::turned,
};
use crate::{
    org::{FOREVER, Span, UnitKind},
    types::{Day, Id, Timestamp, id},
};

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) type Unit = Id<id::Unit>;

pub(crate) fn unit(number: u128) -> Unit {
    Id::from_uuid(Uuid::from_u128(0x1000 + number))
}
pub(crate) fn person(number: u128) -> Id<id::Person> {
    Id::from_uuid(Uuid::from_u128(0x2000 + number))
}
pub(crate) fn post(number: u128) -> Id<id::Assignment> {
    Id::from_uuid(Uuid::from_u128(0x3000 + number))
}
pub(crate) fn role(word: &str) -> RoleId {
    RoleId::parse(word).expect("a word")
}
/// A day of the story, counted from its first.
pub(crate) fn day(number: i64) -> Timestamp {
    Timestamp::from_millis(number * DAY)
}

pub(crate) struct Place {
    pub(crate) kind: UnitKind,
    pub(crate) level: &'static str,
    pub(crate) parents: Vec<(Span, Option<Unit>)>,
}

/// The tree as its own simple model, beside the chains that rules see.
pub(crate) struct Country {
    pub(crate) places: BTreeMap<Unit, Place>,
    pub(crate) world: World,
    /// Which units went on in which new one, and when: a decision of one day is judged with all others of that day.
    made: Vec<(Timestamp, Unit, BTreeSet<Unit>)>,
}

impl Country {
    /// Root 0; provinces 1 and 2; communes 11, 12 under 1 and 21, 22 under 2; the agency 15 under province 1 with division 16;
    /// district 31 under province 1 with commune 32.
    pub(crate) fn new() -> Self {
        let mut country = Self { places: BTreeMap::new(), world: World::default(), made: Vec::new() };
        let ever = Span { from: day(-1_000), until: FOREVER };
        let territory = UnitKind::Territory;
        for (number, kind, level, parent) in [
            (0, territory, "central", None),
            (1, territory, "province", Some(0)),
            (2, territory, "province", Some(0)),
            (11, territory, "commune", Some(1)),
            (12, territory, "commune", Some(1)),
            (21, territory, "commune", Some(2)),
            (22, territory, "commune", Some(2)),
            (15, UnitKind::Agency, "province", Some(1)),
            (16, UnitKind::Department, "province", Some(15)),
            (31, territory, "district", Some(1)),
            (32, territory, "commune", Some(31)),
        ] {
            country.places.insert(unit(number), Place { kind, level, parents: vec![(ever, parent.map(unit))] });
        }
        for number in 0..12 {
            country.world.persons.insert(person(number), true);
        }
        for form in [
            json!({"id": "owner", "class": "system", "rank": 100, "gives_own": true, "four_eyes": true,
                "permissions": ["platform.own", "officials.assign", "officials.approve", "officials.review", "roles.write", "audit.read"]}),
            json!({"id": "province-admin", "class": "administration", "rank": 60, "levels": ["province", "central"],
                "permissions": ["officials.assign", "officials.approve", "officials.review"]}),
            json!({"id": "district-admin", "class": "administration", "rank": 50, "levels": ["district"],
                "permissions": ["officials.assign", "officials.review"]}),
            json!({"id": "commune-admin", "class": "administration", "rank": 40, "permissions": ["officials.assign", "officials.review"]}),
            json!({"id": "auditor", "class": "administration", "rank": 35, "permissions": ["audit.read"]}),
            json!({"id": "approve", "class": "business", "rank": 28, "delegable": true, "permissions": ["desk/approve"]}),
            json!({"id": "population", "class": "business", "rank": 20, "four_eyes": true, "permissions": ["desk/population"]}),
            json!({"id": "receive", "class": "business", "rank": 12, "delegable": true, "permissions": ["desk/receive"]}),
            json!({"id": "report", "class": "business", "rank": 10, "kinds": ["agency", "department"], "permissions": ["desk/report"]}),
        ] {
            let mut form = form;
            form["label"] = json!({"vi": "x", "en": "x"});
            let form: Form = serde_json::from_value(form).expect("a form");
            assert_eq!(form.check(), Ok(()));
            country.world.roles.insert(form.id.clone(), Role::since(form, day(-1_000)));
        }
        let side = |word: &str| Side::try_from(word.to_owned()).expect("a side");
        for (one, other) in [("receive", "approve"), ("class:system", "class:business")] {
            country.world.separations.push(Separation(side(one), side(other)));
        }
        country.redraw();
        country
    }

    /// Makes the chains that rules see from the simple model.
    pub(crate) fn redraw(&mut self) {
        let facts = |unit: &Unit, place: &Place| UnitFacts {
            kind: place.kind,
            places: place.parents.iter().map(|(span, _)| (*span, place.level.to_owned())).collect(),
            above: self.chain(*unit),
        };
        self.world.units = self.places.iter().map(|(unit, place)| (*unit, facts(unit, place))).collect();
    }

    fn chain(&self, unit: Unit) -> Vec<Above> {
        let mut chain = Vec::new();
        for (span, parent) in self.places.get(&unit).map(|place| place.parents.as_slice()).unwrap_or_default() {
            chain.push(Above { unit, depth: 0, span: *span });
            for above in parent.map(|parent| self.chain(parent)).unwrap_or_default() {
                if let Some(span) = above.span.shared(*span) {
                    chain.push(Above { span, depth: above.depth + 1, ..above });
                }
            }
        }
        chain
    }

    /// The unit above one at an instant, by the simple model; of one that is gone, at its end.
    pub(crate) fn parent(&self, unit: Unit, at: Timestamp) -> Option<Unit> {
        let place = self.places.get(&unit)?;
        let at_or_last = place.parents.iter().rfind(|(span, _)| span.from <= at);
        at_or_last.and_then(|(_, parent)| *parent)
    }

    pub(crate) fn exists(&self, unit: Unit, at: Timestamp) -> bool {
        self.places.get(&unit).is_some_and(|place| place.parents.iter().any(|(span, _)| span.contains(at)))
    }

    /// Whether a reach covers a unit, walked upwards step by step: nothing of the rules' own chains is used.
    pub(crate) fn covers(&self, reach: &Reach, unit: Unit, at: Timestamp) -> bool {
        match reach {
            Reach::Own(_) => false,
            Reach::Unit(one) => *one == unit,
            Reach::Listed(units) => units.contains(&unit),
            Reach::Anywhere => true,
            Reach::Under(top) => {
                let last =
                    self.places.get(&unit).and_then(|place| place.parents.last()).map_or(at, |(span, _)| span.until);
                let mut at = at;
                if last <= at {
                    at = Timestamp::from_millis(last.millis() - 1);
                }
                let mut here = Some(unit);
                while let Some(unit) = here {
                    if unit == *top {
                        return true;
                    }
                    here = self.parent(unit, at);
                }
                false
            }
        }
    }

    /// Ends two units at an instant and makes one of them, under the parent of the first; what is under them goes with them.
    pub(crate) fn merge(&mut self, (one, other): (Unit, Unit), new: Unit, at: Timestamp) -> Ground {
        let all = |country: &Self, at: Timestamp| -> HashMap<Unit, BTreeSet<Unit>> {
            let units: Vec<Unit> = country.places.keys().copied().filter(|unit| country.exists(*unit, at)).collect();
            // Units that are gone stand where they stood at their end.
            let began = |place: &Place| place.parents.first().is_some_and(|(span, _)| span.from <= at);
            let ever: Vec<Unit> =
                country.places.iter().filter(|(_, place)| began(place)).map(|(unit, _)| *unit).collect();
            let under = |top: Unit| {
                ever.iter()
                    .copied()
                    .filter(|unit| country.covers(&Reach::Under(top), *unit, at))
                    .collect::<BTreeSet<_>>()
            };
            units.iter().map(|top| (*top, under(*top))).collect()
        };
        let just_before = Timestamp::from_millis(at.millis() - 1);
        let before = all(self, just_before);
        let old = self.territories(just_before);
        let parent = self.parent(one, just_before);
        let (kind, level) = self.places.get(&one).map(|place| (place.kind, place.level)).expect("is there");
        for place in self.places.values_mut() {
            for (span, above) in place.parents.clone() {
                if span.contains(at) && above.is_some_and(|above| above == one || above == other) {
                    cut(place, at);
                    place.parents.push((Span { from: at, until: span.until }, Some(new)));
                }
            }
        }
        for gone in [one, other] {
            cut(self.places.get_mut(&gone).expect("is there"), at);
        }
        self.places.insert(new, Place { kind, level, parents: vec![(Span::since(at), parent)] });
        self.redraw();
        let now = self.territories(at);
        let units: BTreeSet<Unit> = self.places.keys().copied().collect();
        let territory =
            units.into_iter().map(|unit| (unit, (old.get(&unit).copied(), now.get(&unit).copied()))).collect();
        self.made.push((at, new, BTreeSet::from([one, other])));
        let of_that_day = self.made.iter().filter(|(day, ..)| *day == at);
        let back: HashMap<Unit, BTreeSet<Unit>> = of_that_day.map(|(_, new, from)| (*new, from.clone())).collect();
        let (forth, ended) = (turned(&back), BTreeSet::from([one, other]));
        Ground { at, back, forth, ended, before, after: all(self, at), territory }
    }

    /// Puts a unit under another one from an instant on.
    pub(crate) fn reparent(&mut self, moved: Unit, above: Unit, at: Timestamp) {
        let place = self.places.get_mut(&moved).expect("is there");
        cut(place, at);
        place.parents.push((Span::since(at), Some(above)));
        self.redraw();
    }

    /// Whether a decision of this very instant is recorded: two of one day are judged together, which this model does not do.
    pub(crate) fn turns_at(&self, at: Timestamp) -> bool {
        self.places.values().flat_map(|place| &place.parents).any(|(span, _)| span.from == at || span.until == at)
    }

    fn territories(&self, at: Timestamp) -> HashMap<Unit, Unit> {
        let of = |unit: Unit| {
            let mut here = Some(unit);
            while let Some(unit) = here {
                if self.places.get(&unit).is_some_and(|place| place.kind == UnitKind::Territory) {
                    return Some(unit);
                }
                here = self.parent(unit, at);
            }
            None
        };
        self.places
            .keys()
            .copied()
            .filter(|unit| self.exists(*unit, at))
            .filter_map(|unit| Some((unit, of(unit)?)))
            .collect()
    }

    /// Puts a post into the world, past the gate.
    pub(crate) fn put(&mut self, post: Post) -> Id<id::Assignment> {
        let id = post.id;
        self.world.posts.insert(id, post);
        id
    }
}

fn cut(place: &mut Place, at: Timestamp) {
    for (span, _) in &mut place.parents {
        span.until = span.until.min(at);
    }
    place.parents.retain(|(span, _)| span.from < span.until);
}

/// A confirmed post of a person in a unit with roles, over the unit and all below it, from day 0 on for ever.
pub(crate) fn a_post(number: u128, whose: u128, at: u128, roles: &[&str]) -> Post {
    let grant = |word: &&str| RoleGrant { role: role(word), parties: None };
    Post {
        id: post(number),
        elder: post(number),
        person: person(whose),
        unit: unit(at),
        position: super::super::PositionId::parse("official").expect("a word"),
        kind: Kind::Primary,
        roles: roles.iter().map(grant).collect(),
        scope: Scope::Subtree,
        span: Span::since(day(0)),
        decision: Some(Confirmed { number: "1/QD".into(), date: Day::from_ymd(1970, 1, 1).expect("a day") }),
        delegator: None,
        limits: Limits::default(),
        state: PostState::Active,
        requested_by: "operator:test".into(),
        revision: 1,
    }
}
