//! The catalogue: the locale files of both languages, compiled in and parsed once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::types::locale::Locale;

/// One file a room: who adds a page adds its sentences beside it. The arch tests see that both languages have the same files.
macro_rules! files {
    ($locale:literal) => {
        &[
            include_str!(concat!("../../../locales/", $locale, "/pages.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/account.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/admin.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/consent.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/passkeys.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/errors.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/factors.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/cli.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/units.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/office.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/acting.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/posts.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/scim.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/break-glass.ftl")),
            include_str!(concat!("../../../locales/", $locale, "/people.ftl")),
        ]
    };
}

const VI: &[&str] = files!("vi");
const EN: &[&str] = files!("en");

type Bundle = FluentBundle<FluentResource>;

static VI_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Vi));
static EN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En));

/// What is written under one key: the names of its variables, without `$`.
pub type Entry = BTreeSet<&'static str>;

/// The sentence under `key`. A key that is not there gives `⟦key⟧` and an error in the log: a page with one odd word is better
/// than no page; in the tests of this crate it is a panic.
pub fn say(locale: Locale, key: &str) -> Cow<'static, str> {
    format(locale, key, None)
}

/// The sentence under `key` with its variables filled in. Values are plain text: who writes HTML escapes the result.
///
/// A value of one to four digits without a leading zero also counts as a number, so that `{ $n -> [one] … }` works; it is still
/// printed exactly as given.
pub fn say_with(locale: Locale, key: &str, with: &[(&str, &str)]) -> String {
    let mut args = FluentArgs::with_capacity(with.len());
    for (name, value) in with {
        args.set(*name, argument(value));
    }
    format(locale, key, Some(&args)).into_owned()
}

/// Every key of a locale with its variables. For the rules that compare the locales and look for keys that nobody uses.
pub fn entries(locale: Locale) -> BTreeMap<&'static str, Entry> {
    let mut found: BTreeMap<&'static str, Entry> = BTreeMap::new();
    let mut current = None;
    for line in sources(locale).iter().flat_map(|file| file.lines()) {
        let is_key = line.starts_with(|first: char| first.is_ascii_lowercase());
        if let Some((key, _)) = line.split_once(" =").filter(|_| is_key) {
            current = Some(key);
            found.entry(key).or_default();
        } else if line.starts_with('#') {
            current = None;
        }
        if let Some(variables) = current.and_then(|key| found.get_mut(key)) {
            variables.extend(line.split('{').skip(1).filter_map(variable));
        }
    }
    found
}

/// The name in ` $name }` or ` $name -> …`.
fn variable(placeable: &'static str) -> Option<&'static str> {
    let name = placeable.trim_start().strip_prefix('$')?;
    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next()
}

fn argument(value: &str) -> FluentValue<'_> {
    let counts = (1..=4).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && (value == "0" || !value.starts_with('0'));
    if counts { FluentValue::try_number(value) } else { FluentValue::from(value) }
}

fn format(locale: Locale, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
    let bundle: &'static Bundle = match locale {
        Locale::Vi => &VI_BUNDLE,
        Locale::En => &EN_BUNDLE,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return missing(locale, key);
    };
    let mut errors = Vec::new();
    let sentence = bundle.format_pattern(pattern, args, &mut errors);
    if !errors.is_empty() {
        tracing::error!(key, locale = locale.tag(), ?errors, "a sentence lacks a variable");
    }
    sentence
}

#[cfg(test)]
fn missing(locale: Locale, key: &str) -> Cow<'static, str> {
    panic!("no sentence under {key} in {}", locale.tag())
}

#[cfg(not(test))]
fn missing(locale: Locale, key: &str) -> Cow<'static, str> {
    tracing::error!(key, locale = locale.tag(), "no sentence under this key");
    Cow::Owned(format!("⟦{key}⟧"))
}

const fn sources(locale: Locale) -> &'static [&'static str] {
    match locale {
        Locale::Vi => VI,
        Locale::En => EN,
    }
}

fn bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().expect("both tags are language tags");
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The invisible direction marks matter between scripts of different direction; ours are both left to right, and the marks
    // would travel into titles, logs and copied text.
    bundle.set_use_isolating(false);
    for file in sources(locale) {
        let resource = FluentResource::try_new((*file).to_owned())
            .map_err(|(_, errors)| errors)
            .expect("the locale files are compiled in and tests parse them");
        bundle.add_resource(resource).expect("no key stands twice: tests load every file");
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_locales_have_the_same_keys_with_the_same_variables() {
        let (vi, en) = (entries(Locale::Vi), entries(Locale::En));
        assert!(vi.len() > 100, "the scan finds the keys");
        for (key, variables) in &vi {
            assert_eq!(Some(variables), en.get(key), "{key} in English");
        }
        assert_eq!(en.keys().find(|key| !vi.contains_key(*key)), None, "a key that only English has");
    }

    #[test]
    fn every_sentence_formats_with_its_variables() {
        for locale in Locale::ALL {
            for (key, variables) in entries(locale) {
                let with: Vec<(&str, &str)> = variables.iter().map(|name| (*name, "2")).collect();
                let sentence = say_with(locale, key, &with);
                assert!(!sentence.trim().is_empty(), "{key} is empty");
                assert!(!sentence.contains(['{', '⟦', '\u{2068}']), "{key}: {sentence}");
            }
        }
    }

    #[test]
    fn values_are_printed_as_given() {
        for value in ["0", "7", "2025", "079085000001", "00", "1,5", "", "Nguyễn Văn An"] {
            let sentence = say_with(Locale::Vi, "login-help", &[("phone", value)]);
            assert!(sentence.ends_with(&format!(" {value}")) || sentence.contains(value), "{sentence}");
        }
    }

    #[test]
    #[should_panic(expected = "no sentence under no-such-key")]
    fn a_missing_key_stops_a_test() {
        say(Locale::En, "no-such-key");
    }
}
