//! The values that scopes release, as a person reads them.

use idp_core::{relying::Scope, signin::Attributes, types::Locale};

use super::{
    account::label_of_level,
    chrome::{Chrome, show_time},
    consent::{ReleasedValue, label_of_claim},
    enrol::DataMatch,
};

/// The values themselves: people agree to what they see, not to names of scopes.
pub fn released(c: &Chrome, scopes: &[Scope], attributes: &Attributes, locale: Option<Locale>) -> Vec<ReleasedValue> {
    let code = c.say("consent-account-code").into_owned();
    let level = attributes.identity_assurance.map(|level| c.say(label_of_level(level)).into_owned());
    let matched = attributes.data_match.map(|word| c.say(data_match(word).account_key()).into_owned());
    let rows = [
        ("sub", Scope::Openid, Some(code)),
        ("name", Scope::Profile, attributes.name.clone()),
        ("birthdate", Scope::Profile, attributes.birthdate.as_deref().map(show_date)),
        ("locale", Scope::Profile, locale.map(|locale| c.say(language(locale)).into_owned())),
        ("updated_at", Scope::Profile, attributes.updated_at.map(show_time)),
        ("personal_number", Scope::Identity, attributes.personal_number.clone()),
        ("identity_assurance", Scope::Identity, level),
        ("data_match", Scope::Identity, matched),
        ("data_matched_at", Scope::Identity, attributes.data_matched_at.map(show_time)),
    ];
    rows.into_iter()
        .filter(|(_, scope, _)| scopes.contains(scope))
        .filter_map(|(claim, _, value)| {
            Some(ReleasedValue { label: label_of_claim(claim)?, value: value.unwrap_or_default() })
        })
        .collect()
}

const fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "lang-vi",
        Locale::En => "lang-en",
    }
}

fn data_match(word: &str) -> DataMatch {
    match word {
        "matched" => DataMatch::Matched,
        "not_matched" => DataMatch::NotMatched,
        "pending" => DataMatch::Pending,
        _ => DataMatch::None,
    }
}

/// `1985-03-15` as people here write it: `15/03/1985`. A year alone stays.
fn show_date(claim: &str) -> String {
    let mut parts: Vec<&str> = claim.split('-').collect();
    parts.reverse();
    parts.join("/")
}
