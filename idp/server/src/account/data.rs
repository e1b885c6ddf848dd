//! What is known of a person, each with where it comes from.

use idp_core::{
    people::{DataMatch, StoredPerson},
    types::Locale,
};

use crate::web::page::{Datum, masked};

/// The rows of the page, the name aside.
pub(super) fn of(person: &StoredPerson, locale: Option<Locale>) -> Vec<Datum> {
    // A match proves the data, not who typed them; so they stay declared, and the match is said beside.
    let (source, at) = match person.data_match {
        DataMatch::Matched => ("source-matched", person.data_matched_at),
        _ => ("source-declared", None),
    };
    let birthdate = person.profile.as_ref().and_then(|profile| profile.birthdate).map(|date| date.to_claim());
    let number = person.number.as_ref().map(|number| masked(number.as_str()));
    let datum = |label, id, value: String| Datum { label, value, id, source, at };
    let mut rows: Vec<Datum> = [
        birthdate.map(|claim| datum("scope-dob", "account-birthdate", show_date(&claim))),
        number.map(|number| datum("scope-id-number", "account-number", number)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(locale) = locale {
        let value = idp_core::text::say(locale, language(locale)).into_owned();
        rows.push(Datum { label: "scope-locale", value, id: "account-locale", source: "source-chosen", at: None });
    }
    rows
}

const fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "lang-vi",
        Locale::En => "lang-en",
    }
}

/// `1985-03-15` as people here write it: `15/03/1985`. A year alone stays.
fn show_date(claim: &str) -> String {
    let mut parts: Vec<&str> = claim.split('-').collect();
    parts.reverse();
    parts.join("/")
}
