//! Facts of one sort in memory: read, cut, put, and what is to be written of it.

use std::{collections::HashMap, hash::Hash};

use super::super::fact::{FOREVER, Fact, FactRow, Span};
use crate::types::{Id, Timestamp, id};

type SetId = Id<id::ChangeSet>;

/// Facts by what they are said of. Those of one key never overlap.
#[derive(Clone, Debug)]
pub(super) struct Ledger<K, V> {
    facts: HashMap<K, Vec<Fact<V>>>,
    /// As recorded, of the keys that were changed since.
    before: HashMap<K, Vec<Fact<V>>>,
    superseded: Vec<Id<FactRow>>,
}

impl<K, V> Default for Ledger<K, V> {
    fn default() -> Self {
        Self { facts: HashMap::new(), before: HashMap::new(), superseded: Vec::new() }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Ledger<K, V> {
    /// Takes a recorded fact in.
    pub(super) fn load(&mut self, key: K, fact: Fact<V>) {
        self.facts.entry(key).or_default().push(fact);
    }

    /// The facts of a key, as they are now.
    pub(super) fn of(&self, key: &K) -> &[Fact<V>] {
        self.facts.get(key).map_or(&[], Vec::as_slice)
    }

    /// The facts of a key, as recorded.
    pub(super) fn recorded(&self, key: &K) -> &[Fact<V>] {
        self.before.get(key).map_or_else(|| self.of(key), Vec::as_slice)
    }

    /// What is so at an instant.
    pub(super) fn at(&self, key: &K, at: Timestamp) -> Option<&V> {
        find(self.of(key), at)
    }

    /// What was recorded of an instant.
    pub(super) fn recorded_at(&self, key: &K, at: Timestamp) -> Option<&V> {
        find(self.recorded(key), at)
    }

    /// The set of a recorded fact that begins at or after an instant, or ends after it.
    pub(super) fn later(&self, key: &K, at: Timestamp) -> Option<SetId> {
        let later = |span: Span| span.from >= at || (span.until > at && span.until != FOREVER);
        self.recorded(key).iter().find(|fact| later(fact.span)).map(|fact| fact.set)
    }

    /// Ends everything of a key at an instant, by the decision of `set`.
    pub(super) fn cut(&mut self, key: &K, at: Timestamp, set: SetId) {
        if self.of(key).iter().all(|fact| fact.span.until <= at) {
            return;
        }
        let facts = self.changing(key);
        let (keep, end): (Vec<_>, Vec<_>) = facts.drain(..).partition(|fact| fact.span.until <= at);
        *facts = keep;
        let shortened = end.iter().filter(|fact| fact.span.from < at);
        facts.extend(shortened.map(|fact| Fact {
            row: None,
            value: fact.value.clone(),
            span: Span { until: at, ..fact.span },
            set,
        }));
        self.superseded.extend(end.iter().filter_map(|fact| fact.row));
    }

    /// Says something else of a key from an instant on, by the decision of `set`.
    pub(super) fn put(&mut self, key: &K, at: Timestamp, value: V, set: SetId) {
        self.cut(key, at, set);
        self.changing(key).push(Fact { row: None, value, span: Span::since(at), set });
    }

    /// Takes back what a set wrote and puts back what it superseded.
    pub(super) fn take_back(&mut self, set: SetId, superseded: Vec<(K, Fact<V>)>) {
        let written: Vec<K> = self
            .facts
            .iter()
            .filter(|(_, facts)| facts.iter().any(|fact| fact.set == set))
            .map(|(key, _)| key.clone())
            .collect();
        for key in written {
            let facts = self.changing(&key);
            let (gone, keep): (Vec<_>, Vec<_>) = facts.drain(..).partition(|fact| fact.set == set);
            *facts = keep;
            self.superseded.extend(gone.iter().filter_map(|fact| fact.row));
        }
        for (key, fact) in superseded {
            self.changing(&key).push(Fact { row: None, ..fact });
        }
    }

    fn changing(&mut self, key: &K) -> &mut Vec<Fact<V>> {
        let facts = self.facts.entry(key.clone()).or_default();
        self.before.entry(key.clone()).or_insert_with(|| facts.clone());
        facts
    }

    /// Every key with its facts.
    pub(super) fn all(&self) -> impl Iterator<Item = (&K, &[Fact<V>])> {
        self.facts.iter().map(|(key, facts)| (key, facts.as_slice()))
    }

    /// The keys that were changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = &K> {
        self.before.keys()
    }

    /// The facts that are to be written.
    pub(super) fn fresh(&self) -> impl Iterator<Item = (&K, &Fact<V>)> {
        let changed = self.before.keys().filter_map(|key| Some((key, self.facts.get(key)?)));
        changed.flat_map(|(key, facts)| facts.iter().filter(|fact| fact.row.is_none()).map(move |fact| (key, fact)))
    }

    /// The rows that are to be stamped.
    pub(super) fn superseded(&self) -> &[Id<FactRow>] {
        &self.superseded
    }

    /// Whether something is said of a key at every instant of a span.
    pub(super) fn covers(&self, key: &K, span: Span) -> bool {
        let mut spans: Vec<Span> = self.of(key).iter().map(|fact| fact.span).collect();
        spans.sort_unstable();
        let mut open = span.from;
        for part in spans {
            if part.from > open {
                break;
            }
            open = open.max(part.until);
        }
        open >= span.until
    }
}

fn find<V>(facts: &[Fact<V>], at: Timestamp) -> Option<&V> {
    facts.iter().find(|fact| fact.span.contains(at)).map(|fact| &fact.value)
}

#[cfg(test)]
mod tests {
    use super::{Fact, Ledger, SetId, Span};
    use crate::{
        org::FOREVER,
        types::{Id, Timestamp},
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn set(number: u128) -> SetId {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn recorded(value: &str, from: i64, until: Timestamp) -> Fact<String> {
        let row = Some(Id::from_uuid(uuid::Uuid::from_u128(from.unsigned_abs().into())));
        Fact { row, value: value.into(), span: Span { from: at(from), until }, set: set(1) }
    }

    fn said(ledger: &Ledger<u8, String>) -> Vec<(i64, i64, String)> {
        let mut said: Vec<_> = ledger
            .of(&7)
            .iter()
            .map(|fact| (fact.span.from.millis(), fact.span.until.millis(), fact.value.clone()))
            .collect();
        said.sort();
        said
    }

    #[test]
    fn what_ends_is_shortened_and_stamped_and_can_come_back() {
        let mut ledger = Ledger::default();
        ledger.load(7, recorded("a", 10, FOREVER));
        ledger.put(&7, at(20), "b".to_owned(), set(2));
        ledger.put(&7, at(20), "c".to_owned(), set(2));
        assert_eq!(said(&ledger), [(10, 20, "a".into()), (20, i64::MAX, "c".into())]);
        assert_eq!(ledger.superseded().len(), 1, "what the same set said before leaves no row");
        assert_eq!(ledger.fresh().count(), 2);
        assert_eq!((ledger.at(&7, at(20)), ledger.recorded_at(&7, at(20))), (Some(&"c".into()), Some(&"a".into())));
        assert!(ledger.covers(&7, Span { from: at(10), until: FOREVER }) && !ledger.covers(&7, Span::since(at(9))));
        ledger.take_back(set(2), vec![(7, recorded("a", 10, FOREVER))]);
        assert_eq!(said(&ledger), [(10, i64::MAX, "a".into())]);
    }

    #[test]
    fn a_later_fact_is_seen_and_an_earlier_one_stays() {
        let mut ledger = Ledger::default();
        ledger.load(7, recorded("a", 10, at(20)));
        ledger.load(7, recorded("b", 20, FOREVER));
        let later = [(10, true), (19, true), (20, true), (21, false)];
        for (instant, expected) in later {
            assert_eq!(ledger.later(&7, at(instant)).is_some(), expected, "{instant}");
        }
        ledger.cut(&7, at(30), set(2));
        assert_eq!(said(&ledger), [(10, 20, "a".into()), (20, 30, "b".into())]);
        assert_eq!((ledger.superseded().len(), ledger.fresh().count()), (1, 1));
    }
}
