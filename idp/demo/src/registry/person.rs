//! The invented population: 200 rows of `data/persons.csv`, read once.

use std::sync::LazyLock;

use serde::Deserialize;
use time::{Date, Month};

/// One invented person, as registered.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// Twelve digits.
    pub personal_number: String,
    /// Family name first, with its marks.
    pub full_name: String,
    /// A day, or only a year.
    #[serde(deserialize_with = "birthdate")]
    pub birthdate: Birthdate,
    /// As registered; the number repeats it.
    pub sex: Sex,
    /// Five digits, the division in force since 1 July 2025.
    pub commune_code: String,
    /// For example `Phường Ba Đình`.
    pub commune_name: String,
    /// Two digits.
    pub province_code: String,
    /// For example `Thành phố Huế`.
    pub province_name: String,
}

/// Male or female, the two values that the registry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// `0`, `2`, … in the fourth digit.
    Male,
    /// `1`, `3`, … in the fourth digit.
    Female,
}

/// When somebody was born. Of some older people only the year is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birthdate {
    /// Day, month and year.
    Day(Date),
    /// The year alone.
    Year(i32),
}

impl Birthdate {
    /// Reads `YYYY-MM-DD` or `YYYY`; `None` for anything else and for days that no calendar has.
    pub fn parse(text: &str) -> Option<Self> {
        match (text.len(), text.split('-').collect::<Vec<_>>().as_slice()) {
            (4, [year]) => Self::from_year(year),
            (10, [year, month, day]) => Self::from_parts(year, month, day),
            _ => None,
        }
    }

    /// Reads the registry's `yyyyMMdd`.
    pub(super) fn from_compact(text: &str) -> Option<Self> {
        let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        if digits { Self::from_parts(&text[..4], &text[4..6], &text[6..]) } else { None }
    }

    /// Reads the registry's `Nam`: four digits.
    pub(super) fn from_year(text: &str) -> Option<Self> {
        number(text, 4).filter(|year| *year > 1800).map(Self::Year)
    }

    fn from_parts(year: &str, month: &str, day: &str) -> Option<Self> {
        let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
        let day = u8::try_from(number(day, 2)?).ok()?;
        Date::from_calendar_date(number(year, 4)?, month, day).ok().map(Self::Day)
    }

    /// The year, always known.
    pub const fn year(self) -> i32 {
        match self {
            Self::Day(date) => date.year(),
            Self::Year(year) => year,
        }
    }

    /// What a person types into a form: `dd/mm/yyyy`, or the year.
    pub fn written(self) -> String {
        match self {
            Self::Day(date) => format!("{:02}/{:02}/{:04}", date.day(), u8::from(date.month()), date.year()),
            Self::Year(year) => format!("{year:04}"),
        }
    }

    /// Whether a question about `given` is answered yes for somebody registered with `self`.
    ///
    /// A year asks for the year alone. A day never agrees with a registered year: the registry does not know the day.
    pub(super) fn agrees_with(self, given: Self) -> bool {
        match given {
            Self::Year(year) => self.year() == year,
            Self::Day(_) => self == given,
        }
    }
}

fn number(text: &str, digits: usize) -> Option<i32> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn birthdate<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Birthdate, D::Error> {
    let text = String::deserialize(from)?;
    Birthdate::parse(&text).ok_or_else(|| serde::de::Error::custom("birthdate is neither YYYY-MM-DD nor YYYY"))
}

/// The sample population, in the order of its file.
pub fn people() -> &'static [Person] {
    static PEOPLE: LazyLock<Vec<Person>> = LazyLock::new(|| {
        let mut reader = csv::Reader::from_reader(include_str!("../../data/persons.csv").as_bytes());
        reader.deserialize().collect::<Result<_, _>>().expect("the file is part of this program and a test reads it")
    });
    &PEOPLE
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Birthdate, Sex, people};

    #[test]
    fn every_number_repeats_sex_year_and_row() {
        for (row, person) in people().iter().enumerate() {
            let year = person.birthdate.year();
            let sex = (year - 1900) / 100 * 2 + i32::from(person.sex == Sex::Female);
            let tail = format!("{sex}{:02}{:06}", year % 100, row + 1);
            assert!(person.personal_number.starts_with('0'), "{}", person.personal_number);
            assert_eq!(person.personal_number[3..], tail, "{}", person.full_name);
            assert!(
                person.personal_number.len() == 12 && person.commune_code.len() == 5 && person.province_code.len() == 2
            );
        }
    }

    #[test]
    fn the_population_has_the_cases_that_matter() {
        let all = people();
        assert_eq!(all.len(), 200);
        assert_eq!(all.iter().map(|p| &p.personal_number).collect::<HashSet<_>>().len(), 200);
        assert_eq!(all.iter().filter(|p| matches!(p.birthdate, Birthdate::Year(_))).count(), 16);
        for needed in ["H'Hen Niê", "Trần Thị Hoà", "Lê Minh Hòa"] {
            assert!(all.iter().any(|p| p.full_name == needed), "{needed}");
        }
        assert_eq!(all.iter().filter(|p| p.full_name == "Nguyễn Văn An").count(), 2);
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar_or_a_year() {
        for (text, known) in [
            ("1985-03-15", true),
            ("1985", true),
            ("2000-02-29", true),
            ("1900-02-29", false),
            ("1985-13-01", false),
            ("1985-3-15", false),
            ("19850315", false),
            ("+985", false),
            ("", false),
        ] {
            assert_eq!(Birthdate::parse(text).is_some(), known, "{text}");
        }
    }

    #[test]
    fn a_year_asks_for_the_year_and_a_day_for_the_day() {
        for (registered, given, agrees) in [
            ("1985-03-15", "1985-03-15", true),
            ("1985-03-15", "1985", true),
            ("1985-03-15", "1985-03-16", false),
            ("1985", "1985", true),
            ("1985", "1986", false),
            ("1985", "1985-01-01", false),
        ] {
            let [registered, given] = [registered, given].map(|text| Birthdate::parse(text).expect("a date"));
            assert_eq!(registered.agrees_with(given), agrees, "{registered:?} {given:?}");
        }
    }
}
