//! Date of birth: a full day, or only the year, as older citizens' records have it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::types::time::Day;

/// Earliest year accepted: the first the personal number can write.
const FIRST_YEAR: i32 = 1900;
/// Last year accepted where no day is given to compare with: the last the personal number can write.
const LAST_YEAR: i32 = 2399;

/// A date of birth, from 1900 on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthDate(Known);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Known {
    Full(Day),
    Year(u16),
}

/// Why a text is not a date of birth. Each is its own text on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateError {
    /// Nothing.
    #[error("the date of birth is empty")]
    Empty,
    /// None of `yyyy-MM-dd`, `dd/MM/yyyy`, `yyyy`.
    #[error("the date of birth has an unknown form")]
    Form,
    /// A day the calendar does not have, such as 30 February.
    #[error("the date of birth does not exist in the calendar")]
    NoSuchDay,
    /// Before 1900.
    #[error("the date of birth is too long ago")]
    TooEarly,
    /// After the day it was compared with.
    #[error("the date of birth is in the future")]
    Future,
}

/// How the population registry takes a date of birth: one of two elements.
#[derive(Clone, PartialEq, Eq)]
pub enum RegistryDate {
    /// `NgayThangNam`, as `yyyyMMdd`.
    Day(String),
    /// `Nam`, as `yyyy`.
    Year(String),
}

impl BirthDate {
    /// Reads what a person typed: `yyyy-MM-dd`, `dd/MM/yyyy` (one or two digits; `-` and `.` are taken for `/`), `yyyy`.
    /// `today` is the day in Vietnam; a birth after it is refused.
    pub fn parse(raw: &str, today: Day) -> Result<Self, BirthDateError> {
        let birth = Self::from_claim(raw)?;
        let future = match birth.0 {
            Known::Full(day) => day > today,
            Known::Year(year) => i64::from(year) > today.ymd().0,
        };
        if future { Err(BirthDateError::Future) } else { Ok(birth) }
    }

    /// Reads a value that was accepted before (a row, a configuration file): the same forms, no comparison with today.
    pub fn from_claim(raw: &str) -> Result<Self, BirthDateError> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Err(BirthDateError::Empty);
        }
        let parts: Vec<&str> = raw.split(['-', '/', '.']).map(str::trim).collect();
        match parts.as_slice() {
            [year] => Ok(Self(Known::Year(year_of(year)? as u16))),
            [year, month, day] if year.len() == 4 => Self::day(year, month, day),
            [day, month, year] => Self::day(year, month, day),
            _ => Err(BirthDateError::Form),
        }
    }

    /// Year of birth.
    pub fn year(&self) -> u16 {
        match self.0 {
            Known::Full(day) => day.ymd().0 as u16,
            Known::Year(year) => year,
        }
    }

    /// The day, or `None` where only the year is known.
    pub fn full_day(&self) -> Option<Day> {
        match self.0 {
            Known::Full(day) => Some(day),
            Known::Year(_) => None,
        }
    }

    /// The `birthdate` claim of OpenID Connect Core §5.1: `YYYY-MM-DD`, or `YYYY` where only the year is known.
    pub fn to_claim(&self) -> String {
        match self.0 {
            Known::Full(day) => day.to_string(),
            Known::Year(year) => format!("{year:04}"),
        }
    }

    /// The form the population registry takes.
    pub fn to_registry(&self) -> RegistryDate {
        match self.0 {
            Known::Full(day) => {
                let (year, month, day) = day.ymd();
                RegistryDate::Day(format!("{year:04}{month:02}{day:02}"))
            }
            Known::Year(year) => RegistryDate::Year(format!("{year:04}")),
        }
    }

    fn day(year: &str, month: &str, day: &str) -> Result<Self, BirthDateError> {
        let year = year_of(year)?;
        let day = Day::from_ymd(year, short(month)?, short(day)?).ok_or(BirthDateError::NoSuchDay)?;
        Ok(Self(Known::Full(day)))
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(…)")
    }
}

impl TryFrom<String> for BirthDate {
    type Error = BirthDateError;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::from_claim(&raw)
    }
}

impl From<BirthDate> for String {
    fn from(birth: BirthDate) -> Self {
        birth.to_claim()
    }
}

/// Exactly four digits, 1900 or later.
fn year_of(text: &str) -> Result<i32, BirthDateError> {
    if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BirthDateError::Form);
    }
    match text.parse() {
        Ok(year) if year < FIRST_YEAR => Err(BirthDateError::TooEarly),
        Ok(year) if year > LAST_YEAR => Err(BirthDateError::Future),
        Ok(year) => Ok(year),
        Err(_) => Err(BirthDateError::Form),
    }
}

/// One or two digits.
fn short(text: &str) -> Result<u8, BirthDateError> {
    if !(1..=2).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BirthDateError::Form);
    }
    text.parse().map_err(|_| BirthDateError::Form)
}
