//! Accounts: a way in for one person.

use unicode_normalization::UnicodeNormalization;

use super::rows;
use crate::{
    crypto::random,
    store::{Conn, StoreError, Tx},
    types::{Fault, Id, Locale, Timestamp, id},
};

/// Whether an account opens doors. *Locked* is a decision by a person or a rule and binds every door, grant and protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// As usual.
    Active,
    /// Closed for now.
    Locked,
    /// Closed for good.
    Disabled,
}

impl AccountState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Locked, Self::Disabled];

    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|state| state.word() == word).ok_or(Fault::bug("reading the state of an account"))
    }
}

/// What somebody wants to be told of by message. Changes of a way to sign in are told always: nobody may switch that off, or a thief would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notices {
    /// Also of a sign-in from a browser that was not seen before.
    #[default]
    All,
    /// Of changes only.
    Changes,
}

impl Notices {
    const CHANGES: &str = "changes";

    pub(super) fn from_word(word: Option<&str>) -> Self {
        if word == Some(Self::CHANGES) { Self::Changes } else { Self::All }
    }

    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Changes => Some(Self::CHANGES),
        }
    }
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A person's own.
    Own,
    /// For the day on which no other way in opens: one hardware key, and nothing else, ever.
    BreakGlass,
}

impl Purpose {
    /// The word that rows hold; `None` for [`Self::Own`].
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::BreakGlass => Some("break-glass"),
        }
    }

    pub(super) fn from_word(word: Option<&str>) -> Self {
        if word.is_some() { Self::BreakGlass } else { Self::Own }
    }
}

/// An account as stored.
#[derive(Clone, Debug)]
pub struct StoredAccount {
    /// Its id.
    pub id: Id<id::Account>,
    /// Whose it is.
    pub person: Id<id::Person>,
    /// The sign-in name, in lower case.
    pub login: String,
    /// Whether it opens doors.
    pub state: AccountState,
    /// The language chosen on a page.
    pub locale: Option<Locale>,
    /// What its holder wants to be told of.
    pub notices: Notices,
    /// What it is for.
    pub purpose: Purpose,
}

/// Since when each thing about a person is known here.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// The sign-in name.
    pub login: Timestamp,
    /// Name and date of birth.
    pub profile: Timestamp,
    /// The personal number.
    pub number: Timestamp,
    /// The language.
    pub locale: Timestamp,
}

/// Since when what is known of the holder of an account is known.
pub async fn since(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<Since>, StoreError> {
    rows::since(conn, account).await
}

/// Makes an account. The sign-in name must be free: [`StoreError::is_unique`] of `account.login` says that it is not.
pub async fn add_account(tx: &mut Tx<'_>, person: Id<id::Person>, login: &str) -> Result<Id<id::Account>, StoreError> {
    add(tx, person, login, Purpose::Own).await
}

pub(super) async fn add(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    login: &str,
    purpose: Purpose,
) -> Result<Id<id::Account>, StoreError> {
    let id = random::id(tx.now());
    rows::insert_account(tx, id, person, (login, purpose)).await?;
    Ok(id)
}

/// The one form of a sign-in name: without surrounding blanks, in lower case, in the letters that every keyboard writes (NFKC). So
/// no other spelling of a name is a name of its own, with a count of failures of its own.
pub fn login_key(login: &str) -> String {
    login.trim().nfkc().collect::<String>().to_lowercase()
}

/// The account of a sign-in name, in whatever form it was typed.
pub async fn by_login(conn: &mut Conn, login: &str) -> Result<Option<StoredAccount>, StoreError> {
    rows::account_by_login(conn, &login_key(login)).await
}

/// The account of a session: a proof that is asked again is asked of this one, whatever name a form carries.
pub async fn account_by_id(conn: &mut Conn, id: Id<id::Account>) -> Result<Option<StoredAccount>, StoreError> {
    rows::account_by_id(conn, id).await
}

/// Every account of a person.
pub async fn accounts_of(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<StoredAccount>, StoreError> {
    rows::accounts_of(conn, person).await
}

/// Changes whether an account opens doors.
pub async fn set_account_state(tx: &mut Tx<'_>, id: Id<id::Account>, state: AccountState) -> Result<(), StoreError> {
    rows::update_account_state(tx, id, state).await
}

/// Makes dead what was given out in an account's name until now, offline or not: its holder signs out everywhere.
pub async fn cut(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    rows::cut_account(tx, account).await
}

/// Keeps what an account's holder wants to be told of.
pub async fn set_notices(tx: &mut Tx<'_>, id: Id<id::Account>, notices: Notices) -> Result<(), StoreError> {
    rows::update_notices(tx, id, notices).await
}

/// Keeps the language chosen on a page.
pub async fn set_locale(tx: &mut Tx<'_>, id: Id<id::Account>, locale: Locale) -> Result<(), StoreError> {
    rows::update_locale(tx, id, locale).await
}
