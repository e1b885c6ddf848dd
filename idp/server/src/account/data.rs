//! What is known of a person, each with where it comes from and since when.

use idp_core::{
    people::{DataMatch, Since, StoredAccount, StoredPerson},
    types::{Locale, Timestamp},
};

use crate::web::page::{Datum, masked};

/// The rows of the page.
pub(super) fn of(person: &StoredPerson, account: &StoredAccount, since: &Since) -> Vec<Datum> {
    // A match proves the data, not who typed them; so they stay declared, and the match is said beside.
    let declared = |at: Timestamp| match (person.data_match, person.data_matched_at) {
        (DataMatch::Matched, Some(matched_at)) => ("source-matched", matched_at),
        _ => ("source-declared", at),
    };
    let datum = |(label, id), value: String, (source, at)| Datum { label, value, id, source, at };
    let profile = person.profile.as_ref();
    let name = profile.map(|profile| profile.name.as_str().to_owned());
    let birthdate = profile.and_then(|profile| profile.birthdate).map(|date| show_date(&date.to_claim()));
    let number = person.number.as_ref().map(|number| masked(number.as_str()));
    let language = account.locale.map(|locale| idp_core::text::say(locale, language(locale)).into_owned());
    [
        name.map(|name| datum(("scope-name", "account-name"), name, declared(since.profile))),
        Some(datum(("login-name", "login-name"), account.login.clone(), ("source-given", since.login))),
        birthdate.map(|date| datum(("scope-dob", "account-birthdate"), date, declared(since.profile))),
        number.map(|number| datum(("scope-id-number", "account-number"), number, declared(since.number))),
        language.map(|name| datum(("scope-locale", "account-locale"), name, ("source-chosen", since.locale))),
    ]
    .into_iter()
    .flatten()
    .collect()
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
