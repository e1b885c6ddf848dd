//! What a break-glass account may never have. The one place that decides it: every room that adds a way in, a right or a post asks here.
//!
//! Such an account lies in an envelope for years. Whatever somebody could hang on it meanwhile, a password, an address for codes, a post,
//! would be a way in that no envelope shows.

use super::{Purpose, account, accounts_of, rows};
use crate::{
    store::{Conn, StoreError, Tx},
    types::{Fault, Id, id},
};

/// Makes the account of a break-glass person, who has no other.
pub async fn add_break_glass(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    login: &str,
) -> Result<Id<id::Account>, StoreError> {
    account::add(tx, person, login, Purpose::BreakGlass).await
}

/// Whether a person stands for a break-glass account: no human being, and nobody to whom anything is given.
pub async fn is_break_glass(conn: &mut Conn, person: Id<id::Person>) -> Result<bool, StoreError> {
    Ok(accounts_of(conn, person).await?.iter().any(|account| account.purpose == Purpose::BreakGlass))
}

/// The last line before a new way into an account is written. Doors refuse before, with a page; what gets as far as this is a door that forgot.
///
/// # Errors
/// A [`Fault`] for a break-glass account.
pub async fn may_gain(conn: &mut Conn, account: Id<id::Account>) -> Result<(), StoreError> {
    match rows::account_by_id(conn, account).await? {
        Some(found) if found.purpose == Purpose::BreakGlass => {
            Err(Fault::bug("adding a way into a break-glass account").into())
        }
        _ => Ok(()),
    }
}
