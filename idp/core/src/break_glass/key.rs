//! The one-time link, and the hardware key that is registered there.

use super::{Number, account, rows};
use crate::{
    admin,
    authn::{
        ceremony::{self, Answer, Asked, Refusal},
        challenge::Bound,
        passkey::Passkeys,
    },
    store::{Conn, StoreError, Tx},
    text,
    types::{Digest, Id, Locale, Timestamp, id},
};

/// A link at which a key can be registered now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// For which account.
    pub number: Number,
    /// Its account.
    pub account: Id<id::Account>,
    /// When it is too late.
    pub until: Timestamp,
}

/// Why no key was registered.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The link was used, is over its time, or was replaced.
    #[error("the link is gone")]
    Gone,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The link of a digest, if a key can be registered there now. Looking at it does not use it up: mail programs and chats open links too.
pub async fn offered(conn: &mut Conn, link: Digest, now: Timestamp) -> Result<Option<Offer>, StoreError> {
    let found = rows::by_link(conn, link, now).await?;
    Ok(found.and_then(|account| {
        let (number, until) = (account.number, account.link_ends_at?);
        Some(Offer { number, account: account.account, until })
    }))
}

/// Asks for the key of an account: another one than that of the other account, or both would be lost, stolen or broken at once.
pub async fn ask_key(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    bound: Bound,
    account: Id<id::Account>,
) -> Result<Asked, StoreError> {
    let beside: Vec<Id<id::Account>> = rows::accounts(tx).await?.into_iter().map(|known| known.account).collect();
    ceremony::ask_sealed(tx, passkeys, bound, (account, &beside)).await
}

/// Registers the key: the account is sealed and a platform owner from now on. A key that is refused leaves the link as it was.
///
/// # Errors
/// [`BindError`]; then nothing is written.
pub async fn bind(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    (link, bound): (Digest, Bound),
    answer: Answer<'_>,
) -> Result<Result<Number, Refusal>, BindError> {
    let now = tx.now();
    let account = rows::by_link(tx, link, now).await?.ok_or(BindError::Gone)?;
    let label = text::say(Locale::Vi, "break-glass-key-label");
    let place = (bound, account.person);
    if let Err(refusal) = ceremony::create_sealed(tx, passkeys, place, answer, &label).await? {
        account::changed(tx, &account, "key-refused", Some(refusal.word())).await?;
        return Ok(Err(refusal));
    }
    // This statement is the judge: of two browsers with one link, one registers its key.
    if !rows::bind(tx, link).await? {
        return Err(BindError::Gone);
    }
    admin::own_by_break_glass(tx, account.person).await?;
    account::changed(tx, &account, "bound", None).await?;
    Ok(Ok(account.number))
}
