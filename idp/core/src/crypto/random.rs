//! The one source of randomness.

use std::sync::{Mutex, PoisonError};

use uuid::{Builder, Uuid};

use crate::types::{Id, Timestamp};

/// `N` random bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("without randomness nothing here is safe, so nothing may go on");
    bytes
}

/// A new UUIDv7 (RFC 9562 section 5.7) made at `now`, so that keys of rows follow time. Within one millisecond they follow the order in
/// which this process made them: of two posts of one decision the first one stays the older one.
pub fn id<T>(now: Timestamp) -> Id<T> {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let (millis, count) = COUNTER.lock().unwrap_or_else(PoisonError::into_inner).next(millis);
    let mut random = bytes::<10>();
    random[..2].copy_from_slice(&count.to_be_bytes());
    let value: Uuid = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Id::from_uuid(value)
}

static COUNTER: Mutex<Counter> = Mutex::new(Counter { millis: 0, count: 0 });

/// The counter of RFC 9562 section 6.2, method 1: twelve bits behind the milliseconds.
struct Counter {
    millis: u64,
    count: u16,
}

impl Counter {
    const BITS: u32 = 12;
    /// A clock that steps back by less than this, in milliseconds, does not turn the order.
    const SLACK: u64 = 1_000;

    fn next(&mut self, now: u64) -> (u64, u16) {
        let goes_on = self.millis.checked_sub(now).is_some_and(|ahead| ahead < Self::SLACK);
        let is_spent = self.count + 1 == 1 << Self::BITS;
        *self = match (goes_on, is_spent) {
            (true, false) => Self { count: self.count + 1, ..*self },
            // It starts in the lower half, so at least two thousand fit into each millisecond; what is over borrows from the next.
            (true, true) => Self { millis: self.millis + 1, count: seed() },
            (false, _) => Self { millis: now, count: seed() },
        };
        (self.millis, self.count)
    }
}

fn seed() -> u16 {
    u16::from_be_bytes(bytes()) >> (16 - Counter::BITS + 1)
}

/// `length` characters of Crockford's base 32 without look-alikes: for codes that people read out on the telephone.
pub fn readable(length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let byte = bytes::<1>()[0];
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    text
}

/// A number below `bound`, without bias.
pub fn below(bound: u32) -> u32 {
    debug_assert!(bound > 0, "a bound of zero has no number below it");
    let zone = u32::MAX - u32::MAX % bound;
    loop {
        let drawn = u32::from_le_bytes(bytes());
        if drawn < zone {
            return drawn % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Counter, below, bytes, readable};

    #[test]
    fn draws_do_not_repeat() {
        let drawn: HashSet<[u8; 16]> = (0..10_000).map(|_| bytes()).collect();
        assert_eq!(drawn.len(), 10_000);
    }

    #[test]
    fn a_spent_counter_borrows_and_a_clock_that_steps_back_is_followed_late() {
        let mut counter = Counter { millis: 0, count: 0 };
        let made: Vec<(u64, u16)> = (0..9_000).map(|_| counter.next(5_000)).collect();
        assert!(made.windows(2).all(|two| two[0] < two[1]));
        assert!(counter.millis > 5_000 && counter.millis < 5_006);
        assert!(counter.next(4_500).0 > 5_000, "half a second back");
        assert_eq!(counter.next(3_000).0, 3_000, "two seconds back");
    }

    #[test]
    fn readable_codes_have_no_look_alikes() {
        let text = readable(2_000);
        assert!(!text.contains(['I', 'L', 'O', 'U']));
        assert!((0..1_000).all(|_| below(7) < 7));
    }
}
