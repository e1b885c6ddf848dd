//! The one source of randomness.

use uuid::{Builder, Uuid};

use crate::types::{Id, Timestamp};

/// `N` random bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("without randomness nothing here is safe, so nothing may go on");
    bytes
}

/// A new UUIDv7 (RFC 9562 section 5.7) made at `now`, so that keys of rows follow time.
pub fn id<T>(now: Timestamp) -> Id<T> {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let value: Uuid = Builder::from_unix_timestamp_millis(millis, &bytes::<10>()).into_uuid();
    Id::from_uuid(value)
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

    use super::{below, bytes, readable};

    #[test]
    fn draws_do_not_repeat() {
        let drawn: HashSet<[u8; 16]> = (0..10_000).map(|_| bytes()).collect();
        assert_eq!(drawn.len(), 10_000);
    }

    #[test]
    fn readable_codes_have_no_look_alikes() {
        let text = readable(2_000);
        assert!(!text.contains(['I', 'L', 'O', 'U']));
        assert!((0..1_000).all(|_| below(7) < 7));
    }
}
