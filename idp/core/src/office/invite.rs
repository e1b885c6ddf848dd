//! Who may hand an official the way into their own record.

use super::{
    By, DeskError, Permission, Refused,
    desk::bench,
    gate::open,
    grant::{Way, grants, may},
};
use crate::{
    store::Tx,
    types::{Id, id},
};

/// Whether somebody may make the link to an official's account. Whoever holds the link holds every post of the record, so it takes what it
/// would take to end them all: their units, and roles below one's own. Nobody invites a person without a post.
///
/// # Errors
/// [`DeskError`] of the first post that stands in the way.
pub async fn may_invite(tx: &mut Tx<'_>, by: &By, person: Id<id::Person>) -> Result<(), DeskError> {
    let bench = bench(tx, by, person, (&[], &[])).await?;
    let before = bench.before(person);
    let mut serves = false;
    for post in before.0.iter().filter(|post| open(post)) {
        serves = true;
        for grant in grants(post) {
            may(&bench.world, &bench.giver, Permission::AssignOfficials, (&grant, Way::Take)).map_err(Refused::from)?;
        }
    }
    if serves { Ok(()) } else { Err(DeskError::Unknown) }
}
