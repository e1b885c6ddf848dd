//! A story in words, in either language.

use super::{Chapter, Event, Other};
use crate::{
    org::{Code, Scheme, Share, UnitName, search::in_language},
    text,
    types::{Day, Locale, Timestamp},
};

/// A chapter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its day, `dd/MM/yyyy`.
    pub day: String,
    /// The decision behind it.
    pub basis: Option<String>,
    /// What happened.
    pub sentences: Vec<String>,
}

/// A day as people here write it.
pub fn day(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year:04}")
}

/// The day of an instant as people here write it.
pub fn day_of(at: Timestamp) -> String {
    day(at.day())
}

/// What a scheme of codes is called.
pub fn scheme(scheme: Scheme, locale: Locale) -> String {
    let key = match scheme {
        Scheme::Gso => "units-scheme-gso",
        Scheme::Agency2020 => "units-scheme-agency-2020",
        Scheme::Agency2016 => "units-scheme-agency-2016",
        Scheme::Internal => "units-scheme-internal",
    };
    text::say(locale, key).into_owned()
}

/// Names in one line: `A`, `A and B`, `A, B and C`.
pub fn listed(names: &[String], locale: Locale) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => text::say_with(locale, "units-and", &[("first", &first.join(", ")), ("last", last)]),
    }
}

impl Chapter {
    /// The chapter in words.
    pub fn told(&self, locale: Locale) -> Told {
        let basis = self.basis.as_ref().map(|basis| {
            let with = [("number", basis.number.as_str()), ("date", &day(basis.date)), ("signer", &basis.signer)];
            text::say_with(locale, "units-basis", &with)
        });
        let sentences = self.events.iter().filter_map(|event| event.told(locale)).collect();
        Told { day: day_of(self.at), basis, sentences }
    }
}

impl Event {
    /// The event as one sentence; `None` where only unchecked sources speak of it: what one list alone says is no history.
    fn told(&self, locale: Locale) -> Option<String> {
        let say = |key: &str, with: &[(&str, &str)]| Some(text::say_with(locale, key, with));
        match self {
            Self::Began { name, from, first_known } => Some(began(name, from, (*first_known, locale))),
            Self::TookIn(others) => {
                let others = given(others, locale)?;
                say("units-story-took-in", &[("others", &others)])
            }
            Self::Gave(others) => {
                let others = parts(others, locale)?;
                say("units-story-gave", &[("others", &others)])
            }
            Self::Renamed { from, to } => {
                let names = [("from", in_language(from, locale)), ("to", in_language(to, locale))];
                say("units-story-renamed", &names)
            }
            Self::Recoded { scheme, from, to } => Some(recoded(*scheme, (from.as_ref(), to.as_ref()), locale)),
            Self::Moved { from, to } => {
                let (from, to) = (from.as_ref()?.text(locale), to.as_ref()?.text(locale));
                say("units-story-moved", &[("from", &from), ("to", &to)])
            }
            Self::Reformed { from, to } => {
                let label =
                    |label: &crate::org::Label| if locale == Locale::Vi { label.vi.clone() } else { label.en.clone() };
                say("units-story-reformed", &[("from", &label(from)), ("to", &label(to))])
            }
            Self::Ended(others) => Some(ended(others, locale)),
        }
    }
}

fn began(name: &UnitName, from: &[Other], (first_known, locale): (bool, Locale)) -> String {
    let name = in_language(name, locale);
    if first_known {
        return text::say_with(locale, "units-story-first-known", &[("name", name)]);
    }
    match given(from, locale) {
        Some(others) => text::say_with(locale, "units-story-made-from", &[("name", name), ("others", &others)]),
        None => text::say_with(locale, "units-story-made", &[("name", name)]),
    }
}

fn recoded(of: Scheme, codes: (Option<&Code>, Option<&Code>), locale: Locale) -> String {
    let name = scheme(of, locale);
    match codes {
        (Some(from), Some(to)) => {
            let with = [("scheme", name.as_str()), ("from", from.value()), ("to", to.value())];
            text::say_with(locale, "units-story-recoded", &with)
        }
        (None, Some(to)) => text::say_with(locale, "units-story-coded", &[("scheme", &name), ("to", to.value())]),
        (from, None) => {
            let from = from.map_or("", Code::value);
            text::say_with(locale, "units-story-uncoded", &[("scheme", &name), ("from", from)])
        }
    }
}

fn ended(others: &[Other], locale: Locale) -> String {
    let (whole, part) = (wholes(others, locale), parts(others, locale));
    match (whole, part) {
        (Some(whole), _) => text::say_with(locale, "units-story-ended-whole", &[("others", &whole)]),
        (None, Some(parts)) => text::say_with(locale, "units-story-ended-parts", &[("others", &parts)]),
        (None, None) => text::say(locale, "units-story-ended").into_owned(),
    }
}

/// "all of A and B, part of C".
fn given(others: &[Other], locale: Locale) -> Option<String> {
    let whole = wholes(others, locale).map(|names| text::say_with(locale, "units-all-of", &[("names", &names)]));
    let part = parts(others, locale).map(|names| text::say_with(locale, "units-part-of", &[("names", &names)]));
    let both: Vec<String> = whole.into_iter().chain(part).collect();
    (!both.is_empty()).then(|| both.join("; "))
}

fn wholes(others: &[Other], locale: Locale) -> Option<String> {
    names(others, Share::Whole, locale)
}

fn parts(others: &[Other], locale: Locale) -> Option<String> {
    names(others, Share::Part, locale)
}

fn names(others: &[Other], share: Share, locale: Locale) -> Option<String> {
    let wanted = others.iter().filter(|other| other.share == share && other.checked);
    let names: Vec<String> = wanted.map(|other| other.label.text(locale)).collect();
    (!names.is_empty()).then(|| listed(&names, locale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::random, org::search::Labelled};

    fn name(text: &str) -> UnitName {
        UnitName::parse(text, None).expect("a name")
    }

    fn other(text: &str, share: Share, checked: bool) -> Other {
        let label = Labelled { name: name(text), within: Vec::new() };
        Other { unit: random::id(Timestamp::from_millis(0)), label, share, is_default: false, checked }
    }

    #[test]
    fn events_are_told_in_both_languages() {
        let (whole, part) = (Share::Whole, Share::Part);
        let code = |value| Code::parse(Scheme::Gso, value).ok();
        let cases = [
            (
                Event::Began {
                    name: name("C"),
                    from: vec![other("A", whole, true), other("B", whole, true)],
                    first_known: false,
                },
                "C was formed from all of A and B.",
            ),
            (
                Event::Began {
                    name: name("C"),
                    from: vec![other("A", part, true), other("B", part, false)],
                    first_known: false,
                },
                "C was formed from part of A.",
            ),
            (Event::Began { name: name("C"), from: Vec::new(), first_known: false }, "C was formed."),
            (
                Event::Recoded { scheme: Scheme::Gso, from: code("1"), to: code("2") },
                "The statistics code changed from 1 to 2.",
            ),
            (
                Event::Ended(vec![other("A", part, true), other("B", part, true)]),
                "It ended. Its parts went to A and B.",
            ),
            (Event::Ended(vec![other("A", whole, true)]), "It ended. All of it went on in A."),
            (Event::Ended(vec![other("A", whole, false)]), "It ended. No unit took its place."),
        ];
        for (event, expected) in cases {
            assert_eq!(event.told(Locale::En).as_deref(), Some(expected));
            assert!(event.told(Locale::Vi).is_some_and(|told| told != expected));
        }
    }

    #[test]
    fn days_are_written_as_people_here_write_them() {
        let reform = "2025-07-01".parse::<Day>().expect("a day");
        assert_eq!((day(reform), day_of(reform.start())), ("01/07/2025".to_owned(), "01/07/2025".to_owned()));
    }
}
