//! Counts of acts that change no row of their own, on their way to the audit log.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use idp_core::{
    relying::Scope,
    types::{
        Id,
        id::{Grant, Party, Person},
    },
};

/// How often each thing happened since the last record. A job writes the counts every few seconds and at shutdown: a durable write for each
/// such act would cost more than the act itself. What a crash may lose is a count of the last seconds, never an act that changed
/// anything (`docs/operations.md` says so).
pub struct Tally<K = Id<Party>>(Mutex<HashMap<K, u64>>);

/// Data that a party was told at userinfo.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    /// About whom.
    pub person: Id<Person>,
    /// To whom.
    pub party: Id<Party>,
    /// By which grant.
    pub grant: Id<Grant>,
    /// What.
    pub scopes: Vec<Scope>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Tally<K> {
    /// Counts one.
    pub fn add(&self, key: K) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// Takes all counts away, to be written.
    pub fn take(&self) -> Vec<(K, u64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// Puts counts back that could not be written.
    pub fn put_back(&self, counts: Vec<(K, u64)>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in counts {
            *all.entry(key).or_default() += count;
        }
    }
}
