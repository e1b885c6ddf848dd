//! Appointments as values.

use super::role::{Permission, Role};
use crate::{
    store::Actor,
    types::{Id, Timestamp, id, time::Interval},
};

/// Who holds a role: a human being, or a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    Person(Id<id::Person>),
    /// A relying party in its own name.
    Party(Id<id::Party>),
}

impl Subject {
    /// The word that rows and requests hold.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Party(_) => "party",
        }
    }

    /// The person, where it is one.
    pub const fn person(self) -> Option<Id<id::Person>> {
        match self {
            Self::Person(person) => Some(person),
            Self::Party(_) => None,
        }
    }

    /// As the audit log and stored answers name it.
    pub fn name(self) -> String {
        self.actor().to_string()
    }

    /// The actor of what they do.
    pub const fn actor(self) -> Actor {
        match self {
            Self::Person(id) => Actor::Person(id),
            Self::Party(id) => Actor::Party(id),
        }
    }
}

/// Over what a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The whole installation.
    Whole,
    /// One unit and everything that is under it at the instant of asking.
    Below(Id<id::Unit>),
}

impl Scope {
    /// The unit, where it is one.
    pub const fn unit(self) -> Option<Id<id::Unit>> {
        match self {
            Self::Whole => None,
            Self::Below(unit) => Some(unit),
        }
    }
}

/// One role of one subject, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// Its id.
    pub id: Id<id::Appointment>,
    /// Who holds it.
    pub subject: Subject,
    /// Which role.
    pub role: Role,
    /// Over what.
    pub scope: Scope,
    /// From when until when, as decided.
    pub window: Interval,
    /// The decision that it rests on, as people cite it.
    pub decision: String,
    /// Who appointed: `person:…` or `operator:…`.
    pub appointed_by: String,
    /// When.
    pub appointed_at: Timestamp,
    /// When it was ended before its time, if it was.
    pub ended_at: Option<Timestamp>,
    /// Counts its changes: the `ETag` of the admin API.
    pub revision: i64,
}

impl Appointment {
    /// Whether it holds at `at`.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.window.contains(at) && self.ended_at.is_none_or(|ended| at < ended)
    }

    /// Whether it permits something at `at`, somewhere.
    pub fn permits(&self, permission: Permission, at: Timestamp) -> bool {
        self.is_in_force(at) && self.role.permissions().contains(&permission)
    }
}

/// An appointment to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAppointment {
    /// Who shall hold it.
    pub subject: Subject,
    /// Which role.
    pub role: Role,
    /// Over what.
    pub scope: Scope,
    /// From when until when.
    pub window: Interval,
    /// The decision that it rests on.
    pub decision: String,
}
