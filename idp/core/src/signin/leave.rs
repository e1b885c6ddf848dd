//! Leaving: whoever leaves office loses at one instant the posts, the sessions and the keys that they signed in with as an official.

use crate::{
    authn::credential,
    office::{self, By, DeskError},
    session,
    store::Tx,
    types::{Id, id},
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
    Ok(Left { posts, sessions, credentials })
}
