//! The way into a record that somebody else made: an official whom a list of personnel brought makes their own account.
//!
//! Whoever holds the link and knows the personal number is that official from then on, so who may make one is decided above (the gate of the
//! office). It is made for one record, kept as a digest, for a week, once; a new link ends the one before, and so do five wrong numbers.

use std::time::Duration;

use super::{accounts_of, add_account, enrol::free_login, is_break_glass, person, rows};
use crate::{
    audit::{self, Event},
    crypto::handle::{Handle, Invitation},
    store::{Conn, StoreError, Tx},
    types::{
        Digest, Id, Timestamp, id,
        person::{FullName, PersonalId},
    },
};

/// How long a link can be used.
const LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// Wrong numbers after which it is worth nothing.
const MOST_WRONG: i64 = 5;

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The record is not there, or not active, or says no number that could be asked for.
    #[error("nobody to invite")]
    Nobody,
    /// They have an account.
    #[error("there is an account")]
    HasAccount,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody whose link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Whose record it is.
    pub person: Id<id::Person>,
    /// Their name.
    pub name: FullName,
    /// When the link is over.
    pub ends_at: Timestamp,
}

/// What was made of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The account, and the name that they sign in with.
    Account(Id<id::Account>, Id<id::Person>, String),
    /// The number is another one.
    WrongNumber,
    /// The link is worth nothing, now or any more.
    Gone,
}

/// Makes a link for the account of a record.
///
/// # Errors
/// [`InviteError`].
pub async fn invite(tx: &mut Tx<'_>, of: Id<id::Person>) -> Result<(Handle<Invitation>, Timestamp), InviteError> {
    let known = person(tx, of).await?.filter(|known| known.is_active() && known.number.is_some());
    if known.is_none() || is_break_glass(tx, of).await? {
        return Err(InviteError::Nobody);
    }
    if !accounts_of(tx, of).await?.is_empty() {
        return Err(InviteError::HasAccount);
    }
    let (link, ends_at) = (Handle::<Invitation>::generate(), tx.now() + LIFETIME);
    rows::invite(tx, (of, link.digest()), ends_at).await?;
    audit::record(tx, Event::Invitation { person: of, change: "made" }).await?;
    Ok((link, ends_at))
}

/// Whose a link is. Looking at it does not use it up: chats and mail programs open links, too.
pub async fn invited(conn: &mut Conn, link: Digest, now: Timestamp) -> Result<Option<Invited>, StoreError> {
    let Some((of, ends_at)) = rows::invited(conn, (link, now), MOST_WRONG).await? else { return Ok(None) };
    let known = person(conn, of).await?.filter(super::person::StoredPerson::is_active);
    let name = known.and_then(|known| known.profile).map(|profile| profile.name);
    Ok(name.map(|name| Invited { person: of, name, ends_at }))
}

/// Makes the account of the record, where the number is the one that stands in it. A wrong number is counted, so the caller keeps the write.
pub async fn open_account(tx: &mut Tx<'_>, link: Digest, number: &PersonalId) -> Result<Opened, StoreError> {
    let now = tx.now();
    let Some(Invited { person: of, name, .. }) = invited(tx, link, now).await? else { return Ok(Opened::Gone) };
    if !person(tx, of).await?.is_some_and(|known| known.number.as_ref() == Some(number)) {
        rows::invitation_failed(tx, link).await?;
        audit::record(tx, Event::Invitation { person: of, change: "wrong-number" }).await?;
        return Ok(Opened::WrongNumber);
    }
    if !accounts_of(tx, of).await?.is_empty() || !rows::use_invitation(tx, link).await? {
        return Ok(Opened::Gone);
    }
    let login = free_login(tx, &name).await?;
    let account = add_account(tx, of, &login).await?;
    audit::record(tx, Event::Invitation { person: of, change: "used" }).await?;
    Ok(Opened::Account(account, of, login))
}
