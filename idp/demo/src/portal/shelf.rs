//! Values by a random key, each with a lifetime, never more than a fixed number.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// A bounded, expiring store. All values live equally long, so the oldest is always the next to go.
pub(super) struct Shelf<T> {
    capacity: usize,
    lifetime_ms: i64,
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    values: HashMap<String, (i64, T)>,
    /// Expiry and key, oldest first; a key whose value was taken stays until its time.
    order: VecDeque<(i64, String)>,
}

impl<T: Clone> Shelf<T> {
    pub(super) fn new(capacity: usize, lifetime_seconds: i64) -> Self {
        let inner = Inner { values: HashMap::new(), order: VecDeque::new() };
        Self { capacity, lifetime_ms: lifetime_seconds * 1000, inner: Mutex::new(inner) }
    }

    /// Keeps a value. The oldest makes room when the shelf is full.
    pub(super) fn put(&self, key: &str, value: T, now_ms: i64) {
        self.put_new(key, value, now_ms);
    }

    /// Keeps a value and says whether the key was free: the judge of everything that may happen once only.
    pub(super) fn put_new(&self, key: &str, value: T, now_ms: i64) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.make_room(self.capacity, now_ms);
        if inner.values.contains_key(key) {
            return false;
        }
        let expires_at = now_ms.saturating_add(self.lifetime_ms);
        inner.values.insert(key.to_owned(), (expires_at, value));
        inner.order.push_back((expires_at, key.to_owned()));
        true
    }

    /// A copy of a value that still lives.
    pub(super) fn get(&self, key: &str, now_ms: i64) -> Option<T> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.values.get(key).filter(|(expires_at, _)| *expires_at > now_ms).map(|(_, value)| value.clone())
    }

    /// Removes a value and returns it if it still lived: two callers never both get it.
    pub(super) fn take(&self, key: &str, now_ms: i64) -> Option<T> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.values.remove(key).filter(|(expires_at, _)| *expires_at > now_ms).map(|(_, value)| value)
    }

    /// Removes every value that `which` says yes to, and returns how many there were.
    pub(super) fn remove_all(&self, which: impl Fn(&T) -> bool) -> usize {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let before = inner.values.len();
        inner.values.retain(|_, (_, value)| !which(value));
        before - inner.values.len()
    }
}

impl<T> Inner<T> {
    fn make_room(&mut self, capacity: usize, now_ms: i64) {
        while let Some((expires_at, key)) = self.order.front() {
            if *expires_at > now_ms && self.order.len() < capacity {
                break;
            }
            // The key may have been taken and used anew since.
            if self.values.get(key).is_some_and(|(held_until, _)| held_until == expires_at) {
                self.values.remove(key);
            }
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shelf;

    #[test]
    fn a_value_lives_for_its_time_and_is_taken_once() {
        let shelf = Shelf::new(10, 1);
        shelf.put("a", 1, 0);
        assert_eq!((shelf.get("a", 999), shelf.get("a", 1000)), (Some(1), None));
        assert_eq!((shelf.take("a", 0), shelf.take("a", 0)), (Some(1), None));
    }

    #[test]
    fn a_key_is_new_once_until_it_expires() {
        let shelf = Shelf::new(10, 1);
        assert!(shelf.put_new("jti", (), 0));
        assert!(!shelf.put_new("jti", (), 999));
        assert!(shelf.put_new("jti", (), 1000));
    }

    #[test]
    fn the_oldest_makes_room() {
        let shelf = Shelf::new(2, 1000);
        for (at, key) in ["a", "b", "c"].into_iter().enumerate() {
            shelf.put(key, at, i64::try_from(at).unwrap_or_default());
        }
        assert_eq!((shelf.get("a", 3), shelf.get("b", 3), shelf.get("c", 3)), (None, Some(1), Some(2)));
        assert_eq!(shelf.remove_all(|value| *value == 1), 1);
        assert_eq!((shelf.get("b", 3), shelf.get("c", 3)), (None, Some(2)));
    }

    #[test]
    fn taken_keys_do_not_pile_up() {
        let shelf = Shelf::new(3, 1000);
        for at in 0..100 {
            shelf.put(&at.to_string(), (), at);
            shelf.take(&at.to_string(), at);
        }
        let inner = shelf.inner.lock().expect("no panic inside");
        assert!(inner.values.is_empty() && inner.order.len() <= 3);
    }
}
