//! The 12-digit personal identification number: `PPP G YY NNNNNN`, no check digit.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::BirthDate;

/// Longest raw input looked at. People paste numbers with separators, never a page of text.
const MAX_RAW: usize = 64;

/// Statistical codes of the 63 provinces before 1 July 2025. A prefix is `0` and the code; numbers already issued
/// kept their prefix through the mergers, so the *old* table decodes them.
const PROVINCES: [u8; 63] = [
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45,
    46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92,
    93, 94, 95, 96,
];

/// Codes that denote another, larger province since 1 July 2025: the place depends on when the birth was registered.
const REUSED: [u8; 7] = [15, 24, 44, 52, 80, 82, 91];

/// A well-formed personal number, normalised to 12 ASCII digits. Kept as text: a leading zero is part of it.
///
/// Well-formed is not issued, and issued is not "the person in front of us". It is never a key and never `sub`:
/// a number can be cancelled and established anew.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalId(String);

/// Why a text is not a personal number. Each is its own text on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonalIdError {
    /// Nothing but separators.
    #[error("the personal number is empty")]
    Empty,
    /// 11 digits: a spreadsheet dropped the leading zero. Never padded silently, or we would look up someone else.
    #[error("the personal number has 11 digits; a leading zero was probably lost")]
    LostZero,
    /// 9 digits: the number of the old identity card (CMND), which has no place here.
    #[error("this is the number of an old 9-digit card")]
    OldCard,
    /// Any other number of digits.
    #[error("the personal number must have 12 digits")]
    Length,
    /// A character that is neither a digit nor a separator.
    #[error("the personal number holds a character that is not a digit")]
    NonDigit,
    /// `000000000000`, what forms and imports write for "none".
    #[error("the personal number is all zeros")]
    AllZero,
}

/// Where the birth was registered, read from the first three digits. Only [`Place::Province`] is sure of its table;
/// the other two are notes for an officer, never a reason to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One of the 63 provinces before July 2025.
    Province {
        /// Statistical code of that province, 1 to 96.
        code: u8,
        /// The same code names another province since July 2025.
        reused: bool,
    },
    /// Does not begin with `0`: perhaps the country code of a birth registered abroad.
    PerhapsAbroad,
    /// Begins with `0` but is in no table we have: perhaps a table made after July 2025.
    Unknown,
}

/// Sex as written in the fourth digit. A mismatch with what a person says is a note, not a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Even fourth digit.
    Male,
    /// Odd fourth digit.
    Female,
}

/// How a number agrees with what its holder declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Nothing contradicts.
    Agrees,
    /// The year of birth differs: a strong sign of a typing error. The registry still decides.
    YearDiffers,
    /// The sex differs: a note only, for the registry is the authority.
    SexDiffers,
}

impl PersonalId {
    /// Reads what a person typed or pasted: full-width digits, spaces, dots and dashes are normalised away.
    pub fn parse(raw: &str) -> Result<Self, PersonalIdError> {
        if raw.len() > MAX_RAW * 4 {
            return Err(PersonalIdError::Length);
        }
        let digits: String = raw.nfkc().filter(|c| !is_separator(*c)).take(MAX_RAW).collect();
        if digits.chars().any(|c| !c.is_ascii_digit()) {
            return Err(PersonalIdError::NonDigit);
        }
        match digits.len() {
            0 => Err(PersonalIdError::Empty),
            9 => Err(PersonalIdError::OldCard),
            11 => Err(PersonalIdError::LostZero),
            12 if digits.bytes().all(|b| b == b'0') => Err(PersonalIdError::AllZero),
            12 => Ok(Self(digits)),
            _ => Err(PersonalIdError::Length),
        }
    }

    /// The 12 digits. For the registry, the seal and the blind index; never for a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form pages and messages show: first three and last four digits, `079•••••0001`.
    pub fn masked(&self) -> String {
        format!("{}•••••{}", &self.0[..3], &self.0[8..])
    }

    /// Where the birth was registered.
    pub fn place(&self) -> Place {
        let prefix = self.number(0, 3);
        let Ok(code) = u8::try_from(prefix) else {
            return Place::PerhapsAbroad;
        };
        if prefix >= 100 {
            Place::PerhapsAbroad
        } else if PROVINCES.contains(&code) {
            Place::Province { code, reused: REUSED.contains(&code) }
        } else {
            Place::Unknown
        }
    }

    /// Sex as the fourth digit says.
    pub fn sex(&self) -> Sex {
        if self.number(3, 4).is_multiple_of(2) { Sex::Male } else { Sex::Female }
    }

    /// Year of birth, 1900 to 2399: the fourth digit carries the century, two values for each from 1900 on.
    pub fn birth_year(&self) -> u16 {
        1900 + 100 * (self.number(3, 4) / 2) + self.number(4, 6)
    }

    /// Whether the year of birth lies after `year`. A flag for an officer; the number itself stays well-formed.
    pub fn born_after(&self, year: u16) -> bool {
        self.birth_year() > year
    }

    /// Sets the number beside what its holder declares. `sex` is `None` where nothing was declared.
    pub fn compare(&self, birth: &BirthDate, sex: Option<Sex>) -> Comparison {
        if birth.year() != self.birth_year() {
            Comparison::YearDiffers
        } else if sex.is_some_and(|sex| sex != self.sex()) {
            Comparison::SexDiffers
        } else {
            Comparison::Agrees
        }
    }

    /// The digits `from..to` as a number; all are ASCII digits by construction.
    fn number(&self, from: usize, to: usize) -> u16 {
        self.0.as_bytes()[from..to].iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
    }
}

impl fmt::Debug for PersonalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalId({})", self.masked())
    }
}

impl TryFrom<String> for PersonalId {
    type Error = PersonalIdError;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<PersonalId> for String {
    fn from(id: PersonalId) -> Self {
        id.0
    }
}

/// What people and documents put between digits, after NFKC (which turns a no-break space into a space).
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '.' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}
