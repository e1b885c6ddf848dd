//! Random administrators of all levels do random things, units merge meanwhile, and nobody ever gets more than somebody could give.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, test_runner::RngSeed};

use super::{
    super::{
        Actor, After, Before, Facts, Giver, Kind, Permission, Post, PostState, Reach, RoleGrant, Scope, admit_change,
        carry, effective, gate::Admitted,
    },
    Country,
    country::{Unit, a_post, day},
    person, post, role, unit,
};
use crate::{
    org::{FOREVER, Span, UnitKind},
    types::Timestamp,
};

const ROLES: [&str; 8] =
    ["owner", "province-admin", "commune-admin", "auditor", "approve", "population", "receive", "report"];
/// Instants looked at beside the present, in days from it.
const AHEAD: [i64; 5] = [0, 3, 11, 40, 200];

#[derive(Clone, Debug)]
enum Act {
    Give { by: usize, new: Wanted },
    Edit { by: usize, which: usize, new: Wanted },
    End { by: usize, which: usize },
    Approve { by: usize, which: usize },
    HandOn { from: usize, new: Wanted },
    Merge { one: usize, other: usize },
    Wait { days: i64 },
}

#[derive(Clone, Debug)]
struct Wanted {
    to: u128,
    at: usize,
    roles: Vec<usize>,
    scope: usize,
    begins: i64,
    lasts: Option<i64>,
    decided: bool,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let roles = prop::collection::vec(0..ROLES.len(), 1..3);
    let lasts = prop_oneof![Just(None), (1_i64..60).prop_map(Some)];
    (0_u128..10, 0_usize..12, roles, 0_usize..6, -2_i64..9, lasts, any::<bool>()).prop_map(
        |(to, at, roles, scope, begins, lasts, decided)| Wanted { to, at, roles, scope, begins, lasts, decided },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let any_post = 0_usize..64;
    prop_oneof![
        6 => (any_post.clone(), wanted()).prop_map(|(by, new)| Act::Give { by, new }),
        3 => (any_post.clone(), any_post.clone(), wanted()).prop_map(|(by, which, new)| Act::Edit { by, which, new }),
        2 => (any_post.clone(), any_post.clone()).prop_map(|(by, which)| Act::End { by, which }),
        3 => (any_post.clone(), any_post.clone()).prop_map(|(by, which)| Act::Approve { by, which }),
        3 => (any_post.clone(), wanted()).prop_map(|(from, new)| Act::HandOn { from, new }),
        1 => (0_usize..12, 0_usize..12).prop_map(|(one, other)| Act::Merge { one, other }),
        2 => (1_i64..20).prop_map(|days| Act::Wait { days }),
    ]
}

/// What somebody can do: a permission over a unit, at one of the instants looked at.
type Atoms = BTreeSet<(String, Unit, i64)>;

struct Story {
    country: Country,
    now: i64,
    next: u128,
}

impl Story {
    fn new() -> Self {
        let mut country = Country::new();
        let mut number = 0;
        let mut begin = |country: &mut Country, whose: u128, at: u128, role: &str, until: Option<i64>| {
            number += 1;
            let mut post = a_post(number, whose, at, &[role]);
            post.span.until = until.map_or(FOREVER, day);
            country.put(post);
        };
        begin(&mut country, 0, 0, "owner", None);
        begin(&mut country, 1, 0, "owner", None);
        begin(&mut country, 2, 1, "province-admin", None);
        begin(&mut country, 3, 1, "province-admin", Some(30));
        begin(&mut country, 4, 2, "province-admin", None);
        begin(&mut country, 5, 11, "commune-admin", Some(90));
        begin(&mut country, 6, 21, "commune-admin", None);
        begin(&mut country, 7, 11, "approve", Some(70));
        begin(&mut country, 8, 15, "approve", None);
        Self { country, now: 1, next: 100 }
    }

    fn facts(&self, besides: u128) -> Facts {
        let now = day(self.now);
        let owns = |whose: u128| {
            whose != besides
                && self
                    .country
                    .world
                    .posts_of(person(whose))
                    .iter()
                    .any(|post| post.counts_at(now) && post.roles.iter().any(|grant| grant.role == role("owner")))
        };
        Facts { other_owners: (0..10).filter(|whose| owns(*whose)).count() as i64, now }
    }

    fn posts(&self) -> Vec<Post> {
        let mut posts: Vec<Post> = self.country.world.posts.values().cloned().collect();
        posts.sort_by_key(|post| post.id);
        posts
    }

    fn pick(&self, number: usize) -> Post {
        let posts = self.posts();
        posts[number % posts.len()].clone()
    }

    fn instants(&self) -> Vec<Timestamp> {
        AHEAD.iter().map(|days| day(self.now + days)).collect()
    }

    fn units(&self) -> Vec<Unit> {
        self.country.places.keys().copied().collect()
    }

    fn atoms_of_post(&self, one: &Post) -> Atoms {
        let mut atoms = Atoms::new();
        for at in self.instants() {
            let Ok(rights) = effective(&self.country.world, one.id, at) else { continue };
            assert!(one.span.contains(at), "{one:?} outlived its window");
            assert!(rights.ends_at > at && rights.ends_at <= one.span.until, "{one:?} ends at {:?}", rights.ends_at);
            for held in &rights.held {
                for unit in self.units().into_iter().filter(|unit| self.country.covers(&held.reach, *unit, at)) {
                    atoms.extend(held.permissions.iter().map(|word| (word.as_str().to_owned(), unit, at.millis())));
                }
            }
        }
        atoms
    }

    fn atoms(&self) -> BTreeMap<u128, Atoms> {
        let of = |whose: u128| {
            let posts = self.country.world.posts_of(person(whose));
            posts.into_iter().flat_map(|post| self.atoms_of_post(post)).collect()
        };
        (0..10).map(|whose| (whose, of(whose))).collect()
    }

    /// Everything that the holder of a post could give to anybody, worked out without the gate.
    fn grantable(&self, by: &Post, need: Permission) -> Atoms {
        let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) else { return Atoms::new() };
        let ours: BTreeSet<Permission> =
            rights.held.iter().flat_map(|held| held.permissions.iter().filter_map(super::super::Word::ours)).collect();
        let mut atoms = Atoms::new();
        for held in rights.held.iter().filter(|held| held.permissions.contains(&need.into())) {
            let lower = |form: &super::super::Form| {
                let fits = if form.id == held.role { held.gives_own } else { form.rank < held.rank };
                fits && form.permissions.iter().filter_map(super::super::Word::ours).all(|one| ours.contains(&one))
            };
            let forms = self.country.world.roles.values().map(|role| &role.form).filter(|form| lower(form));
            let words: BTreeSet<&str> =
                forms.flat_map(|form| form.permissions.iter().map(super::super::Word::as_str)).collect();
            for at in self.instants().into_iter().filter(|at| *at < held.until) {
                for unit in self.units().into_iter().filter(|unit| self.country.covers(&held.reach, *unit, at)) {
                    atoms.extend(words.iter().map(|word| ((*word).to_owned(), unit, at.millis())));
                }
            }
        }
        atoms
    }

    fn shape(&self, wanted: &Wanted, id: u128) -> Post {
        let units = self.units();
        let mut shaped = a_post(id, wanted.to, 0, &[]);
        shaped.unit = units[wanted.at % units.len()];
        shaped.roles = wanted.roles.iter().map(|one| RoleGrant { role: role(ROLES[*one]), parties: None }).collect();
        shaped.roles.sort_by(|one, other| one.role.cmp(&other.role));
        shaped.roles.dedup();
        shaped.scope = match wanted.scope {
            0 => Scope::Own,
            1 => Scope::Unit,
            2 => Scope::Subtree,
            3 => Scope::Listed([shaped.unit, units[(wanted.at + 1) % units.len()]].into()),
            4 => Scope::Territory,
            _ => Scope::NonTerritorial,
        };
        let from = self.now + wanted.begins;
        shaped.span = Span { from: day(from), until: wanted.lasts.map_or(FOREVER, |days| day(from + days)) };
        if !wanted.decided {
            shaped.decision = None;
        }
        shaped
    }

    /// Sends a change through the gate and, if it passes, into the world.
    fn send(&mut self, wanted: &Post, actor: &Actor<'_>) -> bool {
        let before = Before(self.country.world.posts_of(wanted.person).into_iter().cloned().collect());
        let mut after = before.0.clone();
        match after.iter_mut().find(|known| known.id == wanted.id) {
            Some(known) => *known = wanted.clone(),
            None => after.push(wanted.clone()),
        }
        let whose = (0..10).find(|number| person(*number) == wanted.person).expect("is one of them");
        let admitted = admit_change(&self.country.world, (&before, &After(after)), actor, self.facts(whose));
        admitted.is_ok_and(|admitted| {
            self.write(&admitted);
            true
        })
    }

    fn write(&mut self, admitted: &Admitted) {
        for written in admitted.writes() {
            self.country.world.posts.insert(written.post.id, written.post.clone());
        }
    }

    /// Gives what may be given by this act, and whose rights may grow.
    fn run(&mut self, act: &Act) -> (Atoms, Option<u128>) {
        let whose = |post: &Post| (0..10).find(|number| person(*number) == post.person);
        let id = self.next;
        self.next += 1;
        let (by, wanted) = match act {
            Act::Give { by, new } => (self.pick(*by), self.shape(new, id)),
            Act::Edit { by, which, new } => {
                let known = self.pick(*which);
                let shaped = self.shape(new, id);
                (
                    self.pick(*by),
                    Post {
                        roles: shaped.roles,
                        scope: shaped.scope,
                        span: shaped.span,
                        decision: shaped.decision,
                        ..known
                    },
                )
            }
            Act::End { by, which } => {
                let known = self.pick(*which);
                let until = known.span.until.min(day(self.now)).max(known.span.from);
                let ended = PostState::Ended { because: "test".into() };
                (self.pick(*by), Post { state: ended, span: Span { until, ..known.span }, ..known })
            }
            Act::Approve { by, which } => return self.approve(*by, *which),
            Act::HandOn { from, new } => return self.hand_on(*from, new, id),
            Act::Merge { .. } | Act::Wait { .. } => return (Atoms::new(), None),
        };
        let may = self.grantable(&by, Permission::AssignOfficials);
        let target = whose(&wanted);
        let by_word = by.person;
        if let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) {
            let giver = Giver::of(&rights);
            let wanted = if matches!(act, Act::Give { .. }) {
                Post { requested_by: by_word.to_string(), ..wanted }
            } else {
                wanted
            };
            self.send(&wanted, &Actor::Giver(&giver));
        }
        (may, target.filter(|number| by.person != person(*number)))
    }

    fn approve(&mut self, by: usize, which: usize) -> (Atoms, Option<u128>) {
        let waiting: Vec<Post> = self.posts().into_iter().filter(|post| post.state == PostState::Pending).collect();
        let Some(known) = waiting.get(which % waiting.len().max(1)).cloned() else { return (Atoms::new(), None) };
        let by = self.pick(by);
        let may = self.grantable(&by, Permission::ApproveOfficials);
        let target = (0..10).find(|number| person(*number) == known.person).filter(|_| by.person != known.person);
        if let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) {
            let (giver, word) = (Giver::of(&rights), by.person.to_string());
            let asked_by = known.requested_by.clone();
            let passed =
                self.send(&Post { state: PostState::Active, ..known }, &Actor::Approver { giver: &giver, word: &word });
            assert!(!(passed && asked_by == word), "the one who asked approved");
        }
        (may, target)
    }

    fn hand_on(&mut self, from: usize, new: &Wanted, id: u128) -> (Atoms, Option<u128>) {
        let from = self.pick(from);
        let mut wanted = self.shape(new, id);
        (wanted.kind, wanted.delegator) = (Kind::Delegated, Some(from.id));
        wanted.unit = from.unit;
        wanted.roles = from.roles.iter().take(1).cloned().collect();
        let may = self.atoms_of_post(&from);
        if let Ok(rights) = effective(&self.country.world, from.id, day(self.now)) {
            self.send(&wanted, &Actor::Holder(&rights));
        }
        (may, Some(new.to).filter(|to| person(*to) != from.person))
    }

    /// Merges two units of one kind and level, in ten days, and carries what stands on them.
    fn merge(&mut self, one: usize, other: usize) {
        let at = day(self.now + 10);
        let units: Vec<Unit> = self.units().into_iter().filter(|unit| self.alone(*unit, at)).collect();
        if units.is_empty() {
            return;
        }
        let (one, other) = (units[one % units.len()], units[other % units.len()]);
        let place =
            |unit: Unit| self.country.places.get(&unit).map(|place| (place.kind, place.level)).expect("is there");
        let related = |one, other| self.country.covers(&Reach::Under(one), other, at);
        // A unit put under one that goes on comes to that one's people by the decision itself; what must not be is a gain beside it.
        let elsewhere = self.country.parent(one, at) != self.country.parent(other, at);
        if one == other || elsewhere || place(one) != place(other) || related(one, other) || related(other, one) {
            return;
        }
        let before = self.atoms();
        let new = unit(500 + self.next);
        let ground = self.country.merge((one, other), new, at);
        self.carry(&ground, (one, other), new);
        let after = self.atoms();
        for whose in 0..10 {
            for (word, unit, instant) in &after[&whose] {
                let back = ground.back.get(unit).cloned().unwrap_or_else(|| [*unit].into());
                let had = back.iter().all(|unit| before[&whose].contains(&(word.clone(), *unit, *instant)));
                assert!(had, "person {whose} gained {word} over {unit} by the merger of {one} and {other}");
            }
            let lost = before[&whose].difference(&after[&whose]).next();
            assert_eq!(lost, None, "person {whose} lost by the merger of {one} and {other} into {new}");
        }
    }

    fn alone(&self, unit: Unit, at: Timestamp) -> bool {
        let place = self.country.places.get(&unit);
        let open = place
            .and_then(|place| place.parents.last())
            .is_some_and(|(span, _)| span.until == FOREVER && span.from < at);
        open && place.is_some_and(|place| place.level != "central" && place.kind != UnitKind::Department)
    }

    fn carry(&mut self, ground: &carry::Ground, (one, other): (Unit, Unit), new: Unit) {
        let live =
            |post: &Post| matches!(post.state, PostState::Active | PostState::Pending) && post.span.until > ground.at;
        let stands = |post: &Post| {
            let on = |unit: Unit| post.unit == unit || post.scope.listed().any(|listed| listed == unit);
            let serves = ground.territory.get(&post.unit).and_then(|(before, _)| *before);
            on(one) || on(other) || (post.scope == Scope::Territory && (serves == Some(one) || serves == Some(other)))
        };
        let direct: Vec<Post> = self.posts().into_iter().filter(|post| live(post) && stands(post)).collect();
        let mut found = direct.clone();
        let handed = self.posts().into_iter().filter(|post| {
            live(post)
                && direct.iter().any(|from| post.delegator == Some(from.id))
                && direct.iter().all(|one| one.id != post.id)
        });
        found.extend(handed);
        let ids: BTreeMap<_, _> =
            found.iter().enumerate().map(|(place, one)| (one.id, post(self.next + place as u128))).collect();
        self.next += 100;
        let now = day(self.now);
        for from in &found {
            let to = if from.unit == one || from.unit == other { new } else { from.unit };
            let mut carried = ground.carried(from, to, ids[&from.id]);
            carried.delegator = from.delegator.map(|from| ids.get(&from).copied().unwrap_or(from));
            let admitted = carry::admit(ground, from, carried, now).expect("passes the gate");
            self.write(&admitted);
            let cut = self.country.world.posts.get_mut(&from.id).expect("is there");
            cut.span.until = ground.at.max(from.span.from);
        }
    }

    fn handed_on_stays_inside(&self) {
        for one in self.posts() {
            let Some(from) = one.delegator else { continue };
            let giver = self.country.world.posts.get(&from).expect("is there");
            let (mine, theirs) = (self.atoms_of_post(&one), self.atoms_of_post(giver));
            assert!(mine.is_subset(&theirs), "{one:?} has more than {giver:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(20_250_701), ..ProptestConfig::default() })]

    #[test]
    fn nobody_ever_has_more_than_somebody_could_give(acts in prop::collection::vec(act(), 1..40)) {
        let mut story = Story::new();
        for act in &acts {
            match act {
                Act::Wait { days } => story.now += days,
                Act::Merge { one, other } => story.merge(*one, *other),
                _ => {
                    let before = story.atoms();
                    let (may, target) = story.run(act);
                    let after = story.atoms();
                    for whose in 0..10 {
                        let gained: Atoms = after[&whose].difference(&before[&whose]).cloned().collect();
                        if Some(whose) == target {
                            prop_assert!(gained.is_subset(&may), "{:?} by {:?}", gained.difference(&may).next(), act);
                        } else {
                            prop_assert!(gained.is_empty(), "{} gained {:?} by {:?}", whose, gained.first(), act);
                        }
                    }
                }
            }
            story.handed_on_stays_inside();
        }
    }
}
