//! Taking a way to sign in from somebody who cannot do it themself: a telephone that is lost, an address to which no code goes any more.
//!
//! Whoever asks an operator for this may be a thief who has the password. So nothing opens afterwards with less than before: where the password
//! would now open the account alone, or lead to a level that it did not lead to, it is closed in the same write. What is left then is a passkey,
//! or a recovery by identity.

use crate::{
    audit::{self, Event},
    authn::{
        PasswordUse,
        contact::{self, Contact},
        credential::{self, Kind},
        device, notice, password, recovery, recovery_code,
        second::{self, Policy, Way},
    },
    crypto::password::PasswordHash,
    people::StoredAccount,
    session,
    store::{Conn, StoreError, Tx},
    types::{AddressKind, Id, id},
};

/// Why, in every record of it.
pub const FACTOR_TAKEN: &str = "factor-taken";

/// What is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A passkey, or an app for codes.
    Credential(Id<id::Credential>),
    /// A telephone number or a mailbox, whether codes to it are a second factor or not.
    Contact(Id<id::Contact>),
    /// Codes to that address as a second factor; the address stays, for notices and for a recovery.
    Second(Id<id::Contact>),
    /// The set of recovery codes.
    Paper,
}

/// What became of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is as good as before, and opens no more than before.
    Kept,
    /// It opens nothing any more: it was replaced by one that nobody knows.
    Closed,
    /// There was none.
    Absent,
}

impl Fate {
    /// The word of the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Closed => "closed",
            Self::Absent => "none",
        }
    }
}

/// What was taken, and what it led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// `passkey`, `totp`, `phone`, `email`, `second` (codes to an address that stays) or `paper`.
    pub what: &'static str,
    /// What became of the password.
    pub password: Fate,
    /// Sessions that ended.
    pub sessions: u64,
    /// Addresses that were told.
    pub told: usize,
}

/// What is to be taken from whom.
pub struct Taking<'a> {
    /// Whose account it is.
    pub account: &'a StoredAccount,
    /// What.
    pub factor: Factor,
    /// Why, in the operator's words; they stand in the audit log.
    pub because: &'a str,
    /// The hash of a password that nobody knows.
    pub nobodys: &'a PasswordHash,
    /// Where a recovery begins, for the message to the person.
    pub recover_at: &'a str,
}

/// How much stands between the password and the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Strength {
    /// A second factor is asked for after the password, also while the operator sends no codes to it.
    second: bool,
    /// Something reaches the second level. Without it, whoever has the password may make a passkey.
    level: bool,
}

impl Strength {
    async fn of(conn: &mut Conn, account: Id<id::Account>) -> Result<Self, StoreError> {
        let has_passkey = credential::kinds(conn, account).await?.contains(&Kind::Passkey);
        // By what was set up, whether it can be used today or not.
        let enrolled = second::enrolled(conn, account, Policy::default()).await?;
        let second = !enrolled.is_none();
        let reaches = |way: Way| match way {
            Way::Totp => true,
            Way::Message(contact) => contact.address.kind() == AddressKind::Phone,
        };
        Ok(Self { second, level: has_passkey || enrolled.all().any(reaches) })
    }

    /// Whether the password opens more now than when this was measured.
    const fn is_more_than(self, now: Self) -> bool {
        (self.second && !now.second) || (self.level && !now.level)
    }
}

/// Takes a factor away, ends every session of the person, stops recoveries, and tells every proved address. The caller ends what its door has given
/// (grants and their tokens) in the same transaction. `None`: the account has no such factor.
pub async fn take_away(tx: &mut Tx<'_>, taking: Taking<'_>) -> Result<Option<Taken>, StoreError> {
    let (person, account) = (taking.account.person, taking.account.id);
    let before = Strength::of(tx, account).await?;
    let told = contact::list(tx, account).await?.iter().filter(|contact| contact.verified_at.is_some()).count();
    let Some(what) = remove(tx, taking.account, taking.factor).await? else {
        return Ok(None);
    };
    let now = Strength::of(tx, account).await?;
    if !now.second && recovery_code::left(tx, account).await?.is_some() {
        // Without a second factor the paper would be one by itself.
        drop_paper(tx, taking.account).await?;
    }
    let password = if before.is_more_than(now) { close_password(tx, &taking).await? } else { Fate::Kept };
    let sessions = session::end_all_of(tx, person, FACTOR_TAKEN).await?;
    recovery::stop_all(tx, account, "stopped-by-operator").await?;
    // Browsers that signed in before may be in the same hands as the telephone.
    device::forget_all(tx, account).await?;
    let because = taking.because.to_owned();
    audit::record(tx, Event::FactorTaken { person, account, what, password: password.word(), because }).await?;
    Ok(Some(Taken { what, password, sessions, told }))
}

async fn remove(tx: &mut Tx<'_>, of: &StoredAccount, factor: Factor) -> Result<Option<&'static str>, StoreError> {
    let whose = (of.person, of.id);
    match factor {
        Factor::Credential(id) => {
            let held = credential::list(tx, of.id).await?.into_iter().find(|held| held.id == id);
            let removed = credential::remove(tx, whose, id, FACTOR_TAKEN).await?;
            Ok(held.filter(|_| removed).map(|held| held.kind.word()))
        }
        Factor::Contact(id) => {
            let Some(held) = contact::list(tx, of.id).await?.into_iter().find(|held| held.id == id) else {
                return Ok(None);
            };
            tell_of(tx, &held, "what-contact").await?;
            Ok(contact::remove(tx, whose, id).await?.then(|| held.address.kind().word()))
        }
        Factor::Second(id) => {
            let held = contact::list(tx, of.id).await?.into_iter().find(|held| held.id == id);
            let (Some(held), true) = (held, contact::set_second_factor(tx, whose, id, false).await?) else {
                return Ok(None);
            };
            tell_of(tx, &held, "what-second").await?;
            Ok(Some("second"))
        }
        Factor::Paper => {
            if recovery_code::left(tx, of.id).await?.is_none() {
                return Ok(None);
            }
            drop_paper(tx, of).await?;
            Ok(Some("paper"))
        }
    }
}

/// The address itself is told too, while it still belongs to the account.
async fn tell_of(tx: &mut Tx<'_>, held: &Contact, what: &'static str) -> Result<(), StoreError> {
    notice::tell(tx, held.account, notice::FACTOR_REMOVED, (what, &held.address.masked())).await
}

async fn drop_paper(tx: &mut Tx<'_>, of: &StoredAccount) -> Result<(), StoreError> {
    recovery_code::remove(tx, of.id).await?;
    let event = Event::RecoveryCodesChanged { person: of.person, account: of.id, change: "removed" };
    audit::record(tx, event).await?;
    notice::tell(tx, of.id, notice::FACTOR_REMOVED, ("what-paper", "")).await
}

/// Replaced, not deleted: a file of imported hashes that runs again leaves a password alone that is there.
async fn close_password(tx: &mut Tx<'_>, taking: &Taking<'_>) -> Result<Fate, StoreError> {
    let account = taking.account.id;
    if password::stored(tx, account).await?.is_none() {
        return Ok(Fate::Absent);
    }
    password::set(tx, account, taking.account.person, (taking.nobodys, PasswordUse::Alone)).await?;
    let time = tx.now().show();
    let with = [("time", time.as_str()), ("link", taking.recover_at)];
    notice::notify_all(tx, account, notice::PASSWORD_CLOSED, &with).await?;
    Ok(Fate::Closed)
}

#[cfg(test)]
mod tests {
    use super::Strength;

    #[test]
    fn a_password_is_closed_where_it_would_open_more_than_before() {
        let all = [(false, false), (false, true), (true, false), (true, true)];
        for (second, level) in all {
            for (still_second, still_level) in all {
                let (before, now) = (Strength { second, level }, Strength { second: still_second, level: still_level });
                let lost = (second && !still_second) || (level && !still_level);
                assert_eq!(before.is_more_than(now), lost, "{before:?} {now:?}");
            }
        }
    }
}
