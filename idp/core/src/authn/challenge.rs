//! Ceremonies under way: what was asked of somebody is kept here and nowhere else, until its one answer.
//!
//! A challenge belongs to one purpose and one place: the transaction of a browser, or a session. The statement that takes it is
//! the judge, so one answer counts once, on every node (WebAuthn Level 3 section 13.4.3: challenges are not reused).

use std::time::Duration;

use super::rows::challenge as rows;
use crate::{
    crypto::handle::{Ceremony, Handle},
    store::{StoreError, Tx},
    types::{Digest, Id, Secret, id},
};

/// How long somebody may take: to find their telephone, and to try twice.
pub const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What an answer is for: one of a registration can never be shown at a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in or to prove oneself again with a passkey.
    PasskeyUse,
    /// To make a passkey.
    PasskeyCreation,
    /// To register the key of a break-glass account.
    SealedCreation,
    /// To set up an app that shows codes.
    TotpCreation,
}

impl Purpose {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PasskeyUse => "passkey-use",
            Self::PasskeyCreation => "passkey-creation",
            Self::SealedCreation => "sealed-creation",
            Self::TotpCreation => "totp-creation",
        }
    }
}

/// To what a challenge belongs. It is answered from there or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A transaction, which belongs to one browser.
    SignIn(Digest),
    /// A session.
    Session(Id<id::Session>),
}

/// A challenge to be kept.
pub struct New<'a> {
    /// What for.
    pub purpose: Purpose,
    /// Where.
    pub bound: Bound,
    /// Whose it is, where somebody is known.
    pub account: Option<Id<id::Account>>,
    /// What the method must remember, sealed at rest.
    pub data: &'a [u8],
}

/// A challenge that was taken, just now and by nobody else.
pub struct Taken {
    /// Whose it is.
    pub account: Option<Id<id::Account>>,
    /// What the method remembers.
    pub data: Secret<Vec<u8>>,
}

/// Keeps a challenge for five minutes; its handle goes to the browser.
pub async fn begin(tx: &mut Tx<'_>, new: New<'_>) -> Result<Handle<Ceremony>, StoreError> {
    let handle = Handle::<Ceremony>::generate();
    let sealed = tx.seals().seal(&owner(handle.digest()), new.data);
    rows::insert(tx, handle.digest(), &new, &sealed).await?;
    Ok(handle)
}

/// Takes a challenge for its one answer. `None`: nobody knows it, it belongs elsewhere, it is too old, or it was taken.
pub async fn take(tx: &mut Tx<'_>, shown: &str, purpose: Purpose, bound: Bound) -> Result<Option<Taken>, StoreError> {
    match Handle::<Ceremony>::digest_of(shown) {
        Some(digest) => rows::take(tx, digest, purpose, bound).await,
        None => Ok(None),
    }
}

/// Removes challenges that are over.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep(tx).await
}

/// The table and row that a sealed value belongs to.
pub(super) fn owner(digest: Digest) -> Vec<u8> {
    [b"challenge:", &digest.bytes()[..]].concat()
}

/// Every statement of the challenges.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
