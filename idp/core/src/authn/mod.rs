//! Proving who somebody is. A method ends in a [`Proof`], which nothing else can make; sessions begin with one.
//!
//! Owns: `password`. May be called by the hall and the doors. Passkeys, tokens and codes come as siblings of
//! [`password`] and make the same [`Proof`].

pub mod password;
mod policy;
mod rows;
mod throttle;

use crate::types::{Aal, Id, id};

pub use password::old_peppers;
pub use policy::{LONGEST_PASSWORD, PasswordProblem, SHORTEST_PASSWORD, check_new_password, normalise};

/// Somebody proved to be the holder of an account, just now.
#[derive(Debug)]
pub struct Proof {
    account: Id<id::Account>,
    person: Id<id::Person>,
    aal: Aal,
    amr: &'static [&'static str],
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
    pub const fn amr(&self) -> &'static [&'static str] {
        self.amr
    }
}

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
