//! Questions: what somebody may do and why, who may do something, which posts there are.

use super::{
    Assignment, Judged, Rights, Rule, Word, World, effective, judge,
    rows::{posts, world as rows},
};
use crate::{
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

/// Who may do something over a unit at an instant. A page looks at no more than `limit` posts, so it may hold fewer, or none, while
/// there are more.
pub async fn who(
    conn: &mut Conn,
    (permission, unit, at): (&Word, Id<id::Unit>, Timestamp),
    after: Option<PostId>,
    limit: i64,
) -> Result<Who, StoreError> {
    let places = rows::units(conn, &[unit]).await?;
    let candidates = rows::who(conn, (permission, unit, at), after, limit).await?;
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

/// What narrows a list of posts; `None`: any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A state's word.
    pub state: Option<String>,
    /// A position.
    pub position: Option<super::PositionId>,
    /// A role that they hold.
    pub role: Option<super::RoleId>,
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
    let words = posts::Filter {
        state: filter.state.as_deref().unwrap_or_default(),
        position: filter.position.as_ref().map_or("", super::PositionId::as_str),
        role: filter.role.as_ref().map_or("", super::RoleId::as_str),
    };
    posts::under(conn, (top, at), words, after, limit).await
}

/// Notes that somebody acts in a post: it is not dormant. At most one write an hour.
pub async fn used(tx: &mut Tx<'_>, post: PostId) -> Result<(), StoreError> {
    posts::used(tx, post).await.map(|_| ())
}
