//! The two accounts.

use std::time::Duration;

use super::{alarm, rows};
use crate::{
    admin,
    audit::{self, Event},
    authn::credential,
    crypto::{
        handle::{Handle, SealLink},
        random,
    },
    people::{self, AccountState, DataMatch, NewPerson, Profile},
    session,
    store::{Conn, StoreError, Tx},
    text,
    types::{Address, Fault, FullName, Id, Locale, Timestamp, id},
};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// The first.
    One,
    /// The second, in another hand and another place.
    Two,
}

impl Number {
    /// Both.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// 1 or 2.
    pub const fn get(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Reads 1 or 2.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|known| i64::from(known.get()) == number)
    }

    const fn name_key(self) -> &'static str {
        match self {
            Self::One => "break-glass-name-1",
            Self::Two => "break-glass-name-2",
        }
    }
}

/// How far an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its key.
    Made,
    /// Its key lies in its envelope.
    Sealed,
    /// It was used, and nobody has sealed it since.
    Opened,
    /// It is no more.
    Retired,
}

impl State {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Sealed => "sealed",
            Self::Opened => "opened",
            Self::Retired => "retired",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        let all = [Self::Made, Self::Sealed, Self::Opened, Self::Retired];
        all.into_iter()
            .find(|state| state.word() == word)
            .ok_or(Fault::bug("reading the state of a break-glass account"))
    }

    /// Whether its key opens it.
    pub const fn opens(self) -> bool {
        matches!(self, Self::Sealed | Self::Opened)
    }
}

/// An account as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: Id<id::BreakGlass>,
    /// Which of the two.
    pub number: Number,
    /// The person who stands for it: no human being.
    pub person: Id<id::Person>,
    /// The account.
    pub account: Id<id::Account>,
    /// How far it is.
    pub state: State,
    /// Since when.
    pub state_at: Timestamp,
    /// When its link is too late, while it waits for its key.
    pub link_ends_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A link that was just made.
pub struct Linked {
    /// For which account.
    pub number: Number,
    /// The secret of the link.
    pub handle: Handle<SealLink>,
    /// When it is too late.
    pub until: Timestamp,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Both are there.
    #[error("both break-glass accounts are there")]
    Both,
    /// A use would be alarmed to nobody.
    #[error("nobody would be told")]
    Unheard,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an account was not sealed or retired.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no such account.
    #[error("there is no such break-glass account")]
    Absent,
    /// It is in another state.
    #[error("the account is {}", .0.word())]
    State(State),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What making one means for those that are there.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    New(Number),
    /// Another link for one that waits for its key.
    Again(Id<id::BreakGlass>, Number),
}

/// `None`: both are there. One that waits for its key comes before a new one: else two links would be under way, and nobody would know which key
/// belongs into which envelope.
fn plan(there: &[Account]) -> Option<Plan> {
    if let Some(waits) = there.iter().find(|account| account.state == State::Made) {
        return Some(Plan::Again(waits.id, waits.number));
    }
    Number::ALL.into_iter().find(|number| there.iter().all(|account| account.number != *number)).map(Plan::New)
}

/// The accounts that are not retired, by number.
pub async fn accounts(conn: &mut Conn) -> Result<Vec<Account>, StoreError> {
    rows::accounts(conn).await
}

/// Makes an account that waits for its key, or another link for one that does.
///
/// # Errors
/// [`CreateError`].
pub async fn create(tx: &mut Tx<'_>, lifetime: Duration, alarm_to: &[Address]) -> Result<Linked, CreateError> {
    let now = tx.now();
    let until = now + lifetime;
    let planned = plan(&rows::accounts(tx).await?).ok_or(CreateError::Both)?;
    if alarm::audience(tx, alarm_to, now).await? == 0 {
        return Err(CreateError::Unheard);
    }
    let handle = Handle::<SealLink>::generate();
    let number = match planned {
        Plan::New(number) => {
            make(tx, number, (&handle, until)).await?;
            number
        }
        Plan::Again(id, number) => {
            rows::link(tx, id, (handle.digest(), until)).await?;
            number
        }
    };
    let made = rows::accounts(tx).await?.into_iter().find(|account| account.number == number);
    let made = made.ok_or(StoreError::from(Fault::bug("finding a break-glass account that was just made")))?;
    changed(tx, &made, if made.created_at == now { "created" } else { "linked" }, None).await?;
    Ok(Linked { number, handle, until })
}

async fn make(
    tx: &mut Tx<'_>,
    number: Number,
    (handle, until): (&Handle<SealLink>, Timestamp),
) -> Result<(), StoreError> {
    let name = FullName::parse(&text::say(Locale::Vi, number.name_key()));
    let name = name.map_err(|error| Fault::new("naming a break-glass account", error))?;
    let new = NewPerson { profile: Profile { name, birthdate: None }, number: None, data_match: DataMatch::None };
    let person = people::add_person(tx, new).await?;
    // Nobody types this name. Whoever knows it could raise alarms by failing with it, so it cannot be guessed.
    let login = format!("khan-cap-{}-{}", number.get(), random::readable(8).to_lowercase());
    let account = people::add_break_glass(tx, person, &login).await?;
    rows::insert(tx, (random::id(tx.now()), number), (person, account), (handle.digest(), until)).await
}

/// Notes that the key lies in its envelope again. Whoever is still signed in with it is out; what was given out in their name ends with the
/// caller, in the same transaction.
///
/// # Errors
/// [`SealError`].
pub async fn seal(tx: &mut Tx<'_>, number: Number, because: &str) -> Result<Account, SealError> {
    let account = find(tx, number).await?;
    if !rows::seal(tx, account.id).await? {
        return Err(SealError::State(account.state));
    }
    session::end_all_of(tx, account.person, "break-glass-sealed").await?;
    changed(tx, &account, "sealed", Some(because)).await?;
    Ok(account)
}

/// Ends an account for good: its key opens nothing, its office ends, its place is free. What was given out in its name ends with the caller, in the
/// same transaction.
///
/// # Errors
/// [`SealError::Absent`].
pub async fn retire(tx: &mut Tx<'_>, number: Number, because: &str) -> Result<Account, SealError> {
    let account = find(tx, number).await?;
    rows::retire(tx, account.id).await?;
    credential::remove_all(tx, account.person, "break-glass-retired").await?;
    session::end_all_of(tx, account.person, "break-glass-retired").await?;
    admin::disown(tx, account.person, because).await?;
    people::set_account_state(tx, account.account, AccountState::Disabled).await?;
    changed(tx, &account, "retired", Some(because)).await?;
    Ok(account)
}

async fn find(conn: &mut Conn, number: Number) -> Result<Account, SealError> {
    let all = rows::accounts(conn).await?;
    all.into_iter().find(|account| account.number == number).ok_or(SealError::Absent)
}

/// Records a change of an account.
pub(super) async fn changed(
    tx: &mut Tx<'_>,
    account: &Account,
    change: &'static str,
    because: Option<&str>,
) -> Result<(), StoreError> {
    let (person, number, because) = (account.person, account.number.get(), because.map(str::to_owned));
    audit::record(tx, Event::BreakGlassChanged { person, number, change, because }).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::{Account, Number, Plan, State, plan};
    use crate::{crypto::random, types::Timestamp};

    fn account(number: Number, state: State) -> Account {
        let now = Timestamp::from_seconds(1_790_000_000);
        Account {
            id: random::id(now),
            number,
            person: random::id(now),
            account: random::id(now),
            state,
            state_at: now,
            link_ends_at: None,
            created_at: now,
            last_used_at: None,
        }
    }

    #[test]
    fn there_are_two_and_one_that_waits_for_its_key_comes_first() {
        use Number::{One, Two};
        use State::{Made, Opened, Sealed};
        for (there, expected) in [
            (&[][..], Some((false, One))),
            (&[(One, Made)], Some((true, One))),
            (&[(One, Sealed)], Some((false, Two))),
            (&[(Two, Sealed)], Some((false, One))),
            (&[(Two, Made)], Some((true, Two))),
            (&[(One, Sealed), (Two, Made)], Some((true, Two))),
            (&[(One, Opened), (Two, Sealed)], None),
        ] {
            let accounts: Vec<Account> = there.iter().map(|(number, state)| account(*number, *state)).collect();
            let planned = plan(&accounts).map(|plan| match plan {
                Plan::New(number) => (false, number),
                Plan::Again(_, number) => (true, number),
            });
            assert_eq!(planned, expected, "{there:?}");
        }
    }

    #[test]
    fn only_a_key_that_was_registered_and_not_retired_opens() {
        for (state, opens) in
            [(State::Made, false), (State::Sealed, true), (State::Opened, true), (State::Retired, false)]
        {
            assert_eq!(state.opens(), opens);
            assert_eq!(State::from_word(state.word()).ok(), Some(state));
        }
    }
}
