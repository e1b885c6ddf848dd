//! Leaving: whoever leaves office loses at one instant the posts, the sessions and the keys that they signed in with as an official. And
//! what they are told of it, and of a post that was decided or ended by others.

use crate::{
    authn::{credential, notice},
    office::{self, By, DeskError, tell},
    session,
    store::{StoreError, Tx},
    types::{Id, Locale, Timestamp, id},
};

/// Why, in every record of it.
pub const LEFT_OFFICE: &str = "left-office";

/// What ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Posts.
    pub posts: usize,
    /// Sessions.
    pub sessions: u64,
    /// Passkeys and apps that were bound to their accounts. The password stays: they are a citizen still.
    pub credentials: usize,
}

/// Ends the posts, sessions and bound credentials of somebody who leaves. The caller ends what its door has given (grants and their
/// tokens) in the same transaction.
pub async fn leave_office(tx: &mut Tx<'_>, by: &By, person: Id<id::Person>, because: &str) -> Result<Left, DeskError> {
    let posts = office::leave(tx, by, person, because).await?;
    let credentials = credential::remove_all(tx, person, LEFT_OFFICE).await?;
    let sessions = session::end_all_of(tx, person, LEFT_OFFICE).await?;
    let time = tx.now().show();
    notice::notify_person(tx, person, notice::OFFICE_LEFT, &[("time", &time), ("why", because)]).await?;
    Ok(Left { posts, sessions, credentials })
}

/// Tells who gets a post, who asked for it and who handed it on that a second person decided; `why`: that it was refused.
pub async fn tell_decided(tx: &mut Tx<'_>, post: Id<id::Assignment>, why: Option<&str>) -> Result<(), StoreError> {
    let Some(found) = office::assignment(tx, post).await? else { return Ok(()) };
    let mut told = vec![found.post.person];
    told.extend(found.post.asker());
    if let Some(source) = found.post.delegator {
        told.extend(office::assignment(tx, source).await?.map(|source| source.post.person));
    }
    told.sort_unstable();
    told.dedup();
    let time = tx.now().show();
    for person in told {
        match why {
            None => notice::notify_person(tx, person, notice::POST_APPROVED, &[("time", &time)]).await?,
            Some(why) => {
                notice::notify_person(tx, person, notice::POST_REFUSED, &[("time", &time), ("why", why)]).await?;
            }
        }
    }
    Ok(())
}

/// Tells the holder that an administrator ended a post, from when and why.
pub async fn tell_ended(
    tx: &mut Tx<'_>,
    post: Id<id::Assignment>,
    (from, why): (Timestamp, &str),
) -> Result<(), StoreError> {
    let Some(found) = office::assignment(tx, post).await? else { return Ok(()) };
    let (now, time) = (tx.now(), from.show());
    let unit = tell::unit(tx, found.post.unit, now, Locale::Vi).await?;
    notice::notify_person(tx, found.post.person, notice::POST_ENDED, &[("unit", &unit), ("time", &time), ("why", why)])
        .await
}
