//! Counts of acts that change no row of their own, on their way to the audit log.

use std::{collections::HashMap, hash::Hash, sync::Mutex};

use idp_core::types::{Id, id::Party};

/// How many tokens each party got in its own name since the last record. A job writes them every few seconds and at
/// shutdown: a durable write for each such token would cost more than the token itself. What a crash may lose is a count of the last
/// seconds, never an act that changed anything (`docs/operations.md` says so).
#[derive(Default)]
pub struct Tally(Mutex<HashMap<Id<Party>, u64>>);

impl Tally {
    /// Counts one.
    pub fn add(&self, party: Id<Party>) {
        bump(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner), party);
    }

    /// Takes all counts away, to be written.
    pub fn take(&self) -> Vec<(Id<Party>, u64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)).into_iter().collect()
    }

    /// Puts counts back that could not be written.
    pub fn put_back(&self, counts: Vec<(Id<Party>, u64)>) {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (party, count) in counts {
            *all.entry(party).or_default() += count;
        }
    }
}

fn bump<K: Eq + Hash>(counts: &mut HashMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}
