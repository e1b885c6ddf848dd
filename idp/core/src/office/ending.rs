//! Posts as they are written, and who loses one by it: an outbox that is written in the transaction of the change. A job tells from it, so
//! that it is one way for every door, and each end is told once.

use super::{
    Post,
    desk::{DeskError, Given},
    gate::{Admitted, Written, open},
    post::PostState,
    rows::{
        ending as rows,
        posts::{self, Origin},
    },
};
use crate::{
    audit::{self, Event},
    people,
    store::{Actor, Conn, StoreError, Tx},
    types::{Fault, Timestamp},
};

pub use rows::Ending;

/// The words of ours for why a post ends; [`super::tell::because`] says them.
pub(super) const IMPORT_UNDONE: &str = "import-undone";
pub(super) const REVIEWED: &str = "reviewed";
pub(super) const SHORTENED: &str = "shortened";

/// How whoever loses a post by what is written hears of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loss<'a> {
    /// From the outbox, with why: what an administrator wrote, or a word of ours.
    Noted(&'a str),
    /// From the act itself: it tells them, or gives them another post instead.
    Told,
}

/// Writes what passed, with one record for each post.
pub(super) async fn save(
    tx: &mut Tx<'_>,
    admitted: &Admitted,
    (origin, loss): (Origin, Loss<'_>),
) -> Result<Vec<Given>, DeskError> {
    if !posts::write(tx, admitted, origin).await? {
        return Err(Fault::passing("writing a post", "somebody changed it in the same moment").into());
    }
    let mut given = Vec::new();
    for written in admitted.writes() {
        let post = &written.post;
        let change = written.change();
        if written.was.is_none() {
            people::index_name(tx, post.person).await?;
        }
        let event =
            Event::PostChanged { person: post.person, post: post.id, unit: post.unit, change, revision: post.revision };
        audit::record(tx, event).await?;
        let own = tx.cx().actor == Actor::Person(post.person);
        if let (Loss::Noted(because), Some(from), false) = (loss, lost(written, tx.now()), own) {
            rows::note(tx, post.id, from, because).await?;
        }
        given.push(Given { post: post.id, revision: post.revision, waits: post.state == PostState::Pending });
    }
    Ok(given)
}

/// From when a post is lost that counted, would have, or waited; `None`: it lasts as long as before.
fn lost(written: &Written, now: Timestamp) -> Option<Timestamp> {
    let until = |post: &Post| post.window().until;
    let before = written.was.as_ref().filter(|was| open(was)).map(until)?;
    let after = until(&written.post);
    (before > now && after < before).then(|| after.max(now))
}

/// Whether anybody is to be told that they lost a post.
pub async fn endings_wait(conn: &mut Conn) -> Result<bool, StoreError> {
    rows::wait(conn).await
}

/// Takes from the outbox, the oldest first. Whoever takes tells in the same transaction, so that each end is told once, and none is lost
/// with the program.
pub async fn take_endings(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Ending>, StoreError> {
    rows::take(tx, most).await
}
