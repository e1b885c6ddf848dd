//! When to try again. Pure.

use std::time::Duration;

/// Tries in all: with the waits below, about two days.
pub(super) const MOST_TRIES: i64 = 14;
const FIRST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(6);

/// How long to wait after this many tries: a minute, then twice as long each time, six hours at most.
pub(super) fn wait(tries: i64) -> Duration {
    let doubled = u32::try_from(tries.clamp(1, 16) - 1).map_or(u32::MAX, |times| 1 << times);
    FIRST.saturating_mul(doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{MOST_TRIES, wait};

    #[test]
    fn waits_double_up_to_six_hours() {
        let cases = [(0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 360), (14, 360), (1_000, 360)];
        for (tries, minutes) in cases {
            assert_eq!(wait(tries).as_secs(), minutes * 60, "{tries}");
        }
        let all: u64 = (1..MOST_TRIES).map(|tries| wait(tries).as_secs()).sum();
        assert!((24 * 3_600..72 * 3_600).contains(&all), "{all}");
    }
}
