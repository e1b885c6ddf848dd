//! A country with administrators of all levels, and what each thing that they may ask for does to it: through the gate, and into the
//! world if it passes. What nobody may get by it is said by the properties in `acts`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        Actor, After, Before, Facts, Form, Giver, Kind, Permission, Post, PostState, Reach, RoleGrant, Scope, Signer,
        Word, admit_change, carry, effective, gate::Admitted, widen::Ahead,
    },
    Country,
    acts::{Act, Wanted},
    country::{Unit, a_post, day},
    person, post, role, unit,
};
use crate::{
    org::{FOREVER, Span, UnitKind, change::Widened},
    types::Timestamp,
};

pub(super) const ROLES: [&str; 9] = [
    "owner",
    "province-admin",
    "district-admin",
    "commune-admin",
    "auditor",
    "approve",
    "population",
    "receive",
    "report",
];
/// Instants looked at beside the present, in days from it.
const AHEAD: [i64; 5] = [0, 3, 11, 40, 200];

/// What somebody can do: a permission over a unit, at one of the instants looked at.
pub(super) type Atoms = BTreeSet<(String, Unit, i64)>;

pub(super) struct Story {
    pub(super) country: Country,
    pub(super) now: i64,
    next: u128,
}

impl Story {
    pub(super) fn new() -> Self {
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
        begin(&mut country, 9, 31, "district-admin", None);
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

    pub(super) fn pick(&self, number: usize) -> Post {
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

    pub(super) fn atoms(&self) -> BTreeMap<u128, Atoms> {
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
            rights.held.iter().flat_map(|held| held.permissions.iter().filter_map(Word::ours)).collect();
        let mut atoms = Atoms::new();
        for held in rights.held.iter().filter(|held| held.permissions.contains(&need.into())) {
            let lower = |form: &Form| {
                let fits = if form.id == held.role { held.gives_own } else { form.rank < held.rank };
                fits && form.permissions.iter().filter_map(Word::ours).all(|one| ours.contains(&one))
            };
            let forms = self.country.world.roles.values().map(|role| &role.form).filter(|form| lower(form));
            let words: BTreeSet<&str> = forms.flat_map(|form| form.permissions.iter().map(Word::as_str)).collect();
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
    pub(super) fn run(&mut self, act: &Act) -> (Atoms, Option<u128>) {
        let whose = |post: &Post| (0..10).find(|number| person(*number) == post.person);
        let id = self.next;
        self.next += 1;
        let (by, wanted) = match act {
            Act::Give { by, new } => (self.pick(*by), self.shape(new, id)),
            Act::Import { by, new } => (self.pick(*by), self.stated(new, id)),
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
            Act::Review { by, which } => return self.review(*by, *which),
            Act::Leave { by, whose } => return self.leave(*by, *whose),
            Act::TakeBack { by, which } => return self.take_back(*by, *which),
            _ => return (Atoms::new(), None),
        };
        let may = self.grantable(&by, Permission::AssignOfficials);
        let target = whose(&wanted);
        let by_word = by.person;
        if let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) {
            let giver = Giver::of(&rights);
            let wanted = if matches!(act, Act::Give { .. } | Act::Import { .. }) {
                Post { requested_by: by_word.to_string(), ..wanted }
            } else {
                wanted
            };
            self.send(&wanted, &Actor::Giver(&giver));
        }
        (may, target.filter(|number| by.person != person(*number)))
    }

    /// A row of a file: the post that somebody has in the unit is changed, and where they have none it is given.
    fn stated(&self, new: &Wanted, id: u128) -> Post {
        let shaped = self.shape(new, id);
        let now = day(self.now);
        let live = |post: &&Post| matches!(post.state, PostState::Active | PostState::Pending) && post.span.until > now;
        let posts = self.country.world.posts_of(shaped.person);
        let mut same = posts.into_iter().filter(live).filter(|post| post.delegator.is_none());
        match same.find(|post| post.unit == shaped.unit && post.kind == shaped.kind) {
            Some(known) => Post { id: known.id, requested_by: known.requested_by.clone(), ..shaped_as(known, shaped) },
            None => shaped,
        }
    }

    /// An answer to a review ends a post and can give nothing.
    fn review(&mut self, by: usize, which: usize) -> (Atoms, Option<u128>) {
        let (by, known) = (self.pick(by), self.pick(which));
        if let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) {
            let giver = Giver::of(&rights);
            self.send(&self.over(known), &Actor::Reviewer(&giver));
        }
        (Atoms::new(), None)
    }

    /// A post that ends now.
    fn over(&self, post: Post) -> Post {
        let until = post.span.until.min(day(self.now)).max(post.span.from);
        Post { state: PostState::Ended { because: "test".into() }, span: Span { until, ..post.span }, ..post }
    }

    /// Everything of somebody ends in one change, or nothing does.
    fn leave(&mut self, by: usize, whose: u128) -> (Atoms, Option<u128>) {
        let by = self.pick(by);
        let Ok(rights) = effective(&self.country.world, by.id, day(self.now)) else { return (Atoms::new(), None) };
        let before: Vec<Post> = self.country.world.posts_of(person(whose)).into_iter().cloned().collect();
        let live = |post: &Post| matches!(post.state, PostState::Active | PostState::Pending);
        let end = |post: &Post| if live(post) { self.over(post.clone()) } else { post.clone() };
        let after: Vec<Post> = before.iter().map(end).collect();
        let giver = Giver::of(&rights);
        let changed = (&Before(before), &After(after));
        if let Ok(admitted) = admit_change(&self.country.world, changed, &Actor::Giver(&giver), self.facts(whose)) {
            assert!(by.person != person(whose), "somebody made themself leave");
            self.write(&admitted);
        }
        (Atoms::new(), None)
    }

    /// What was handed on goes back: by who gave it, by who got it, and by nobody else.
    fn take_back(&mut self, by: usize, which: usize) -> (Atoms, Option<u128>) {
        let handed: Vec<Post> = self.posts().into_iter().filter(|post| post.delegator.is_some()).collect();
        let Some(known) = handed.get(which % handed.len().max(1)).cloned() else { return (Atoms::new(), None) };
        let giver = known.delegator.and_then(|from| self.country.world.posts.get(&from)).map(|from| from.person);
        let who = match by % 3 {
            0 => known.person,
            1 => giver.expect("is there"),
            _ => self.pick(by).person,
        };
        let own: Vec<_> = self.country.world.posts_of(who).into_iter().map(|post| post.id).collect();
        let passed = self.send(&self.over(known.clone()), &Actor::Back { person: who, posts: &own });
        assert!(!passed || who == known.person || Some(who) == giver, "a stranger took back what was handed on");
        (Atoms::new(), None)
    }

    /// Puts a territory under another one, in seven days, where two who sign could give everybody above what comes to them. What lies in
    /// it goes from those whom it leaves; whoever serves in it for its territory goes along.
    pub(super) fn reparent(&mut self, by: (usize, usize), which: usize, under: usize) {
        let at = day(self.now + 7);
        let open: Vec<Unit> = self.units().into_iter().filter(|unit| self.alone(*unit, at)).collect();
        if open.is_empty() || self.country.turns_at(at) {
            return;
        }
        let (moved, above) = (open[which % open.len()], open[under % open.len()]);
        let fits = match (self.country.places[&moved].level, self.country.places[&above].level) {
            ("commune", over) => over == "province" || over == "district",
            ("district", over) => over == "province",
            _ => false,
        };
        let territories = [moved, above].iter().all(|unit| self.country.places[unit].kind == UnitKind::Territory);
        if !fits || !territories || self.country.parent(moved, at) == Some(above) {
            return;
        }
        let signers = [self.pick(by.0), self.pick(by.1)];
        if signers[0].person == signers[1].person || !self.vouched(&signers, (moved, above), at) {
            return;
        }
        let grantable = signers.each_ref().map(|post| self.grantable(post, Permission::AssignOfficials));
        let before = self.atoms();
        self.country.reparent(moved, above, at);
        let after = self.atoms();
        for whose in 0..10 {
            let gained: Atoms = after[&whose].difference(&before[&whose]).cloned().collect();
            let signs = signers.iter().any(|post| post.person == person(whose));
            assert!(!signs || gained.is_empty(), "person {whose} signed {gained:?} for themself");
            for may in &grantable {
                let beyond = gained.difference(may).next();
                assert_eq!(beyond, None, "person {whose} by moving {moved} under {above}");
            }
            let differ = after[&whose].symmetric_difference(&before[&whose]);
            for (word, unit, instant) in differ {
                let inside = self.country.covers(&Reach::Under(moved), *unit, Timestamp::from_millis(*instant));
                assert!(inside && *instant >= at.millis(), "person {whose}: {word} over {unit} by moving {moved}");
            }
            for (word, unit, instant) in after[&whose].difference(&before[&whose]) {
                let had = before[&whose].contains(&(word.clone(), above, *instant));
                assert!(had, "person {whose} gained {word} over {unit} and had nothing over {above}");
            }
        }
    }

    /// Whether each of two posts could give everybody what comes to them when a unit is moved.
    fn vouched(&self, signers: &[Post], (moved, above): (Unit, Unit), at: Timestamp) -> bool {
        let world = &self.country.world;
        let sign = |post: &Post| effective(world, post.id, day(self.now)).ok().map(|rights| Giver::of(&rights));
        let Some(signers) = signers.iter().map(sign).collect::<Option<Vec<Giver>>>() else { return false };
        let up = |from: Unit| -> Vec<Unit> {
            std::iter::successors(Some(from), |unit| self.country.parent(*unit, at)).collect()
        };
        let had = up(moved);
        let new = up(above).into_iter().filter(|unit| !had.contains(unit));
        let along = |unit: &Unit| {
            let chain = up(*unit);
            let place = chain.iter().position(|one| *one == moved)?;
            Some((*unit, chain[..=place].iter().copied().chain(up(above)).collect()))
        };
        let widened = Widened {
            under: new.map(|unit| (unit, [moved].into())).collect(),
            above: self.units().iter().filter_map(along).collect(),
            ..Widened::default()
        };
        let ended = BTreeSet::new();
        let ahead = Ahead { world, widened: &widened, ended: &ended, at };
        let live = |post: &Post| matches!(post.state, PostState::Active | PostState::Pending) && post.span.until > at;
        let posts: Vec<Post> = self.posts().into_iter().filter(live).collect();
        let gains = ahead.all(&posts);
        gains.iter().all(|more| signers.iter().all(|one| ahead.vouches(&Signer(vec![one.clone()]), more).is_ok()))
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
    pub(super) fn merge(&mut self, one: usize, other: usize) {
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

    pub(super) fn handed_on_stays_inside(&self) {
        for one in self.posts() {
            let Some(from) = one.delegator else { continue };
            let giver = self.country.world.posts.get(&from).expect("is there");
            let (mine, theirs) = (self.atoms_of_post(&one), self.atoms_of_post(giver));
            assert!(mine.is_subset(&theirs), "{one:?} has more than {giver:?}");
        }
    }
}

/// A known post with what a file says of it.
fn shaped_as(known: &Post, shaped: Post) -> Post {
    Post {
        roles: shaped.roles,
        scope: shaped.scope,
        span: shaped.span,
        decision: shaped.decision.or_else(|| known.decision.clone()),
        ..known.clone()
    }
}
