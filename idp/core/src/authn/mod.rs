//! Proving who somebody is. A method ends in a [`Proof`], which nothing else can make; sessions begin with one.
//!
//! Owns: `password`, `credential`, `webauthn_user`, `challenge`. May be called by the hall and the doors. Every method is a
//! sibling of [`password`] and makes the same [`Proof`].

pub mod ceremony;
pub mod challenge;
pub mod credential;
pub mod passkey;
pub mod password;
mod policy;
mod rows;
mod standing;
mod throttle;

use crate::types::{Aal, Id, id};

pub use policy::{LONGEST_PASSWORD, PasswordProblem, SHORTEST_PASSWORD, check_new_password, normalise};
pub use standing::Closed;

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
