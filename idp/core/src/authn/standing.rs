//! Whether an account opens at all. Told only to somebody who proved to be its holder.

use crate::{
    people::{self, AccountState, PersonState},
    store::{StoreError, Tx},
    types::{Id, id},
};

/// Why a proof opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The account is locked.
    Locked,
    /// The account is disabled, or the person's data were erased.
    Disabled,
    /// The person is recorded as deceased.
    Deceased,
    /// The person's record was merged into another.
    Merged,
}

impl Closed {
    /// The word of the audit event.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Deceased => "deceased",
            Self::Merged => "merged",
        }
    }
}

/// Judges the states of an account and its person.
pub(super) const fn judge(account: AccountState, person: PersonState) -> Result<(), Closed> {
    match (person, account) {
        (PersonState::Deceased, _) => Err(Closed::Deceased),
        (PersonState::Merged, _) => Err(Closed::Merged),
        (PersonState::Erased, _) | (_, AccountState::Disabled) => Err(Closed::Disabled),
        (PersonState::Active, AccountState::Locked) => Err(Closed::Locked),
        (PersonState::Active, AccountState::Active) => Ok(()),
    }
}

/// Judges an account and its person as they stand inside a write: either may have been closed since the password was right.
pub(super) async fn closed(
    tx: &mut Tx<'_>,
    (account, person): (Id<id::Account>, Id<id::Person>),
) -> Result<Option<Closed>, StoreError> {
    let (account, person) = (people::account_by_id(tx, account).await?, people::person(tx, person).await?);
    Ok(match (account, person) {
        (Some(account), Some(person)) => judge(account.state, person.state).err(),
        _ => Some(Closed::Disabled),
    })
}

#[cfg(test)]
mod tests {
    use super::{Closed, judge};
    use crate::people::{AccountState, PersonState};

    #[test]
    fn only_an_active_account_of_an_active_person_opens() {
        for person in PersonState::ALL {
            for account in AccountState::ALL {
                let opens = judge(account, person).is_ok();
                assert_eq!(
                    opens,
                    person == PersonState::Active && account == AccountState::Active,
                    "{person:?} {account:?}"
                );
            }
        }
        assert_eq!(judge(AccountState::Active, PersonState::Deceased), Err(Closed::Deceased));
    }
}
