//! Credentials beside the password: kept sealed, named by their holders, used, removed.
//!
//! This file knows no method. What a credential holds is bytes, which the method writes and reads ([`super::passkey`]).

use unicode_normalization::UnicodeNormalization;

use super::{notice, rows::credential as rows};
use crate::{
    audit::{self, Event},
    crypto::random,
    people,
    store::{Conn, StoreError, Tx},
    types::{Id, Secret, Timestamp, id},
};

/// Characters of a label at most.
const LONGEST_LABEL: usize = 60;

/// Credentials that one account holds at most: nobody has more devices, and a list must stay one that people can read.
pub const MOST: usize = 20;

/// Which method a credential belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key pair of Web Authentication, with the holder's verification on the device.
    Passkey,
    /// A secret shared with an app that shows codes (RFC 6238).
    Totp,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Passkey, Self::Totp];

    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
        }
    }

    /// The key of what notices call it.
    const fn named(self) -> &'static str {
        match self {
            Self::Passkey => "what-passkey",
            Self::Totp => "what-app",
        }
    }
}

/// A credential without its secret: what a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: Id<id::Credential>,
    /// Whose it is.
    pub account: Id<id::Account>,
    /// The method.
    pub kind: Kind,
    /// What its holder calls it.
    pub label: String,
    /// By which the browser names it.
    pub public_id: Option<Vec<u8>>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used; `None`: never yet.
    pub last_used_at: Option<Timestamp>,
}

/// A credential with what the method keeps in it.
pub struct Held {
    /// The credential.
    pub credential: Credential,
    /// What [`New::data`] or [`used`] wrote last.
    pub data: Secret<Vec<u8>>,
}

/// A credential to be added.
pub struct New<'a> {
    /// Whose it will be.
    pub account: Id<id::Account>,
    /// The person, for the record.
    pub person: Id<id::Person>,
    /// The method.
    pub kind: Kind,
    /// What its holder calls it; see [`label`].
    pub label: &'a str,
    /// By which the browser will name it, at most 1023 bytes.
    pub public_id: Option<&'a [u8]>,
    /// What the method keeps, sealed at rest.
    pub data: &'a [u8],
}

/// A label as it is kept: NFC, one line, at most 60 characters. `None`: nothing is left of it.
pub fn label(typed: &str) -> Option<String> {
    let text: String = typed.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(LONGEST_LABEL).collect();
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The table and row that a sealed value belongs to.
pub(super) fn owner(id: Id<id::Credential>) -> Vec<u8> {
    [b"credential:", &id.bytes()[..]].concat()
}

/// Adds a credential. [`StoreError::is_unique`] of `credential.public_id`: somebody has it already.
pub async fn add(tx: &mut Tx<'_>, new: New<'_>) -> Result<Id<id::Credential>, StoreError> {
    people::may_gain(tx, new.account).await?;
    write(tx, new).await
}

/// Adds the one key of a break-glass account. The caller has seen to it that the account has none.
pub(super) async fn write(tx: &mut Tx<'_>, new: New<'_>) -> Result<Id<id::Credential>, StoreError> {
    let id = random::id(tx.now());
    let sealed = tx.seals().seal(&owner(id), new.data);
    rows::insert(tx, id, &new, &sealed).await?;
    let (person, account, what) = (new.person, new.account, new.kind.word());
    audit::record(tx, Event::CredentialAdded { person, account, credential: id, what }).await?;
    notice::tell(tx, account, notice::FACTOR_ADDED, (new.kind.named(), "")).await?;
    Ok(id)
}

/// The credentials of an account, oldest first, without their secrets.
pub async fn list(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Credential>, StoreError> {
    Ok(rows::of_account(conn, account).await?.into_iter().map(|(credential, _)| credential).collect())
}

/// The kinds of which an account holds a credential.
pub async fn kinds(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Kind>, StoreError> {
    rows::kinds(conn, account).await
}

/// The credentials of one kind that an account holds, oldest first.
pub async fn held(conn: &mut Conn, account: Id<id::Account>, kind: Kind) -> Result<Vec<Held>, StoreError> {
    let seals = conn.seals();
    let found = rows::of_account(conn, account).await?;
    let of_kind = found.into_iter().filter(|(credential, _)| credential.kind == kind);
    of_kind.map(|(credential, sealed)| rows::open(&seals, credential, &sealed)).collect()
}

/// The credential that a browser names.
pub async fn by_public_id(conn: &mut Conn, public_id: &[u8]) -> Result<Option<Held>, StoreError> {
    let seals = conn.seals();
    let found = rows::by_public_id(conn, public_id).await?;
    found.map(|(credential, sealed)| rows::open(&seals, credential, &sealed)).transpose()
}

/// Notes a use, and what the method keeps from now on. `false`: it was removed meanwhile, and the use is worth nothing.
pub async fn used(tx: &mut Tx<'_>, id: Id<id::Credential>, data: &[u8]) -> Result<bool, StoreError> {
    let sealed = tx.seals().seal(&owner(id), data);
    rows::used(tx, id, &sealed).await
}

/// Gives a credential of this account another name. `false`: the account has no such credential.
pub async fn rename(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Credential>,
    label: &str,
) -> Result<bool, StoreError> {
    rows::rename(tx, account, id, label).await
}

/// Removes a credential of this account and destroys what the method kept. The caller ends the sessions that it opened
/// (`session::end_opened_with`) in the same transaction. `false`: the account has no such credential.
pub async fn remove(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    id: Id<id::Credential>,
    because: &'static str,
) -> Result<bool, StoreError> {
    let kind = list(tx, account).await?.into_iter().find(|held| held.id == id).map(|held| held.kind);
    let (Some(kind), true) = (kind, rows::remove(tx, account, id).await?) else {
        return Ok(false);
    };
    audit::record(tx, Event::CredentialRemoved { person, account, credential: id, because }).await?;
    notice::tell(tx, account, notice::FACTOR_REMOVED, (kind.named(), "")).await?;
    Ok(true)
}

/// Removes every credential of a person, whichever account holds it; gives how many. The caller ends the sessions in the same transaction.
pub async fn remove_all(tx: &mut Tx<'_>, person: Id<id::Person>, because: &'static str) -> Result<usize, StoreError> {
    let mut removed = 0;
    for account in people::accounts_of(tx, person).await? {
        for held in list(tx, account.id).await? {
            removed += usize::from(remove(tx, (person, account.id), held.id, because).await?);
        }
    }
    Ok(removed)
}

/// Every statement of the credentials.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_is_one_short_line() {
        for (typed, expected) in [
            ("  Điện thoại   của An ", Some("Điện thoại của An")),
            ("a\nb\u{7}c", Some("a b c")),
            (" \t ", None),
            ("", None),
        ] {
            assert_eq!(label(typed).as_deref(), expected, "{typed:?}");
        }
        assert_eq!(label(&"ế".repeat(200)).map(|label| label.chars().count()), Some(60));
    }
}
