//! Who comes to reach more by a change of units, and whether those who sign it could give it to them.
//!
//! A unit that is put under another one comes to everybody who serves above it: nobody gave them a right, and they have one. So such a set
//! is judged like a change of their posts: each who signs must be one who could give each of them just that, over what comes, and
//! nobody signs what comes to themself (the effective-rights invariant, SECURITY.md: re-parenting and mergers pass the one gate).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Giver, RoleId, Scope,
    grant::{Beyond, may_name, may_widen},
    post::Post,
    rows::{carry as carry_rows, catalogue, posts, widen as rows, world as world_rows},
    world::{Reach, World},
};
use crate::{
    org::{
        Label, UnitKind,
        change::{Gain, Moves, Named, Widened},
    },
    store::{Conn, StoreError},
    text,
    types::{Id, Locale, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// Somebody who signs a set, by whatever they could give posts: one of these ways must be enough for each who gains. Ways do not add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signer(pub Vec<Giver>);

impl Signer {
    /// Whether one of their ways is enough; where none is, what the last one lacks.
    fn may(&self, way: impl Fn(&Giver) -> Result<(), Beyond>) -> Result<(), Beyond> {
        let mut refused = Beyond::NoPower;
        for giver in &self.0 {
            match way(giver) {
                Ok(()) => return Ok(()),
                Err(beyond) => refused = beyond,
            }
        }
        Err(refused)
    }
}

/// The word of the first who signs and may not. Whoever signs nothing vouches for nobody: a set without signers passes only where nobody
/// gains.
fn refusal(signers: &[Signer], may: impl Fn(&Signer) -> Result<(), Beyond>) -> Option<&'static str> {
    let nobody = signers.is_empty().then_some(Beyond::NoPower);
    nobody.or_else(|| signers.iter().find_map(|signer| may(signer).err())).map(|beyond| beyond.word())
}

/// A post that comes to reach more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct More<'a> {
    pub(super) post: &'a Post,
    /// The roles that count for more.
    pub(super) roles: BTreeSet<RoleId>,
    /// Over what, as it stands before the set.
    pub(super) over: BTreeSet<Unit>,
}

/// What a set does, as far as reaches care. The world is that before the set.
pub(super) struct Ahead<'a> {
    pub(super) world: &'a World,
    pub(super) widened: &'a Widened,
    pub(super) ended: &'a BTreeSet<Unit>,
    pub(super) at: Timestamp,
}

impl Ahead<'_> {
    /// The territory that a post serves before the set and from its instant on.
    fn territories(&self, post: &Post) -> (Option<Unit>, Option<Unit>) {
        let before = match self.world.reach(post.unit, &Scope::Territory, self.at) {
            Some(Reach::Under(top)) => Some(top),
            _ => None,
        };
        let kind = |unit: &Unit| {
            let known = self.world.units.get(unit).map(|facts| facts.kind);
            known.or_else(|| self.widened.made.get(unit).copied())
        };
        let after = match self.widened.above.get(&post.unit) {
            Some(chain) => chain.iter().copied().find(|unit| kind(unit) == Some(UnitKind::Territory)),
            None => before,
        };
        (before, after)
    }

    /// What may come to a post: all that is then judged must be known in the world.
    fn coming(&self, post: &Post) -> BTreeSet<Unit> {
        let of = |map: &BTreeMap<Unit, BTreeSet<Unit>>, unit: &Unit| map.get(unit).cloned().unwrap_or_default();
        match &post.scope {
            Scope::Own | Scope::NonTerritorial => BTreeSet::new(),
            Scope::Unit => of(&self.widened.into, &post.unit),
            Scope::Listed(units) => units.iter().flat_map(|unit| of(&self.widened.into, unit)).collect(),
            Scope::Subtree => of(&self.widened.under, &post.unit),
            Scope::Territory => {
                let (before, after) = self.territories(post);
                let Some(after) = after else { return BTreeSet::new() };
                let mut coming = of(&self.widened.under, &after);
                if before != Some(after) && !self.widened.made.contains_key(&after) {
                    coming.insert(after);
                }
                coming
            }
        }
    }

    /// What comes to a post that it did not reach.
    fn over(&self, post: &Post) -> BTreeSet<Unit> {
        let mut coming = self.coming(post);
        match &post.scope {
            Scope::Listed(units) => coming.retain(|unit| !units.contains(unit)),
            Scope::Territory => {
                let (before, _) = self.territories(post);
                // A territory that ends is carried over, and by that nobody gains.
                if before.is_some_and(|top| self.ended.contains(&top)) {
                    return BTreeSet::new();
                }
                let had = |unit: Unit| before.is_some_and(|top| self.world.covers(&Reach::Under(top), unit, self.at));
                coming.retain(|unit| !had(*unit));
            }
            _ => {}
        }
        coming
    }

    /// The roles that may be held at the level which the unit gets, and not at the one which it had.
    fn rising(&self, post: &Post) -> BTreeSet<RoleId> {
        let Some((before, after)) = self.widened.levels.get(&post.unit) else { return BTreeSet::new() };
        let fits = |role: &RoleId, level: &String| {
            let form = self.world.roles.get(role).map(|role| &role.form);
            form.is_some_and(|form| form.levels.is_empty() || form.levels.contains(level))
        };
        let roles = post.roles.iter().map(|grant| &grant.role);
        roles.filter(|role| fits(role, after) && !fits(role, before)).cloned().collect()
    }

    /// Every one of these posts that gains. What was handed on over listed units counts again where its giver comes to reach them.
    pub(super) fn all<'p>(&self, posts: &'p [Post]) -> Vec<More<'p>> {
        let mut all: Vec<More<'p>> = posts.iter().filter_map(|post| self.more(post)).collect();
        let handed = |post: &'p Post| {
            let from = post.delegator.filter(|_| matches!(post.scope, Scope::Listed(_)))?;
            let giver = all.iter().find(|more| more.post.id == from)?;
            let roles: BTreeSet<RoleId> = post.roles.iter().map(|grant| grant.role.clone()).collect();
            let new = all.iter().all(|more| more.post.id != post.id) && !roles.is_empty();
            new.then(|| More { post, roles, over: giver.over.clone() })
        };
        let again: Vec<More<'p>> = posts.iter().filter_map(handed).collect();
        all.extend(again);
        all
    }

    /// What a post gains.
    fn more<'p>(&self, post: &'p Post) -> Option<More<'p>> {
        let over = self.over(post);
        if !over.is_empty() {
            let roles: BTreeSet<RoleId> = post.roles.iter().map(|grant| grant.role.clone()).collect();
            return (!roles.is_empty()).then_some(More { post, roles, over });
        }
        let roles = self.rising(post);
        let over = std::iter::once(post.unit).chain(post.scope.listed()).collect();
        (!roles.is_empty()).then_some(More { post, roles, over })
    }

    /// Whether somebody who signs could give a post what it gains.
    pub(super) fn vouches(&self, signer: &Signer, more: &More<'_>) -> Result<(), Beyond> {
        signer.may(|giver| may_widen(self.world, giver, more, self.at))
    }
}

/// Every post that comes to reach more by a set, asked before the set is written.
pub(super) async fn gains(conn: &mut Conn, moves: &Moves, signers: &[Signer]) -> Result<Vec<Gain>, StoreError> {
    let (at, widened) = (moves.at, &moves.widened);
    let mut ids = rows::reaching(conn, at, widened).await?;
    if ids.is_empty() && widened.heads.is_empty() {
        return Ok(Vec::new());
    }
    ids.extend(carry_rows::handed_on(conn, at, &ids).await?);
    ids.sort_unstable();
    ids.dedup();
    let mut found: Vec<Post> = posts::by_ids(conn, &ids).await?.into_iter().map(|one| one.post).collect();
    found.sort_by_key(|post| post.id);
    let around = |post: &Post| -> Vec<Unit> {
        let chain = widened.above.get(&post.unit).filter(|_| post.scope == Scope::Territory);
        std::iter::once(post.unit).chain(post.scope.listed()).chain(chain.into_iter().flatten().copied()).collect()
    };
    let led = widened.heads.values().flat_map(|named| named.over.iter().copied());
    let units: BTreeSet<Unit> = found.iter().flat_map(around).chain(led).collect();
    let mut world = world_rows::units(conn, &Vec::from_iter(units)).await?;
    let roles = catalogue::roles(conn).await?.into_iter();
    world.roles = roles.map(|role| (role.form.id.clone(), role)).collect();
    let ended: BTreeSet<Unit> = moves.moved.iter().map(|moved| moved.unit).collect();
    let coming = {
        let ahead = Ahead { world: &world, widened, ended: &ended, at };
        found.iter().flat_map(|post| ahead.coming(post)).collect::<BTreeSet<Unit>>()
    };
    let coming: Vec<Unit> = coming.into_iter().collect();
    world.extend(world_rows::units(conn, &coming).await?);
    let ahead = Ahead { world: &world, widened, ended: &ended, at };
    let heads = widened.heads.iter().map(|(unit, named)| leads(&ahead, (*unit, named), signers));
    Ok(ahead.all(&found).iter().map(|more| gain(&ahead, more, signers)).chain(heads).collect())
}

/// What somebody gains whom the set makes head of a unit: they approve what is handed on there, and answer for its posts.
fn leads(ahead: &Ahead<'_>, (unit, named): (Unit, &Named), signers: &[Signer]) -> Gain {
    let may = |giver: &Giver| may_name(ahead.world, giver, (named.person, &named.over), ahead.at);
    let say = |locale| text::say(locale, "units-gain-head").into_owned();
    Gain {
        room: "office",
        kind: "head",
        key: named.person.to_string(),
        label: "head".to_owned(),
        unit,
        roles: vec![Label { id: "head".to_owned(), vi: say(Locale::Vi), en: say(Locale::En) }],
        over: named.over.iter().copied().collect(),
        refused: refusal(signers, |signer| signer.may(may)),
    }
}

fn gain(ahead: &Ahead<'_>, more: &More<'_>, signers: &[Signer]) -> Gain {
    let label = |role: &RoleId| {
        let label = ahead.world.roles.get(role).map(|role| &role.form.label);
        let (vi, en) = label.map_or_else(Default::default, |label| (label.vi.clone(), label.en.clone()));
        Label { id: role.as_str().to_owned(), vi, en }
    };
    Gain {
        room: "office",
        kind: "post",
        key: more.post.id.to_string(),
        label: more.post.position.as_str().to_owned(),
        unit: more.post.unit,
        roles: more.roles.iter().map(label).collect(),
        over: more.over.iter().copied().collect(),
        refused: refusal(signers, |signer| ahead.vouches(signer, more)),
    }
}
