//! Leaving: whoever leaves office loses at one instant the posts, the sessions and the keys that they signed in with as an official. And
//! what they are told of it, and of a post that was decided or ended by others.

use crate::{
    authn::{credential, notice},
    office::{self, By, DeskError, tell},
    people, session,
    store::{StoreError, Tx},
    types::{Id, Timestamp, id},
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
    for account in people::accounts_of(tx, person).await? {
        let why = tell::because(account.locale.unwrap_or_default(), because);
        notice::notify_all(tx, account.id, notice::OFFICE_LEFT, &[("time", &time), ("why", &why)]).await?;
    }
    Ok(Left { posts, sessions, credentials })
}

/// Tells who gets a post, who asked for it and who handed it on that a second person decided; `why`: that it was refused.
pub async fn tell_decided(tx: &mut Tx<'_>, post: Id<id::Assignment>, why: Option<&str>) -> Result<(), StoreError> {
    let Some(found) = office::assignment(tx, post).await? else { return Ok(()) };
    let mut told = vec![found.post.person];
    told.extend(found.post.asker());
    told.extend(office::handed_on_by(tx, &found.post).await?);
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

/// Tells who held a post that it ends, from when and why, each account in its language; and who handed it on that it is over. `why`: what an
/// administrator wrote, or a word of ours.
pub async fn tell_ended(
    tx: &mut Tx<'_>,
    post: Id<id::Assignment>,
    (from, why): (Timestamp, &str),
) -> Result<(), StoreError> {
    let Some(found) = office::assignment(tx, post).await? else { return Ok(()) };
    let (post, now, time) = (&found.post, tx.now(), from.show());
    for account in people::accounts_of(tx, post.person).await? {
        let locale = account.locale.unwrap_or_default();
        let (unit, why) = (tell::unit(tx, post.unit, now, locale).await?, tell::because(locale, why));
        let with = [("unit", unit.as_str()), ("time", &time), ("why", &why)];
        notice::notify_all(tx, account.id, notice::POST_ENDED, &with).await?;
    }
    if let Some(gave) = office::handed_on_by(tx, post).await? {
        let name = people::called(tx, post.person).await?;
        notice::notify_person(tx, gave, notice::DELEGATION_ENDED, &[("name", &name), ("time", &time)]).await?;
    }
    Ok(())
}
