//! Posts on units that end are carried to the units that go on, so that nobody gains: a unit after a merger is larger than each of those
//! before, so a scope over it would reach over others' units, too.
//!
//! What was covered before stays covered, as a list where need be: the units before (for what was theirs) and every unit after that
//! was made wholly from covered ones. A person may widen it later, through the gate.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures_util::future::BoxFuture;

use super::{
    Actor, After, Before, Facts, Refused, Scope, World, admit_change,
    gate::Admitted,
    post::{Post, PostState},
    rows::{
        carry as rows,
        posts::{self, Origin},
        world as world_rows,
    },
    widen::{self, Signer},
    world::Reach,
};
use crate::{
    audit::{self, Event},
    crypto::random,
    org::{
        Span,
        change::{Carried, Dependent, Dependents, Gain, Moves},
    },
    store::{Conn, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type PostId = Id<id::Assignment>;

/// What a decision does to units, as far as posts care.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// When.
    pub at: Timestamp,
    /// Every unit that got territory, and all that gave it some; itself among them where it stood before, because what it had already was
    /// nobody else's.
    pub back: HashMap<Unit, BTreeSet<Unit>>,
    /// The same the other way round: all that got something of a unit.
    pub forth: HashMap<Unit, BTreeSet<Unit>>,
    /// The units that end.
    pub ended: BTreeSet<Unit>,
    /// The units under one, itself among them, just before; units that were gone by then stand where they stood at their end.
    pub before: HashMap<Unit, BTreeSet<Unit>>,
    /// The same from the instant on.
    pub after: HashMap<Unit, BTreeSet<Unit>>,
    /// The territory that a unit serves, just before and from the instant on.
    pub territory: HashMap<Unit, (Option<Unit>, Option<Unit>)>,
}

/// What a scope covers: units, or more than can be listed.
enum Covered {
    Units(BTreeSet<Unit>),
    /// Only what is one's own, or everything: no merger makes either more.
    Same,
}

impl Ground {
    fn root_before(&self, unit: Unit) -> Option<Unit> {
        self.territory.get(&unit)?.0
    }

    fn covered_before(&self, post: &Post) -> Covered {
        Covered::Units(match &post.scope {
            Scope::Own | Scope::NonTerritorial => return Covered::Same,
            Scope::Unit => BTreeSet::from([post.unit]),
            Scope::Subtree => all(&self.before, post.unit),
            Scope::Listed(units) => units.clone(),
            Scope::Territory => self.root_before(post.unit).map(|root| all(&self.before, root)).unwrap_or_default(),
        })
    }

    fn covered_after(&self, post: &Post) -> Covered {
        Covered::Units(match &post.scope {
            Scope::Own | Scope::NonTerritorial => return Covered::Same,
            Scope::Unit => BTreeSet::from([post.unit]),
            Scope::Subtree => all(&self.after, post.unit),
            Scope::Listed(units) => units.clone(),
            Scope::Territory => {
                let root = self.territory.get(&post.unit).and_then(|(_, after)| *after);
                root.map(|root| all(&self.after, root)).unwrap_or_default()
            }
        })
    }

    /// Whether a unit after lies wholly in units before: it is one of them, or was made from nothing else.
    fn lies_in(&self, unit: Unit, covered: &BTreeSet<Unit>) -> bool {
        covered.contains(&unit) || self.back.get(&unit).is_some_and(|from| !from.is_empty() && from.is_subset(covered))
    }

    /// Whether everything that a post covers after was covered by the one before: mapped back, nothing is more.
    pub fn gains_nothing(&self, before: &Post, after: &Post) -> bool {
        match (self.covered_before(before), self.covered_after(after)) {
            (Covered::Same, Covered::Same) => before.scope == after.scope,
            (Covered::Units(before), Covered::Units(after)) => after.iter().all(|unit| self.lies_in(*unit, &before)),
            _ => false,
        }
    }

    /// Whether everything that a post covered before is covered by the one after: each unit that goes on, and of each that ended every unit
    /// that was made wholly from covered ones.
    fn loses_nothing(&self, before: &Post, after: &Post) -> bool {
        let (Covered::Units(before), Covered::Units(after)) = (self.covered_before(before), self.covered_after(after))
        else {
            return true;
        };
        let went_on = |unit: &Unit| {
            let heirs = self.forth.get(unit).filter(|_| self.ended.contains(unit));
            heirs.is_some_and(|heirs| heirs.is_subset(&after))
        };
        self.heirs_in(&before).is_subset(&after) && before.iter().all(|unit| after.contains(unit) || went_on(unit))
    }

    /// Every unit that got territory and lies wholly in covered ones.
    fn heirs_in(&self, covered: &BTreeSet<Unit>) -> BTreeSet<Unit> {
        let heirs = covered.iter().filter_map(|unit| self.forth.get(unit)).flatten().copied();
        heirs.filter(|heir| self.lies_in(*heir, covered)).collect()
    }

    /// The post as it goes on at another unit: the same scope where that gains and loses nothing, else the list of what was covered.
    pub fn carried(&self, post: &Post, to: Unit, id: PostId) -> Post {
        let mut carried = Post { id, unit: to, revision: 1, ..post.clone() };
        // The window as it counts: one without a decision must not get ninety new days by being carried.
        carried.span = Span { from: post.span.from.max(self.at), until: post.window().until };
        // Over one unit alone, a list loses nothing and keeps what names the unit by its old id.
        let alone = post.scope == Scope::Unit && to != post.unit;
        let fits = self.gains_nothing(post, &carried) && self.loses_nothing(post, &carried);
        if matches!(post.scope, Scope::Listed(_)) || alone || !fits {
            let Covered::Units(covered) = self.covered_before(post) else { return carried };
            carried.scope = Scope::Listed(&covered | &self.heirs_in(&covered));
        }
        carried
    }

    /// Whether a post is the other one, carried: everything the same but the unit, and no gain.
    pub(super) fn is_carried(&self, from: &Post, post: &Post) -> bool {
        let same = Post {
            id: from.id,
            unit: from.unit,
            scope: from.scope.clone(),
            span: from.span,
            delegator: from.delegator,
            revision: from.revision,
            ..post.clone()
        };
        let window = post.span.from >= self.at.max(from.span.from) && post.span.until <= from.window().until;
        same == *from && window && self.gains_nothing(from, post)
    }
}

/// Who gave to whom, from who got from whom.
pub(super) fn turned(back: &HashMap<Unit, BTreeSet<Unit>>) -> HashMap<Unit, BTreeSet<Unit>> {
    let mut forth: HashMap<Unit, BTreeSet<Unit>> = HashMap::new();
    for (heir, from) in back.iter().flat_map(|(heir, from)| from.iter().map(move |from| (*heir, *from))) {
        forth.entry(from).or_default().insert(heir);
    }
    forth
}

/// A unit of which nothing is recorded below it stands for itself.
fn all(of: &HashMap<Unit, BTreeSet<Unit>>, top: Unit) -> BTreeSet<Unit> {
    of.get(&top).cloned().unwrap_or_else(|| BTreeSet::from([top]))
}

/// The posts of officials, as what stands on units, and by whose leave they come to reach more.
#[derive(Clone, Debug, Default)]
pub struct Posts {
    /// Everybody who signs the set.
    pub signers: Vec<Signer>,
}

impl Dependents for Posts {
    fn room(&self) -> &'static str {
        "office"
    }

    fn touched<'a>(
        &'a self,
        conn: &'a mut Conn,
        moves: &'a Moves,
    ) -> BoxFuture<'a, Result<Vec<Dependent>, StoreError>> {
        Box::pin(async move {
            let units: Vec<Unit> = moves.moved.iter().map(|moved| moved.unit).collect();
            let found = rows::concerned(conn, moves.at, moves.undoes, &units).await?;
            let dependent = |(id, unit, position): rows::Concerned| Dependent {
                room: "office",
                kind: "post",
                key: id.to_string(),
                label: position,
                unit,
                // It stands on a unit that stays, and only what it covers changes.
                to: Some(unit).filter(|unit| !units.contains(unit)),
                ends: false,
            };
            Ok(found.into_iter().map(dependent).collect())
        })
    }

    fn gains<'a>(&'a self, conn: &'a mut Conn, moves: &'a Moves) -> BoxFuture<'a, Result<Vec<Gain>, StoreError>> {
        Box::pin(widen::gains(conn, moves, &self.signers))
    }

    fn carry<'a, 'c: 'a>(
        &'a self,
        tx: &'a mut Tx<'c>,
        moves: &'a Moves,
        carried: &'a [Carried],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(carry(tx, moves, carried))
    }
}

async fn carry(tx: &mut Tx<'_>, moves: &Moves, carried: &[Carried]) -> Result<(), StoreError> {
    if let Some(undone) = moves.undoes {
        let posts = rows::bring_home(tx, undone).await?;
        let posts = usize::try_from(posts).unwrap_or(usize::MAX);
        audit::record(tx, Event::PostsCarried { set: undone, posts, change: "brought-home" }).await?;
    }
    let to: HashMap<PostId, Unit> = carried.iter().filter_map(|one| Some((one.key.parse().ok()?, one.to?))).collect();
    let found = touched(tx, moves, &to).await?;
    if found.is_empty() {
        return Ok(());
    }
    let ground = ground(tx, moves, &found, &to).await?;
    let now = tx.now();
    let unit_of = |post: &Post| to.get(&post.id).copied().unwrap_or(post.unit);
    // What comes out as it was stays as it is; what was handed on from something carried gets its new source.
    let changes = |post: &&Post| {
        let same = Post { span: post.span, ..ground.carried(post, unit_of(post), post.id) };
        (same.unit, &same.scope) != (post.unit, &post.scope)
    };
    let direct: HashSet<PostId> = found.iter().filter(changes).map(|post| post.id).collect();
    let goes = |post: &&Post| direct.contains(&post.id) || post.delegator.is_some_and(|from| direct.contains(&from));
    let going: Vec<&Post> = found.iter().filter(goes).collect();
    let new_ids: HashMap<PostId, PostId> = going.iter().map(|post| (post.id, random::id(now))).collect();
    let mut admitted = Vec::with_capacity(going.len());
    for post in going {
        let id = new_ids.get(&post.id).copied().ok_or(Fault::bug("carrying a post"))?;
        let mut new = ground.carried(post, unit_of(post), id);
        new.delegator = post.delegator.map(|from| new_ids.get(&from).copied().unwrap_or(from));
        admitted.push((admit(&ground, post, new, now)?, post.id));
    }
    posts::carry(tx, &admitted, (moves.set, moves.at)).await?;
    let event = Event::PostsCarried { set: moves.set, posts: admitted.len(), change: "carried" };
    audit::record(tx, event).await.map(|_| ())
}

/// One carried post through the gate. The set was worked out a line above, so a refusal is a defect.
pub(super) fn admit(ground: &Ground, from: &Post, new: Post, now: Timestamp) -> Result<Admitted, Fault> {
    let actor = Actor::Carrier { ground, from };
    let passed = admit_change(
        &World::default(),
        (&Before(Vec::new()), &After(vec![new])),
        &actor,
        Facts { other_owners: 1, now },
    );
    passed.map_err(|refused: Refused| Fault::new("carrying a post", refused))
}

/// The posts concerned, and what was handed on from any of them.
async fn touched(tx: &mut Tx<'_>, moves: &Moves, to: &HashMap<PostId, Unit>) -> Result<Vec<Post>, StoreError> {
    let mut ids: Vec<PostId> = to.keys().copied().collect();
    let handed_on = rows::handed_on(tx, moves.at, &ids).await?;
    ids.extend(handed_on.into_iter().filter(|id| !to.contains_key(id)));
    let mut found: Vec<Post> = posts::by_ids(tx, &ids).await?.into_iter().map(|one| one.post).collect();
    found.retain(|post| matches!(post.state, PostState::Active | PostState::Pending) && post.span.until > moves.at);
    found.sort_by_key(|post| post.id);
    Ok(found)
}

/// Loads what is known about the units concerned, with one statement for each question.
async fn ground(
    tx: &mut Tx<'_>,
    moves: &Moves,
    found: &[Post],
    to: &HashMap<PostId, Unit>,
) -> Result<Ground, StoreError> {
    let at = moves.at;
    let just_before = Timestamp::from_millis(at.millis() - 1);
    let mut back: HashMap<Unit, BTreeSet<Unit>> = HashMap::new();
    for (from, heir, stood) in rows::heirs(tx, at).await? {
        back.entry(heir).or_default().extend(std::iter::once(from).chain(stood.then_some(heir)));
    }
    let old: BTreeSet<Unit> = found.iter().map(|post| post.unit).collect();
    let new: BTreeSet<Unit> = to.values().copied().chain(old.iter().copied()).collect();
    let all: Vec<Unit> = old.union(&new).copied().collect();
    let mut territory = HashMap::new();
    if found.iter().any(|post| post.scope == Scope::Territory) {
        let world = world_rows::units(tx, &all).await?;
        let root = |unit: Unit, at| match world.reach(unit, &Scope::Territory, at) {
            Some(Reach::Under(root)) => Some(root),
            _ => None,
        };
        territory = all.iter().map(|unit| (*unit, (root(*unit, just_before), root(*unit, at)))).collect();
    }
    let (mut tops_before, mut tops_after) = (old, new);
    tops_before.extend(territory.values().filter_map(|(before, _)| *before));
    tops_after.extend(territory.values().filter_map(|(_, after)| *after));
    let before = rows::all_under(tx, just_before, &Vec::from_iter(tops_before)).await?;
    let after = rows::all_under(tx, at, &Vec::from_iter(tops_after)).await?;
    let ended = moves.moved.iter().map(|moved| moved.unit).collect();
    Ok(Ground { at, forth: turned(&back), back, ended, before, after, territory })
}

/// What stands in the rows of a carried post.
pub(super) const fn origin(set: Id<id::ChangeSet>) -> Origin {
    Origin { source: super::Source::ChangeSet, carried_by: Some(set), import: None }
}
