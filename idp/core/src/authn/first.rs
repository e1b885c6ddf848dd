//! Between the password and the session: whether a second factor is still to be proved.

use super::{
    PasswordUse, Proof,
    held::{self, Held},
    rows::factors as rows,
    second::{self, Enrolled, Policy},
};
use crate::{
    people::{self, Purpose},
    store::{Conn, StoreError},
    types::{Aal, Id, Timestamp, id},
};

/// Somebody knew the password of an account, just now. It opens nothing: only [`settle`] or a second factor makes a [`Proof`] of it.
#[derive(Debug)]
pub struct First {
    pub(super) account: Id<id::Account>,
    pub(super) person: Id<id::Person>,
    /// When the password was right.
    pub(super) at: Timestamp,
}

/// What becomes of a right password.
pub enum Settled {
    /// It is enough.
    Opened(Opened),
    /// The account has a second factor, which has to be proved too, also while none of it can be used.
    Pending(Enrolled),
}

/// What a whole proof with a password opens.
pub enum Opened {
    /// A session may begin.
    Proof(Proof),
    /// A new password comes first.
    Held(Held),
    /// Nothing: the password was replaced since it was right.
    Replaced,
}

impl First {
    /// The account whose password was right.
    pub const fn account(&self) -> Id<id::Account> {
        self.account
    }

    /// Whose it is.
    pub const fn person(&self) -> Id<id::Person> {
        self.person
    }

    /// When it was.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// As a transaction kept it; `None`: the password was replaced since. Only the hall calls it, with what it wrote itself.
    pub(crate) async fn kept(
        conn: &mut Conn,
        account: Id<id::Account>,
        at: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        if password_replaced_since(conn, account, at).await? {
            return Ok(None);
        }
        let stored = people::account_by_id(conn, account).await?;
        Ok(stored.map(|stored| Self { account, person: stored.person, at }))
    }

    pub(super) fn alone(&self) -> Proof {
        Proof {
            account: self.account,
            person: self.person,
            aal: Aal::Aal1,
            amr: vec!["pwd"],
            credential: None,
            purpose: Purpose::Own,
        }
    }
}

/// Decides whether a right password is enough: by what was set up, not by what can be sent today. Asked inside the write that would begin
/// the session, so that a second factor added a moment ago is not passed over.
pub async fn settle(conn: &mut Conn, first: &First, policy: Policy) -> Result<Settled, StoreError> {
    let enrolled = second::enrolled(conn, first.account, policy).await?;
    if !enrolled.is_none() {
        return Ok(Settled::Pending(enrolled));
    }
    Ok(Settled::Opened(held::opened(conn, (first.alone(), first.at), PasswordUse::Alone).await?))
}

/// Whether the password of an account that was right at an instant was replaced since: then nothing that it began goes on.
pub async fn password_replaced_since(
    conn: &mut Conn,
    account: Id<id::Account>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(rows::password_use(conn, account).await?.is_none_or(|stored| stored.changed_at > at))
}

/// What the password of an account may be: shorter where it never opens the account alone.
pub async fn password_use(
    conn: &mut Conn,
    account: Id<id::Account>,
    policy: Policy,
) -> Result<PasswordUse, StoreError> {
    let alone = second::enrolled(conn, account, policy).await?.is_none();
    Ok(if alone { PasswordUse::Alone } else { PasswordUse::WithSecond })
}

/// Whether the stored password is long enough to open the account alone; also where there is none.
pub async fn password_may_stand_alone(conn: &mut Conn, account: Id<id::Account>) -> Result<bool, StoreError> {
    Ok(rows::password_use(conn, account).await?.is_none_or(|stored| stored.usage == PasswordUse::Alone))
}
