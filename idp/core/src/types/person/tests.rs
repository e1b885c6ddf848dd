use std::collections::HashSet;

use serde_json::Value;

use super::*;
use crate::types::time::Day;

const VECTORS: &str = include_str!("../../../tests-data/id-test-vectors.json");
const PREFIXES: &str = include_str!("../../../tests-data/province-prefixes.csv");

fn vectors(group: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let group = all[group].as_array().expect("the group is a list").clone();
    assert!(!group.is_empty());
    group
}

fn today() -> Day {
    Day::from_ymd(2026, 7, 1).expect("a day of the calendar")
}

fn sex(text: &str) -> Sex {
    if text == "male" { Sex::Male } else { Sex::Female }
}

fn error_word(error: PersonalIdError) -> &'static str {
    match error {
        PersonalIdError::LostZero => "length_11_leading_zero_lost",
        PersonalIdError::NonDigit => "non_digit",
        PersonalIdError::AllZero => "unknown_prefix",
        PersonalIdError::Empty | PersonalIdError::OldCard | PersonalIdError::Length => "length",
    }
}

fn flags(id: &PersonalId) -> HashSet<&'static str> {
    let place = match id.place() {
        Place::Province { reused: true, .. } => Some("prefix_meaning_time_dependent"),
        Place::PerhapsAbroad => Some("prefix_maybe_country_code"),
        Place::Province { .. } | Place::Unknown => None,
    };
    let year = id.born_after(2026).then_some("birth_year_in_future");
    place.into_iter().chain(year).collect()
}

#[test]
fn every_vector_of_the_personal_number() {
    for vector in vectors("personal_id_12") {
        let parsed = PersonalId::parse(vector["in"].as_str().expect("in"));
        // A soft failure of the vectors is a well-formed number with a note.
        if vector["ok"] == false && vector["severity"] == "soft" {
            assert_eq!(parsed.expect("soft").place(), Place::Unknown, "{vector}");
            continue;
        }
        if vector["ok"] == false {
            assert_eq!(vector["error"], error_word(parsed.expect_err("refused")), "{vector}");
            continue;
        }
        let id = parsed.expect("well-formed");
        if let Some(normalised) = vector["normalised"].as_str() {
            assert_eq!(id.as_str(), normalised);
        }
        if let Some(prefix) = vector["prefix"].as_str() {
            assert!(id.as_str().starts_with(prefix));
            assert!(matches!(id.place(), Place::Province { .. }), "{vector}");
        }
        if let Some(word) = vector["sex"].as_str() {
            assert_eq!(id.sex(), sex(word), "{vector}");
            assert_eq!(vector["year"], id.birth_year(), "{vector}");
        }
        if vector.get("year").is_some() || vector.get("flags").is_some() {
            let expected = vector["flags"].as_array().cloned().unwrap_or_default();
            let expected: HashSet<&str> = expected.iter().filter_map(Value::as_str).collect();
            assert_eq!(flags(&id), expected, "{vector}");
        }
    }
}

#[test]
fn every_vector_of_the_cross_checks() {
    for vector in vectors("cross_checks") {
        let id = PersonalId::parse(vector["id"].as_str().expect("id")).expect("well-formed");
        let birth = BirthDate::parse(vector["dob"].as_str().expect("dob"), today()).expect("a date");
        let expected = match vector["reason"].as_str() {
            Some("year") => Comparison::YearDiffers,
            Some("sex") => Comparison::SexDiffers,
            _ => Comparison::Agrees,
        };
        assert_eq!(vector["match"] == true, expected == Comparison::Agrees);
        assert_eq!(id.compare(&birth, vector["sex"].as_str().map(sex)), expected, "{vector}");
    }
}

#[test]
fn every_vector_of_the_old_card() {
    for vector in vectors("cmnd_9") {
        let error = PersonalId::parse(vector["in"].as_str().expect("in")).expect_err("never a personal number");
        let expected = if vector["ok"] == true { PersonalIdError::OldCard } else { PersonalIdError::Length };
        assert_eq!(error, expected, "{vector}");
    }
}

#[test]
fn every_vector_of_the_name_key() {
    for vector in vectors("name_key") {
        let name = FullName::parse(vector["in"].as_str().expect("in")).expect("a name");
        assert_eq!(name.key(), vector["out"].as_str().expect("out"));
        if let Some(same) = vector["same_as"].as_str() {
            assert_eq!(FullName::parse(same).expect("a name").key(), name.key());
        }
    }
}

#[test]
fn the_table_of_prefixes_is_the_published_one() {
    let rows: Vec<Vec<&str>> = PREFIXES.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 63);
    for row in rows {
        let id = PersonalId::parse(&format!("{}085000001", row[0])).expect("well-formed");
        let Place::Province { code, reused } = id.place() else { panic!("{row:?}") };
        assert_eq!(format!("{code:03}"), row[0]);
        assert_eq!(reused, row[2] == "yes", "{row:?}");
    }
    let known = (0..100).filter(|code| {
        let id = PersonalId::parse(&format!("{code:03}085000001")).expect("well-formed");
        matches!(id.place(), Place::Province { .. })
    });
    assert_eq!(known.count(), 63);
}

#[test]
fn a_number_is_never_shown_whole() {
    let id = PersonalId::parse("079085000001").expect("well-formed");
    assert_eq!(id.masked(), "079•••••0001");
    assert_eq!(format!("{id:?}"), "PersonalId(079•••••0001)");
    let name = FullName::parse("Đào Văn Thử").expect("a name");
    assert_eq!(format!("{name:?}"), "FullName(…)");
    let birth = BirthDate::parse("1985", today()).expect("a year");
    assert_eq!(format!("{birth:?}"), "BirthDate(…)");
}

#[test]
fn numbers_that_are_refused() {
    for (raw, error) in [
        ("", PersonalIdError::Empty),
        (" . - ", PersonalIdError::Empty),
        ("٠٧٩٠٨٥٠٠٠٠٠١", PersonalIdError::NonDigit),
        ("079085000001\0", PersonalIdError::NonDigit),
        ("079 085 000 0011", PersonalIdError::Length),
    ] {
        assert_eq!(PersonalId::parse(raw), Err(error), "{raw:?}");
    }
    assert_eq!(PersonalId::parse(&"1".repeat(100_000)), Err(PersonalIdError::Length));
    assert_eq!(PersonalId::parse("079\u{2011}085\u{a0}000001").expect("separators").as_str(), "079085000001");
}

#[test]
fn names_that_are_kept_and_refused() {
    for (raw, kept) in [
        ("  nguyễn   thị  Ánh  ", "nguyễn thị Ánh"),
        ("H\u{2019}Hen Niê", "H'Hen Niê"),
        ("Nguye\u{302}\u{303}n Va\u{306}n An", "Nguyễn Văn An"),
        ("Anne-Marie St. John", "Anne-Marie St. John"),
        ("김민수", "김민수"),
        ("สมชาย", "สมชาย"),
    ] {
        assert_eq!(FullName::parse(raw).expect(raw).as_str(), kept);
    }
    for (raw, error) in [
        ("", NameError::Empty),
        (" \t", NameError::Empty),
        ("Nguyễn Văn 4n", NameError::Character),
        ("-An", NameError::Character),
        ("...", NameError::Character),
        ("An\u{202e}", NameError::Character),
        ("An\0", NameError::Character),
        ("<b>An</b>", NameError::Character),
        ("A\u{317}\u{317}\u{317}\u{317}\u{317}", NameError::Character),
    ] {
        assert_eq!(FullName::parse(raw).expect_err(raw), error, "{raw:?}");
    }
    assert_eq!(FullName::parse(&"a".repeat(101)).expect_err("long"), NameError::Long);
    assert_eq!(FullName::parse(&"a".repeat(100_000)).expect_err("long"), NameError::Long);
    assert_eq!(FullName::parse("Đào Văn Thử").expect("a name").upper(), "ĐÀO VĂN THỬ");
}

#[test]
fn dates_of_birth_that_are_kept_and_refused() {
    for (raw, claim) in [
        ("1985-03-15", "1985-03-15"),
        ("15/03/1985", "1985-03-15"),
        ("5/3/1985", "1985-03-05"),
        (" 05-3-1985 ", "1985-03-05"),
        ("1985", "1985"),
        ("29/02/2024", "2024-02-29"),
        ("01/07/2026", "2026-07-01"),
        ("2026", "2026"),
    ] {
        assert_eq!(BirthDate::parse(raw, today()).expect(raw).to_claim(), claim);
    }
    for (raw, error) in [
        ("", BirthDateError::Empty),
        ("hôm qua", BirthDateError::Form),
        ("85", BirthDateError::Form),
        ("15/03/85", BirthDateError::Form),
        ("15/03", BirthDateError::Form),
        ("+5/03/1985", BirthDateError::Form),
        ("29/02/2023", BirthDateError::NoSuchDay),
        ("15/13/1985", BirthDateError::NoSuchDay),
        ("1899", BirthDateError::TooEarly),
        ("02/07/2026", BirthDateError::Future),
        ("2027", BirthDateError::Future),
        ("9999-01-01", BirthDateError::Future),
    ] {
        assert_eq!(BirthDate::parse(raw, today()), Err(error), "{raw:?}");
    }
}

#[test]
fn the_registry_takes_a_day_or_a_year() {
    let day = BirthDate::parse("5/3/1985", today()).expect("a day");
    assert!(day.to_registry() == RegistryDate::Day("19850305".to_owned()));
    let year = BirthDate::parse("1945", today()).expect("a year");
    assert!(year.to_registry() == RegistryDate::Year("1945".to_owned()));
    assert_eq!(year.full_day(), None);
}

#[test]
fn they_travel_as_plain_strings() {
    let id: PersonalId = serde_json::from_str("\"079 085 000001\"").expect("a string");
    assert_eq!(serde_json::to_string(&id).expect("json"), "\"079085000001\"");
    assert!(serde_json::from_str::<PersonalId>("\"79085000001\"").is_err());
    let birth: BirthDate = serde_json::from_str("\"15/03/1985\"").expect("a string");
    assert_eq!(serde_json::to_string(&birth).expect("json"), "\"1985-03-15\"");
}
