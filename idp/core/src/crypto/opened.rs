//! Data keys that were opened lately: reading and opening one for every record that lies under it would cost more than the record.
//!
//! They lie in memory as the master keys do, a bounded number of them, and are wiped when they go. What is kept here may be out of
//! date: whoever uses it has the database confirm that the key is still the one that is stored.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::seal::Sealed;
use crate::types::Secret;

/// Keys of each of two generations.
const MOST: usize = 2_048;

/// A key as it is stored, and opened.
pub struct Opened {
    /// The bytes that lie in the database.
    pub sealed: Sealed,
    /// What they hold.
    pub key: Secret<[u8; 32]>,
}

/// Opened keys by the owner of the data under them. When the young generation is full, it becomes the old one, and the old one goes.
#[derive(Default)]
pub struct OpenedKeys(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Uuid, Arc<Opened>>,
    old: HashMap<Uuid, Arc<Opened>>,
}

impl OpenedKeys {
    fn with<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key of an owner, if it was opened lately.
    pub fn get(&self, owner: Uuid) -> Option<Arc<Opened>> {
        self.with(|all| {
            if let Some(found) = all.young.get(&owner) {
                return Some(Arc::clone(found));
            }
            let found = all.old.remove(&owner)?;
            all.put(owner, Arc::clone(&found));
            Some(found)
        })
    }

    /// Keeps an opened key.
    pub fn put(&self, owner: Uuid, opened: Opened) -> Arc<Opened> {
        let opened = Arc::new(opened);
        self.with(|all| all.put(owner, Arc::clone(&opened)));
        opened
    }

    /// Forgets the key of one owner.
    pub fn forget(&self, owner: Uuid) {
        self.with(|all| {
            all.young.remove(&owner);
            all.old.remove(&owner);
        });
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.with(|all| *all = Generations::default());
    }
}

impl Generations {
    fn put(&mut self, owner: Uuid, opened: Arc<Opened>) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(owner, opened);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{MOST, Opened, OpenedKeys, Sealed};
    use crate::types::Secret;

    fn opened() -> Opened {
        Opened { sealed: Sealed { key_id: "k1".into(), bytes: vec![1] }, key: Secret::new([7; 32]) }
    }

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let (keys, used) = (OpenedKeys::default(), Uuid::from_u128(0));
        keys.put(used, opened());
        for number in 1..=4 * MOST {
            keys.put(Uuid::from_u128(number as u128), opened());
            assert!(number % 100 != 0 || keys.get(used).is_some(), "{number}");
        }
        let kept = (1..=4 * MOST).filter(|number| keys.get(Uuid::from_u128(*number as u128)).is_some()).count();
        assert!((MOST..=2 * MOST).contains(&kept), "{kept}");
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let (keys, [a, b]) = (OpenedKeys::default(), [1, 2].map(Uuid::from_u128));
        keys.put(a, opened());
        keys.put(b, opened());
        keys.forget(a);
        assert!(keys.get(a).is_none() && keys.get(b).is_some());
        keys.clear();
        assert!(keys.get(b).is_none());
    }
}
