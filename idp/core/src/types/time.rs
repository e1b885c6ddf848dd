//! Instants, days and the one clock.
//!
//! An instant is in unix milliseconds. A decision takes effect at 00:00 of its day in Asia/Ho_Chi_Minh, which has been
//! UTC+7 without daylight saving since 1975; so a day is a count of days at that fixed offset. Intervals are half-open.

use std::{
    borrow::Cow,
    fmt,
    ops::{Add, Sub},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY_MS: i64 = 86_400_000;
const OFFSET_MS: i64 = 7 * 3_600_000;

/// An instant in unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From unix milliseconds, as rows hold it.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Unix milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole unix seconds, as JWT claims hold it (RFC 7519 NumericDate).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// From whole unix seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// How long ago `earlier` was; zero where it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The day in Asia/Ho_Chi_Minh in which this instant lies.
    pub const fn day(self) -> Day {
        Day(self.0.saturating_add(OFFSET_MS).div_euclid(DAY_MS))
    }

    /// As people here read it: `15/03/2026 08:05:09 (UTC+7)`.
    pub fn show(self) -> String {
        let (year, month, day) = self.day().ymd();
        let second = self.since(self.day().start()).as_secs();
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("{day:02}/{month:02}/{year:04} {hour:02}:{minute:02}:{second:02} (UTC+7)")
    }

    /// RFC 3339 in UTC+7, to the second, for people and for messages.
    pub fn rfc3339(self) -> String {
        let local = self.0.saturating_add(OFFSET_MS);
        let (year, month, day) = civil(local.div_euclid(DAY_MS));
        let second = local.rem_euclid(DAY_MS) / 1_000;
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+07:00", second / 3_600, second / 60 % 60, second % 60)
    }

    /// Reads RFC 3339 of any zone; what is finer than a millisecond is dropped. `None`: not such a text.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let instant = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
        i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A day in Asia/Ho_Chi_Minh, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day of a calendar date; `None` where the calendar has no such date or the year is not 1 to 9999.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        let day = i64::from(date.to_julian_day()) - 2_440_588;
        (1..=9_999).contains(&year).then_some(Self(day))
    }

    /// Year, month, day.
    pub fn ymd(self) -> (i64, u8, u8) {
        civil(self.0)
    }

    /// The instant at which this day begins, and at which a decision of this day takes effect.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 * DAY_MS - OFFSET_MS)
    }

    /// The instant at which it is over: the end of a span to which the whole day belongs.
    pub const fn end(self) -> Timestamp {
        Self(self.0 + 1).start()
    }
}

impl FromStr for Day {
    type Err = NoSuchDay;

    /// Reads the form of ISO 8601 with dashes, `2025-07-01`, and no other.
    fn from_str(text: &str) -> Result<Self, NoSuchDay> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(NoSuchDay) };
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(NoSuchDay);
        }
        let number = |text: &str| text.parse().map_err(|_| NoSuchDay);
        let (month, day) = (number(month)?, number(day)?);
        Self::from_ymd(i32::from(year.parse::<u16>().map_err(|_| NoSuchDay)?), month, day).ok_or(NoSuchDay)
    }
}

/// A text is not a day of the calendar in the form `2025-07-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the calendar in the form 2025-07-01")]
pub struct NoSuchDay;

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Gregorian date of a day count (days from 1970-01-01), by the usual era arithmetic.
fn civil(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u8, day as u8)
}

/// A half-open span `from ≤ t < until`; `None` as `until` means open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Option<Timestamp>,
}

impl Interval {
    /// Whether `at` lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// The one source of the present. A test moves it; nothing else does.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Follows the system's time.
    pub fn system() -> Self {
        Self::default()
    }

    /// Goes so many seconds ahead of the system's time, or behind it: a demonstration of another day.
    pub fn ahead(seconds: i64) -> Self {
        let clock = Self::system();
        clock.offset_ms.store(seconds.saturating_mul(1_000), Ordering::Relaxed);
        clock
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp(millis.saturating_add(self.offset_ms.load(Ordering::Relaxed)))
    }

    /// Moves the present forward for every holder of this clock. Only tests may reach it: see `test.clock`.
    pub fn advance(&self, by: Duration) {
        self.offset_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Day, Interval, NoSuchDay, Timestamp};
    use std::time::Duration;

    #[test]
    fn a_decision_takes_effect_at_midnight_in_viet_nam() {
        let reform = Day::from_ymd(2025, 7, 1).expect("a real date");
        assert_eq!(reform.start().rfc3339(), "2025-07-01T00:00:00+07:00");
        assert_eq!((reform.start() - Duration::from_millis(1)).day().to_string(), "2025-06-30");
        assert_eq!(reform.start().day(), reform);
    }

    #[test]
    fn dates_go_there_and_back() {
        for (year, month, day) in [(1970, 1, 1), (2000, 2, 29), (1900, 3, 1), (2038, 1, 19), (1, 1, 1)] {
            let made = Day::from_ymd(year, month, day).expect("a real date");
            assert_eq!(made.ymd(), (i64::from(year), month, day));
        }
        assert_eq!(Day::from_ymd(2025, 2, 29), None);
        assert_eq!(Day::from_ymd(2025, 13, 1), None);
        assert_eq!("2025-07-01".parse(), Ok(Day::from_ymd(2025, 7, 1).expect("a real date")));
        for text in ["2025-7-1", "01/07/2025", "2025-02-29", "2025-07-01T00:00", "+025-07-01", ""] {
            assert_eq!(text.parse::<Day>(), Err(NoSuchDay), "{text}");
        }
    }

    #[test]
    fn instants_are_read_in_any_zone() {
        for (text, millis) in [
            ("1970-01-01T07:00:00+07:00", Some(0)),
            ("1970-01-01T00:00:01.2509Z", Some(1_250)),
            ("1969-12-31T23:59:59.9999Z", Some(-1)),
            ("1970-01-01", None),
            ("1970-01-01T00:00:00", None),
            ("1970-02-30T00:00:00Z", None),
        ] {
            assert_eq!(Timestamp::from_rfc3339(text).map(Timestamp::millis), millis, "{text}");
        }
        let now = Timestamp::from_seconds(1_763_000_000);
        assert_eq!(Timestamp::from_rfc3339(&now.rfc3339()), Some(now));
    }

    #[test]
    fn intervals_are_half_open() {
        let span = Interval { from: Timestamp::from_millis(10), until: Some(Timestamp::from_millis(20)) };
        let inside = [(9, false), (10, true), (19, true), (20, false)];
        for (millis, expected) in inside {
            assert_eq!(span.contains(Timestamp::from_millis(millis)), expected, "{millis}");
        }
    }

    #[test]
    fn a_clock_moves_for_all_its_holders() {
        let clock = Clock::system();
        let other = clock.clone();
        let before = other.now();
        clock.advance(Duration::from_secs(3_600));
        assert!(other.now().since(before) >= Duration::from_secs(3_600));
    }
}
