//! In which post somebody acts towards ourselves: in the console, on posts, units and the catalogue.

use super::{
    DeskError, Rights, Rule, With,
    acting::{begin_acting, chosen},
    effective,
    rows::{acting as rows, world as world_rows},
};
use crate::{
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

/// Towards ourselves nobody is a party: what is chosen for our own administration stands under no party's id.
const OURSELVES: Id<id::Party> = Id::from_uuid(uuid::Uuid::nil());

/// The posts in which somebody may administer now, the oldest first.
pub async fn offices(conn: &mut Conn, person: Id<id::Person>, at: Timestamp) -> Result<Vec<Rights>, StoreError> {
    let world = world_rows::of_person(conn, person, at).await?;
    let posts = world.posts_of(person).into_iter().map(|post| post.id);
    let rights = posts.filter_map(|post| effective(&world, post, at).ok());
    Ok(rights.filter(administers).collect())
}

fn administers(rights: &Rights) -> bool {
    rights.held.iter().any(|held| held.permissions.iter().any(|word| word.ours().is_some()))
}

/// The post in which somebody administers in this session: chosen in it, chosen the last time, or the only one. A post that counts for
/// nothing now is none.
pub async fn administering(
    conn: &mut Conn,
    (session, person): (Id<id::Session>, Id<id::Person>),
    at: Timestamp,
) -> Result<Option<Rights>, StoreError> {
    let mut found = offices(conn, person, at).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let with = With { session, person, party: OURSELVES, client_id: "" };
    let wanted = match chosen(conn, &with).await? {
        None if found.len() == 1 => Some(found[0].post),
        other => other.flatten(),
    };
    let place = wanted.and_then(|wanted| found.iter().position(|one| one.post == wanted));
    Ok(place.map(|place| found.swap_remove(place)))
}

/// Chooses the post in which somebody administers, for this session and as a proposal for the next.
///
/// # Errors
/// [`DeskError::NotActing`]: the post is not theirs, or administers nothing now.
pub async fn administer(
    tx: &mut Tx<'_>,
    (session, person): (Id<id::Session>, Id<id::Person>),
    post: PostId,
) -> Result<Rights, DeskError> {
    let now = tx.now();
    let found = offices(tx, person, now).await?.into_iter().find(|rights| rights.post == post);
    let rights = found.ok_or(DeskError::NotActing(Rule::PostKnown))?;
    rows::remember(tx, person, OURSELVES, Some(post)).await?;
    begin_acting(tx, &With { session, person, party: OURSELVES, client_id: "" }, Some(post)).await?;
    Ok(rights)
}
