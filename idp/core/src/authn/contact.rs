//! Addresses that an account proved to hold: for codes and notices. An address proves nothing about who somebody is.

use super::{recovery, rows::factors as rows};
use crate::{
    audit::{self, Event},
    crypto::random,
    people,
    store::{Conn, StoreError, Tx},
    types::{Address, Id, Timestamp, id},
};

/// Addresses that one account holds at most.
pub const MOST: usize = 6;

/// An address of an account. Personal, so it has no `Debug`.
#[derive(Clone)]
pub struct Contact {
    /// Its id.
    pub id: Id<id::Contact>,
    /// Whose it is.
    pub account: Id<id::Account>,
    /// The address.
    pub address: Address,
    /// When its holder proved to receive there; `None`: not yet, and nothing is sent there but that one code.
    pub verified_at: Option<Timestamp>,
    /// Since when codes to it are a second factor.
    pub second_factor_at: Option<Timestamp>,
}

/// The table and row that a sealed address belongs to.
pub(super) fn owner(id: Id<id::Contact>) -> Vec<u8> {
    [b"contact:", &id.bytes()[..]].concat()
}

/// Keeps an address that is still to be proved, in place of others that never were. `None`: the account holds too many, or this one
/// already.
pub async fn add(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    address: &Address,
) -> Result<Option<Id<id::Contact>>, StoreError> {
    people::may_gain(tx, account).await?;
    rows::drop_unproved(tx, account).await?;
    let held = rows::contacts(tx, account).await?;
    if held.len() >= MOST || held.iter().any(|contact| contact.address == *address) {
        return Ok(None);
    }
    let id = random::id(tx.now());
    let sealed = tx.seals().seal(&owner(id), address.as_str().as_bytes());
    rows::insert_contact(tx, (id, account), address.kind(), &sealed).await?;
    Ok(Some(id))
}

/// The addresses of an account, oldest first.
pub async fn list(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Contact>, StoreError> {
    rows::contacts(conn, account).await
}

/// Notes that a code sent to the address came back. `false`: it was removed or proved meanwhile.
pub async fn verified(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    id: Id<id::Contact>,
) -> Result<bool, StoreError> {
    if !rows::verify_contact(tx, account, id).await? {
        return Ok(false);
    }
    audit::record(tx, Event::ContactChanged { person, account, contact: id, change: "verified" }).await?;
    Ok(true)
}

/// Lets codes to the address be a second factor, or no longer. `false`: the account holds no such proved address.
pub async fn set_second_factor(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    id: Id<id::Contact>,
    on: bool,
) -> Result<bool, StoreError> {
    if !rows::set_second_factor(tx, account, id, on).await? {
        return Ok(false);
    }
    let change = if on { "second-factor-on" } else { "second-factor-off" };
    audit::record(tx, Event::ContactChanged { person, account, contact: id, change }).await?;
    Ok(true)
}

/// Removes an address, and stops every recovery of the account: one may have been begun by whoever has it now. `false`: the account holds no
/// such one.
pub async fn remove(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    id: Id<id::Contact>,
) -> Result<bool, StoreError> {
    if !rows::remove_contact(tx, account, id).await? {
        return Ok(false);
    }
    audit::record(tx, Event::ContactChanged { person, account, contact: id, change: "removed" }).await?;
    recovery::stop_all(tx, account, "stopped-by-removed-address").await?;
    Ok(true)
}
