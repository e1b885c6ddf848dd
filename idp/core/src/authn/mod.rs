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
pub mod notice;
pub mod passkey;
pub mod password;
mod policy;
pub mod recovery;
pub mod recovery_code;
mod rows;
pub mod second;
mod standing;
mod throttle;
pub mod totp;

use crate::types::{Aal, Id, id};

pub use contact::Contact;
pub use device::Devices;
pub use first::{First, Settled, password_may_stand_alone, password_use, settle};
pub use policy::{LONGEST_PASSWORD, PasswordProblem, PasswordUse, check_new_password, normalise, own_words};
pub use standing::Closed;
pub use throttle::{Limits, Turns};

/// Somebody proved to be the holder of an account, just now.
#[derive(Debug)]
pub struct Proof {
    account: Id<id::Account>,
    person: Id<id::Person>,
    aal: Aal,
    amr: Vec<&'static str>,
    credential: Option<Id<id::Credential>>,
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
    /// The credential that was used; `None` for a password. A session that it opens ends when it is removed.
    pub const fn credential(&self) -> Option<Id<id::Credential>> {
        self.credential
    }
}

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
/// Every statement of the second factors.
pub(crate) const FACTOR_STATEMENTS: &[&str] = rows::factors::ALL;
/// Every statement of the recoveries.
pub(crate) const RECOVERY_STATEMENTS: &[&str] = rows::recovery::ALL;
