//! How everything stands, and what somebody should see to.

use std::time::Duration;

use super::{Account, Drill, Number, State, alarm, drill, rows};
use crate::{
    notify::{self, Fate},
    people,
    store::{Conn, StoreError},
    types::{Address, Timestamp},
};

/// A drill is good for so long. Whoever keeps the key may have left, and envelopes get lost.
const DRILLED: Duration = Duration::from_secs(180 * 86_400);

/// How one account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// Its sign-in name.
    pub login: String,
    /// When it was opened in a drill that was good.
    pub drilled_at: Option<Timestamp>,
    /// The last alarm: when, whether it was a failed attempt, and what became of its messages.
    pub alarm: Option<(Timestamp, bool, Fate)>,
}

/// How everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The accounts that are not retired, by number.
    pub accounts: Vec<Standing>,
    /// The drill that is held, with what it shows so far.
    pub drill: Option<Drill>,
    /// The last one that is over.
    pub last_drill: Option<Drill>,
    /// At how many addresses an alarm would arrive.
    pub heard: usize,
}

/// Something that somebody should see to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// These are not there, or wait for their keys.
    Missing(Vec<Number>),
    /// These were used and not sealed since.
    Opened(Vec<Number>),
    /// These were opened in no good drill of the last 180 days.
    Undrilled(Vec<Number>),
    /// An alarm would arrive nowhere.
    Unheard,
}

/// How everything stands at `now`.
pub async fn status(conn: &mut Conn, alarm_to: &[Address], now: Timestamp) -> Result<Status, StoreError> {
    let mut accounts = Vec::new();
    let mut held = rows::open_drill(conn).await?;
    for account in rows::accounts(conn).await? {
        if let Some(held) = held.as_mut().filter(|_| account.state.opens()) {
            held.outcomes.push(drill::outcome(conn, held.id, &account).await?);
        }
        accounts.push(standing(conn, account).await?);
    }
    let mut last_drill = rows::last_drill(conn).await?;
    if let Some(last) = &mut last_drill {
        last.outcomes = rows::outcomes(conn, last.id).await?;
    }
    let heard = alarm::audience(conn, alarm_to, now).await?;
    Ok(Status { accounts, drill: held, last_drill, heard })
}

async fn standing(conn: &mut Conn, account: Account) -> Result<Standing, StoreError> {
    let login = people::account_by_id(conn, account.account).await?.map(|found| found.login).unwrap_or_default();
    let drilled_at = rows::drilled_at(conn, account.id).await?;
    let alarm = match rows::last_alarm(conn, account.id).await? {
        Some((alarm, failed, at)) => {
            let messages = rows::messages_of(conn, alarm).await?;
            Some((at, failed, notify::fate(conn, &messages).await?))
        }
        None => None,
    };
    Ok(Standing { account, login, drilled_at, alarm })
}

/// What somebody should see to, the worst first.
pub fn concerns(status: &Status, now: Timestamp) -> Vec<Concern> {
    let of = |which: &dyn Fn(&Standing) -> bool| -> Vec<Number> {
        status.accounts.iter().filter(|one| which(one)).map(|one| one.account.number).collect()
    };
    let opens = of(&|one| one.account.state.opens());
    let missing: Vec<Number> = Number::ALL.into_iter().filter(|number| !opens.contains(number)).collect();
    let opened = of(&|one| one.account.state == State::Opened);
    let drilled = |one: &Standing| one.drilled_at.is_some_and(|at| now < at + DRILLED);
    let undrilled = of(&|one| one.account.state.opens() && !drilled(one));
    let mut found = Vec::new();
    if !opened.is_empty() {
        found.push(Concern::Opened(opened));
    }
    if !opens.is_empty() && status.heard == 0 {
        found.push(Concern::Unheard);
    }
    if !missing.is_empty() {
        found.push(Concern::Missing(missing));
    }
    if !undrilled.is_empty() {
        found.push(Concern::Undrilled(undrilled));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Account, Concern, Duration, Number, Standing, State, Status, Timestamp, concerns};
    use crate::crypto::random;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn standing(number: Number, state: State, drilled_days_ago: Option<u64>) -> Standing {
        let account = Account {
            id: random::id(NOW),
            number,
            person: random::id(NOW),
            account: random::id(NOW),
            state,
            state_at: NOW,
            link_ends_at: None,
            created_at: NOW,
            last_used_at: None,
        };
        let drilled_at = drilled_days_ago.map(|days| NOW - Duration::from_secs(days * 86_400));
        Standing { account, login: String::new(), drilled_at, alarm: None }
    }

    #[test]
    fn whatever_would_fail_on_the_day_is_a_concern() {
        use Concern::{Missing, Opened, Undrilled, Unheard};
        use Number::{One, Two};
        let sealed = |number| standing(number, State::Sealed, Some(179));
        for (accounts, heard, expected) in [
            (vec![sealed(One), sealed(Two)], 1, vec![]),
            (vec![], 0, vec![Missing(vec![One, Two])]),
            (vec![sealed(Two)], 1, vec![Missing(vec![One])]),
            (vec![sealed(One), standing(Two, State::Made, None)], 1, vec![Missing(vec![Two])]),
            (vec![sealed(One), standing(Two, State::Opened, Some(0))], 1, vec![Opened(vec![Two])]),
            (
                vec![standing(One, State::Sealed, Some(180)), standing(Two, State::Sealed, None)],
                1,
                vec![Undrilled(vec![One, Two])],
            ),
            (vec![sealed(One), sealed(Two)], 0, vec![Unheard]),
        ] {
            let status = Status { accounts, drill: None, last_drill: None, heard };
            assert_eq!(concerns(&status, NOW), expected);
        }
    }
}
