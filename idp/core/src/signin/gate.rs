//! The one gate before every token, session use and claim: may anything be given out in this person's name, now?
//!
//! Most published flaws of this kind of software are a path that forgot the check which its neighbour has. So there is one check, and
//! what mints tokens asks for its proof value.

use std::time::Duration;

use crate::{
    people::{AccountState, PersonState},
    store::meta::Epoch,
    types::Timestamp,
};

/// Everything that stands for or against, as read in one statement.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The person's state.
    pub person: PersonState,
    /// The account's state.
    pub account: AccountState,
    /// Whether the party is served.
    pub party_is_served: bool,
    /// When the grant was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When the grant was made.
    pub granted_at: Timestamp,
    /// When the person last took their consent back from this party.
    pub withdrawn_at: Option<Timestamp>,
    /// When the holder of the account last signed out everywhere.
    pub cut_at: Option<Timestamp>,
    /// The absolute end of the grant.
    pub grant_ends_at: Timestamp,
    /// The epoch of the grant.
    pub grant_epoch: Epoch,
    /// Whether the grant outlives its session (`offline_access`).
    pub offline: bool,
    /// Whether the post in which the person acts still lets them; true where they act in none.
    pub post_holds: bool,
    /// When the session ended.
    pub session_ended_at: Option<Timestamp>,
    /// The absolute end of the session.
    pub session_ends_at: Timestamp,
    /// The last use of the session by a person; refreshing is none.
    pub session_used_at: Timestamp,
}

/// Proof that the gate was passed. Only [`admit`] makes one.
#[derive(Debug)]
pub struct Admitted(());

/// Why it was not passed: for the log; parties learn `invalid_grant`, `invalid_token` or `active: false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The person is deceased, merged or erased.
    Person,
    /// The account is locked or disabled.
    Account,
    /// The party is disabled.
    Party,
    /// The grant is revoked.
    Revoked,
    /// The person took their consent back since.
    Consent,
    /// The person signed out everywhere since.
    Cut,
    /// The grant is too old.
    GrantEnded,
    /// A backup was restored since.
    Epoch,
    /// The post in which they acted ended, or says nothing to the party any more.
    Post,
    /// The session ended, by word or by time.
    Session,
}

impl Refused {
    /// A word for the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Account => "account",
            Self::Party => "party",
            Self::Revoked => "revoked",
            Self::Consent => "consent-withdrawn",
            Self::Cut => "signed-out-everywhere",
            Self::GrantEnded => "grant-ended",
            Self::Epoch => "epoch",
            Self::Post => "post",
            Self::Session => "session",
        }
    }
}

/// Judges a standing. `idle` is how long a session lives without use.
pub fn admit(standing: &Standing, epoch: Epoch, idle: Duration, now: Timestamp) -> Result<Admitted, Refused> {
    let session_alive =
        standing.session_ended_at.is_none() && now < standing.session_ends_at && now < standing.session_used_at + idle;
    let checks = [
        (standing.person == PersonState::Active, Refused::Person),
        (standing.account == AccountState::Active, Refused::Account),
        (standing.party_is_served, Refused::Party),
        (standing.revoked_at.is_none(), Refused::Revoked),
        (standing.withdrawn_at.is_none_or(|at| at < standing.granted_at), Refused::Consent),
        (standing.cut_at.is_none_or(|at| at < standing.granted_at), Refused::Cut),
        (now < standing.grant_ends_at, Refused::GrantEnded),
        (standing.grant_epoch == epoch, Refused::Epoch),
        (standing.post_holds, Refused::Post),
        (standing.offline || session_alive, Refused::Session),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        Some((_, refused)) => Err(refused),
        None => Ok(Admitted(())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Refused, Standing, admit};
    use crate::{
        people::{AccountState, PersonState},
        store::meta::Epoch,
        types::Timestamp,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
    const IDLE: Duration = Duration::from_secs(1_800);

    fn good() -> Standing {
        let later = NOW + Duration::from_secs(60);
        Standing {
            person: PersonState::Active,
            account: AccountState::Active,
            party_is_served: true,
            revoked_at: None,
            granted_at: NOW - IDLE,
            withdrawn_at: None,
            cut_at: Some(NOW - IDLE - IDLE),
            grant_ends_at: later,
            grant_epoch: Epoch(1),
            offline: false,
            post_holds: true,
            session_ended_at: None,
            session_ends_at: later,
            session_used_at: NOW,
        }
    }

    #[test]
    fn each_single_flaw_closes_the_gate() {
        assert!(admit(&good(), Epoch(1), IDLE, NOW).is_ok());
        let flaws = [
            (Standing { person: PersonState::Deceased, ..good() }, Refused::Person),
            (Standing { person: PersonState::Merged, ..good() }, Refused::Person),
            (Standing { person: PersonState::Erased, ..good() }, Refused::Person),
            (Standing { account: AccountState::Locked, ..good() }, Refused::Account),
            (Standing { account: AccountState::Disabled, ..good() }, Refused::Account),
            (Standing { party_is_served: false, ..good() }, Refused::Party),
            (Standing { revoked_at: Some(NOW), ..good() }, Refused::Revoked),
            (Standing { withdrawn_at: Some(NOW - IDLE), ..good() }, Refused::Consent),
            (Standing { cut_at: Some(NOW - IDLE), ..good() }, Refused::Cut),
            (Standing { grant_ends_at: NOW, ..good() }, Refused::GrantEnded),
            (Standing { grant_epoch: Epoch(0), ..good() }, Refused::Epoch),
            (Standing { post_holds: false, ..good() }, Refused::Post),
            (Standing { session_ended_at: Some(NOW), ..good() }, Refused::Session),
            (Standing { session_ends_at: NOW, ..good() }, Refused::Session),
            (Standing { session_used_at: NOW - IDLE, ..good() }, Refused::Session),
        ];
        for (standing, expected) in flaws {
            assert_eq!(admit(&standing, Epoch(1), IDLE, NOW).err(), Some(expected), "{standing:?}");
            let offline = Standing { offline: true, ..standing };
            let still_closed = expected != Refused::Session;
            assert_eq!(admit(&offline, Epoch(1), IDLE, NOW).is_err(), still_closed, "offline {standing:?}");
        }
    }
}
