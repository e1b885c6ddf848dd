//! Proving who somebody is. A method ends in a [`Proof`], which nothing else can make; sessions begin with one.
//!
//! Owns: `password`, `password_import`, `credential`, `webauthn_user`, `challenge`, `totp_step`, `contact`, `one_time_code`,
//! `recovery_code`, `device`, `recovery`. May be called by the hall and the doors. Every method is a sibling of [`password`] and makes
//! the same [`Proof`]; a password makes a [`First`], which a second factor may have to complete.

pub mod ceremony;
pub mod challenge;
pub mod code;
pub mod contact;
pub mod credential;
pub mod device;
mod first;
mod held;
pub mod notice;
mod own;
pub mod passkey;
pub mod password;
mod policy;
pub mod recovery;
pub mod recovery_code;
mod reseal;
mod rows;
pub mod second;
mod standing;
mod throttle;
pub mod totp;

use std::time::Duration;

use crate::{
    people::Purpose,
    store::{StoreError, Tx, quota::Limit},
    types::{Aal, Id, id},
};

pub use contact::Contact;
pub use device::Devices;
pub use first::{First, Opened, Settled, password_may_stand_alone, password_replaced_since, password_use, settle};
pub use held::Held;
pub use own::own_words_of;
pub use password::old_peppers;
pub use policy::{LONGEST_PASSWORD, PasswordProblem, PasswordUse, check_new_password, normalise, own_words};
pub use reseal::{CONTACTS, CREDENTIALS};
pub use standing::Closed;
pub use throttle::{Limits, Turns, forgive};

/// What the gate keeps for as long as the server runs, and what the configuration settles for it.
#[derive(Clone)]
pub struct Gate {
    /// Attempts under way on this node.
    pub turns: Turns,
    /// How many failures are answered.
    pub limits: Limits,
    /// How many codes are sent.
    pub codes: code::Limits,
    /// Which messages may carry a second factor.
    pub policy: second::Policy,
    /// How people recover; `None`: not by themselves.
    pub recovery: Option<RecoveryLimits>,
}

/// How people recover by themselves.
#[derive(Clone, Copy, Debug)]
pub struct RecoveryLimits {
    /// Between proving an address and setting a new password.
    pub wait: Duration,
    /// The same after a second factor.
    pub second_wait: Duration,
    /// Recoveries from one address.
    pub address: Limit,
    /// Recoveries with one personal number from one address, and in one browser that signed in before.
    pub number: Limit,
    /// Wrong codes of an app in recoveries of one account. What else proves an account there cannot be guessed, or has tries of its own.
    pub guesses: Limit,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            turns: Turns::default(),
            limits: Limits::default(),
            codes: code::Limits::default(),
            policy: second::Policy { sms: true, email: false },
            recovery: Some(RecoveryLimits {
                wait: Duration::from_secs(24 * 3_600),
                second_wait: Duration::from_secs(12 * 3_600),
                address: Limit { most: 20, window: Duration::from_secs(3_600) },
                number: Limit { most: 5, window: Duration::from_secs(24 * 3_600) },
                guesses: Limit { most: 10, window: Duration::from_secs(24 * 3_600) },
            }),
        }
    }
}

/// Somebody proved to be the holder of an account, just now.
#[derive(Debug)]
pub struct Proof {
    account: Id<id::Account>,
    person: Id<id::Person>,
    aal: Aal,
    amr: Vec<&'static str>,
    credential: Option<Id<id::Credential>>,
    purpose: Purpose,
}

impl Proof {
    /// The account.
    pub const fn account(&self) -> Id<id::Account> {
        self.account
    }
    /// Whose account it is.
    pub const fn person(&self) -> Id<id::Person> {
        self.person
    }
    /// How sure it is.
    pub const fn aal(&self) -> Aal {
        self.aal
    }
    /// The methods used (RFC 8176).
    pub fn amr(&self) -> &[&'static str] {
        &self.amr
    }
    /// What the account is for: a break-glass account begins no session without its alarm.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }
    /// The credential that was used; `None` for a password. A session that it opens ends when it is removed.
    pub const fn credential(&self) -> Option<Id<id::Credential>> {
        self.credential
    }
}

/// Removes what is over: codes, recoveries, browsers that were not seen for long, schemes of imported passwords that nobody needs.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let (codes, recoveries) = (code::sweep(tx).await?, recovery::sweep(tx).await?);
    Ok(codes + recoveries + device::sweep(tx).await? + password::sweep_imported(tx).await?)
}

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
/// Every statement of the second factors.
pub(crate) const FACTOR_STATEMENTS: &[&str] = rows::factors::ALL;
/// Every statement of the recoveries.
pub(crate) const RECOVERY_STATEMENTS: &[&str] = rows::recovery::ALL;
