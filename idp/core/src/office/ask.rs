//! Questions: what somebody may do and why, who may do something, which posts there are.

use std::collections::{BTreeSet, HashMap};

use super::{
    Assignment, Judged, Kind, Permission, Post, PostState, Reach, Rights, Rule, Word, World, effective, judge,
    rows::{moves as moved, posts, reason, world as rows},
};
use crate::{
    org::{self, AsOf},
    people,
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;
type PersonId = Id<id::Person>;

/// Everything about the posts of a person that end after an instant: one statement. The rights of any of these posts at any instant
/// from then on follow from it without asking again.
pub async fn world(conn: &mut Conn, person: PersonId, since: Timestamp) -> Result<World, StoreError> {
    rows::of_person(conn, person, since).await
}

/// The rights of one post of a person at an instant; the rule that takes them all.
pub async fn rights(
    conn: &mut Conn,
    (person, post): (PersonId, PostId),
    at: Timestamp,
) -> Result<Result<Rights, Rule>, StoreError> {
    let world = rows::of_person(conn, person, at).await?;
    let own = world.posts.get(&post).is_some_and(|found| found.person == person);
    Ok(if own { effective(&world, post, at) } else { Err(Rule::PostKnown) })
}

/// Why a person may or may not do what, post by post, the oldest first, now or at another instant: "may I, and why".
pub async fn explain(conn: &mut Conn, person: PersonId, at: Timestamp) -> Result<Vec<Judged>, StoreError> {
    let world = rows::of_person(conn, person, at).await?;
    Ok(world.posts_of(person).into_iter().map(|post| judge(&world, post.id, at)).collect())
}

/// What was done to somebody's posts in one act: they came, moved or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMove {
    /// `joiner`, `mover` or `leaver`.
    pub workflow: String,
    /// How many posts it ended.
    pub ended: i64,
    /// The post that it began.
    pub begun: Option<PostId>,
    /// The number of the decision.
    pub decision: Option<String>,
    /// Why, where somebody said so.
    pub because: Option<String>,
    /// Who did it, as the audit log names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How somebody came, moved and left, the newest first; the last two hundred times.
pub async fn moves(conn: &mut Conn, person: PersonId) -> Result<Vec<StaffMove>, StoreError> {
    moved::moves(conn, person, 200).await
}

/// The answer to "may this official in this post do this over that unit, and why".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// Yes, by these roles; empty: no.
    pub by: Vec<super::RoleId>,
    /// Every rule that was looked at.
    pub judged: Judged,
    /// The first instant at which the answer may be another one; `None` for a no.
    pub until: Option<Timestamp>,
}

/// What is asked of one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose post.
    pub person: PersonId,
    /// Which.
    pub post: PostId,
    /// What they would do.
    pub permission: Word,
    /// Over which unit. A unit that is gone is asked about as what it was at its end.
    pub unit: Id<id::Unit>,
    /// Towards which party; `None`: towards ourselves.
    pub party: Option<Id<id::Party>>,
}

/// Whether an official in a post may do something over a unit at an instant.
pub async fn may(conn: &mut Conn, wanted: &Wanted, at: Timestamp) -> Result<May, StoreError> {
    let mut world = rows::of_person(conn, wanted.person, at).await?;
    if world.units.get(&wanted.unit).is_none_or(|facts| facts.above.is_empty()) {
        world.extend(rows::units(conn, &[wanted.unit]).await?);
    }
    if world.posts.get(&wanted.post).is_some_and(|post| post.person != wanted.person) {
        world.posts.remove(&wanted.post);
    }
    let judged = judge(&world, wanted.post, at);
    let towards = |held: &&super::Held| match (&held.parties, wanted.party) {
        (None, _) => true,
        (Some(only), Some(party)) => only.contains(&party),
        (Some(_), None) => false,
    };
    let held: Vec<&super::Held> = match &judged.rights {
        Some(rights) => rights.permitting(&world, &wanted.permission, (wanted.unit, at)).filter(towards).collect(),
        None => Vec::new(),
    };
    let by = held.iter().map(|held| held.role.clone()).collect();
    let until = held.iter().map(|held| held.until).max();
    Ok(May { by, judged, until })
}

/// Somebody who may do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub person: PersonId,
    /// In which post, and why.
    pub judged: Judged,
}

/// A page of those who may do something over a unit, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// They and their reasons, by post.
    pub found: Vec<Found>,
    /// Ask again after this post; `None`: there are no more.
    pub next: Option<PostId>,
}

/// Who may do something over a unit at an instant, among the posts at some places of the tree of that instant. A page looks at no more
/// than `limit` posts, so it may hold fewer, or none, while there are more.
pub async fn who(
    conn: &mut Conn,
    at_places: &[Place],
    (permission, unit, at): (&Word, Id<id::Unit>, Timestamp),
    after: Option<PostId>,
    limit: i64,
) -> Result<Who, StoreError> {
    let places = rows::units(conn, &[unit]).await?;
    let mut candidates = Vec::new();
    for place in at_places {
        candidates.extend(rows::who(conn, *place, (permission, unit, at), after, limit).await?);
    }
    candidates.sort();
    candidates.dedup();
    candidates.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = candidates.last().map(|(post, _)| *post).filter(|_| candidates.len() as i64 == limit);
    let mut found = Vec::new();
    for (post, person) in candidates {
        let mut world = rows::of_person(conn, person, at).await?;
        world.extend(places.clone());
        let judged = judge(&world, post, at);
        let permits = |rights: &Rights| rights.permitting(&world, permission, (unit, at)).next().is_some();
        if judged.rights.as_ref().is_some_and(permits) {
            found.push(Found { person, judged });
        }
    }
    Ok(Who { found, next })
}

/// One post.
pub async fn assignment(conn: &mut Conn, post: PostId) -> Result<Option<Assignment>, StoreError> {
    posts::one(conn, post).await
}

/// Every post that a person ever had, the latest first.
pub async fn history(conn: &mut Conn, person: PersonId) -> Result<Vec<Assignment>, StoreError> {
    posts::of_person(conn, person).await
}

/// What was handed on from a post, the latest first.
pub async fn handed_on(conn: &mut Conn, from: PostId) -> Result<Vec<Assignment>, StoreError> {
    posts::handed_on(conn, from).await
}

/// Who handed a post on; `None`: it was given.
pub async fn handed_on_by(conn: &mut Conn, post: &Post) -> Result<Option<PersonId>, StoreError> {
    match post.delegator {
        Some(from) => Ok(posts::one(conn, from).await?.map(|found| found.post.person)),
        None => Ok(None),
    }
}

/// What narrows a list of posts; `None`: any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A state's word.
    pub state: Option<String>,
    /// A position.
    pub position: Option<super::PositionId>,
    /// A role that they hold.
    pub role: Option<super::RoleId>,
    /// Whether nobody acted in it for 45 days.
    pub dormant: Option<bool>,
    /// Words of the holder's name: whole ones in any order, with or without marks. A text without a word finds nobody.
    pub name: Option<String>,
}

impl Filter {
    /// The filters of which a post must pass one: as many as there are master keys where a name is asked for.
    fn each<'a>(&'a self, names: &'a [Vec<[u8; 32]>]) -> Vec<posts::Filter<'a>> {
        match &self.name {
            None => vec![self.words()],
            Some(_) => names.iter().map(|name| posts::Filter { name, ..self.words() }).collect(),
        }
    }

    fn names(&self, conn: &Conn) -> Vec<Vec<[u8; 32]>> {
        self.name.as_ref().map(|text| people::sought(&conn.seals(), text)).unwrap_or_default()
    }

    fn words(&self) -> posts::Filter<'_> {
        posts::Filter {
            state: self.state.as_deref().unwrap_or_default(),
            position: self.position.as_ref().map_or("", super::PositionId::as_str),
            role: self.role.as_ref().map_or("", super::RoleId::as_str),
            dormant: self.dormant,
            name: &[],
        }
    }
}

/// The posts in a unit and all below it that end after an instant, ordered by id, at most `limit` of them. What lies outside is not
/// in the question, so no count, order or time of the answer shows it.
pub async fn under(
    conn: &mut Conn,
    (top, at): (Id<id::Unit>, Timestamp),
    filter: &Filter,
    after: Option<PostId>,
    limit: i64,
) -> Result<Vec<Assignment>, StoreError> {
    posts_in(conn, (&[Place::Under(top)], at), filter, after, limit).await
}

/// Where posts are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a unit and all below it.
    Under(Id<id::Unit>),
    /// In this unit alone.
    Alone(Id<id::Unit>),
}

impl Place {
    /// A unit, and how far below it posts may stand.
    pub(super) const fn bounds(self) -> (Id<id::Unit>, i64) {
        match self {
            Self::Under(unit) => (unit, i64::MAX),
            Self::Alone(unit) => (unit, 0),
        }
    }
}

/// The part of a subtree that somebody may look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// Where they may look: no place lies in another.
    pub places: Vec<Place>,
    /// How many units of the subtree lie outside. The tree is public, so this tells nothing of who serves there.
    pub hidden_units: i64,
}

/// Which part of a subtree lies within these reaches at an instant. One's own affairs are nobody else's, so they show nothing.
pub async fn visible(
    conn: &mut Conn,
    reaches: &[Reach],
    (top, at): (Id<id::Unit>, Timestamp),
) -> Result<Visible, StoreError> {
    let (mut under, mut alone) = (Vec::new(), Vec::new());
    for reach in reaches {
        match reach {
            Reach::Anywhere => return Ok(Visible { places: vec![Place::Under(top)], hidden_units: 0 }),
            Reach::Under(unit) if org::is_under(conn, top, *unit, at).await? => {
                return Ok(Visible { places: vec![Place::Under(top)], hidden_units: 0 });
            }
            Reach::Under(unit) => under.push(*unit),
            Reach::Unit(unit) => alone.push(*unit),
            Reach::Listed(units) => alone.extend(units),
            Reach::Own(_) => {}
        }
    }
    let mut places: Vec<Place> = Vec::new();
    let mut seen = 0;
    let wanted = under.into_iter().map(Place::Under).chain(alone.into_iter().map(Place::Alone));
    for place in wanted {
        let (Place::Under(unit) | Place::Alone(unit)) = place;
        if places.contains(&place)
            || !org::is_under(conn, unit, top, at).await?
            || inside(conn, unit, &places, at).await?
        {
            continue;
        }
        if let Place::Under(unit) = place {
            let mut kept = Vec::new();
            for known in places {
                let (Place::Under(inner) | Place::Alone(inner)) = known;
                if org::is_under(conn, inner, unit, at).await? {
                    seen -= size(conn, known, at).await?;
                } else {
                    kept.push(known);
                }
            }
            places = kept;
        }
        seen += size(conn, place, at).await?;
        places.push(place);
    }
    let all = org::count_under(conn, top, at).await?;
    Ok(Visible { places, hidden_units: all - seen })
}

async fn size(conn: &mut Conn, place: Place, at: Timestamp) -> Result<i64, StoreError> {
    match place {
        Place::Under(unit) => org::count_under(conn, unit, at).await,
        Place::Alone(_) => Ok(1),
    }
}

async fn inside(conn: &mut Conn, unit: Id<id::Unit>, places: &[Place], at: Timestamp) -> Result<bool, StoreError> {
    for place in places {
        if let Place::Under(top) = place
            && org::is_under(conn, unit, *top, at).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The posts at these places that end after an instant, ordered by id, at most `limit` of them. What lies elsewhere is in no question.
pub async fn posts_in(
    conn: &mut Conn,
    (places, at): (&[Place], Timestamp),
    filter: &Filter,
    after: Option<PostId>,
    limit: i64,
) -> Result<Vec<Assignment>, StoreError> {
    let names = filter.names(conn);
    let mut found = Vec::new();
    for place in places {
        for one in filter.each(&names) {
            found.extend(posts::under(conn, (*place, at), one, after, limit).await?);
        }
    }
    found.sort_by_key(|one| one.post.id);
    found.dedup_by_key(|one| one.post.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Holders of posts that end after an instant who are not findable by name yet, ordered by id, at most `limit` after one: their posts were
/// given before names were indexed. [`people::index_name`] makes them findable.
pub async fn unindexed(
    conn: &mut Conn,
    at: Timestamp,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonId>, StoreError> {
    posts::unindexed(conn, at, after, limit).await
}

/// These posts; those that are not there are left out.
pub async fn assignments(conn: &mut Conn, ids: &[PostId]) -> Result<Vec<Assignment>, StoreError> {
    posts::by_ids(conn, ids).await
}

/// Notes that somebody acts in a post: it is not dormant. At most one write an hour.
pub async fn used(tx: &mut Tx<'_>, post: PostId) -> Result<(), StoreError> {
    posts::used(tx, post).await.map(|_| ())
}

/// Why these posts were handed on, where somebody said so.
pub async fn reasons(conn: &mut Conn, posts: &[PostId]) -> Result<HashMap<PostId, String>, StoreError> {
    reason::of_posts(conn, posts).await
}

/// A post that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What waits.
    pub asked: Assignment,
    /// The own post by which one would decide.
    pub by: PostId,
}

/// How many waiting posts one place shows: who has more decides about these first.
const WAITING: i64 = 100;

/// What waits for a person's yes: posts within the reach of a post of theirs that approves, and what was handed on in a unit that they
/// lead. What they asked for themself, or would get, waits for somebody else. The gate judges again when they answer.
pub async fn waiting(conn: &mut Conn, person: PersonId, at: Timestamp) -> Result<Vec<Waiting>, StoreError> {
    let world = rows::of_person(conn, person, at).await?;
    let own: Vec<Rights> =
        world.posts_of(person).into_iter().filter_map(|post| effective(&world, post.id, at).ok()).collect();
    let word = Word::Ours(Permission::ApproveOfficials);
    let mut found: Vec<Waiting> = Vec::new();
    for rights in &own {
        for held in rights.held.iter().filter(|held| held.permissions.contains(&word)) {
            found.extend(asked_within(conn, &held.reach, (rights.post, at)).await?);
        }
    }
    if let Some(first) = own.first() {
        for unit in reason::led(conn, person, at).await? {
            let in_unit = asked_within(conn, &Reach::Unit(unit), (first.post, at)).await?;
            found.extend(in_unit.into_iter().filter(|one| one.asked.post.kind == Kind::Delegated));
        }
    }
    let me = crate::store::Actor::Person(person).to_string();
    let mut seen = BTreeSet::new();
    found.retain(|one| {
        let post = &one.asked.post;
        post.person != person && post.requested_by != me && seen.insert(post.id)
    });
    found.sort_by_key(|one| one.asked.post.id);
    Ok(found)
}

/// What waits within a reach.
async fn asked_within(
    conn: &mut Conn,
    reach: &Reach,
    (by, at): (PostId, Timestamp),
) -> Result<Vec<Waiting>, StoreError> {
    let places: Vec<Place> = match reach {
        Reach::Own(_) => Vec::new(),
        Reach::Unit(unit) => vec![Place::Alone(*unit)],
        Reach::Under(unit) => vec![Place::Under(*unit)],
        Reach::Listed(units) => units.iter().copied().map(Place::Alone).collect(),
        Reach::Anywhere => org::root(conn, AsOf::at(at)).await?.into_iter().map(Place::Under).collect(),
    };
    let filter = posts::Filter { state: PostState::Pending.word(), ..posts::Filter::default() };
    let mut found = Vec::new();
    for place in places {
        found.extend(posts::under(conn, (place, at), filter, None, WAITING).await?);
    }
    Ok(found.into_iter().map(|asked| Waiting { asked, by }).collect())
}
