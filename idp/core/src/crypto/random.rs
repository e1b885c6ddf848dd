//! The one source of randomness.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

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
    let (millis, count) = COUNTERS.lock().unwrap_or_else(PoisonError::into_inner).next(millis);
    let mut random = bytes::<10>();
    random[..2].copy_from_slice(&count.to_be_bytes());
    let value: Uuid = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Id::from_uuid(value)
}

static COUNTERS: Mutex<Counters> = Mutex::new(Counters(VecDeque::new()));

/// One counter for each time that is told in this process, the one used last at the end: a server has one clock, a test has several servers
/// with a clock of its own each, and none may turn round the order of another.
struct Counters(VecDeque<Counter>);

impl Counters {
    const MOST: usize = 64;

    fn next(&mut self, now: u64) -> (u64, u16) {
        let place = self.0.iter().rposition(|counter| counter.goes_on(now));
        let mut counter = place.and_then(|place| self.0.remove(place)).unwrap_or(Counter { millis: 0, count: 0 });
        let made = counter.next(now);
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(counter);
        made
    }
}

/// The counter of RFC 9562 section 6.2, method 1: twelve bits behind the milliseconds.
struct Counter {
    millis: u64,
    count: u16,
}

impl Counter {
    const BITS: u32 = 12;
    /// A clock that steps back by less than this, in milliseconds, does not turn the order.
    const SLACK: u64 = 1_000;

    /// Whether it is of the same clock: no further from that instant than a clock steps.
    fn goes_on(&self, now: u64) -> bool {
        self.millis.abs_diff(now) < Self::SLACK
    }

    fn next(&mut self, now: u64) -> (u64, u16) {
        let is_late = self.millis.checked_sub(now).is_some_and(|ahead| ahead < Self::SLACK);
        let is_spent = self.count + 1 == 1 << Self::BITS;
        *self = match (is_late, is_spent) {
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

    use super::{Counter, Counters, VecDeque, below, bytes, readable};

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
    fn two_clocks_in_one_process_turn_no_order_round() {
        let mut counters = Counters(VecDeque::new());
        let made: Vec<[(u64, u16); 2]> = (0..3_000).map(|_| [counters.next(5_000), counters.next(9_000_000)]).collect();
        for clock in 0..2 {
            assert!(made.windows(2).all(|two| two[0][clock] < two[1][clock]), "{clock}");
        }
        for other in 0..1_000 {
            counters.next(20_000_000 + other * 5_000);
        }
        assert_eq!(counters.0.len(), Counters::MOST);
    }

    #[test]
    fn readable_codes_have_no_look_alikes() {
        let text = readable(2_000);
        assert!(!text.contains(['I', 'L', 'O', 'U']));
        assert!((0..1_000).all(|_| below(7) < 7));
    }
}
