//! Words of the register of units in a sentence of ours.

use idp_core::{
    org::{
        Code, UnitKind,
        change::{Clash, Refusal, Turn, Why},
        load,
        story::scheme,
    },
    types::Locale,
};

use super::super::say::Say;

/// What is wrong with a line of a file.
pub(in crate::cli) const fn file_problem(why: load::Why) -> &'static str {
    match why {
        load::Why::Unreadable => "units-file-unreadable",
        load::Why::Twice => "units-file-twice",
        load::Why::Code => "units-file-code",
        load::Why::Name => "units-file-name",
        load::Why::Level => "units-file-level",
        load::Why::Form => "units-file-form",
        load::Why::Parent => "units-file-parent",
        load::Why::Old => "units-file-old",
        load::Why::New => "units-file-new",
        load::Why::Unmapped => "units-file-unmapped",
        load::Why::Shares => "units-file-shares",
        load::Why::Province => "units-file-province",
        load::Why::Date => "units-file-date",
        load::Why::Reference => "units-file-reference",
    }
}

/// What sort of thing a unit is.
pub(super) const fn kind(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Territory => "units-kind-territory",
        UnitKind::Agency => "units-kind-agency",
        UnitKind::Department => "units-kind-department",
        UnitKind::Body => "units-kind-body",
        UnitKind::ServiceUnit => "units-kind-service-unit",
        UnitKind::PartyBody => "units-kind-party-body",
        UnitKind::Council => "units-kind-council",
        UnitKind::Committee => "units-kind-committee",
    }
}

/// What happens to a unit.
pub(super) const fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Begins => "units-turn-begins",
        Turn::Changes => "units-turn-changes",
        Turn::Ends => "units-turn-ends",
    }
}

const fn why(why: Why) -> &'static str {
    match why {
        Why::UnknownUnit => "units-clash-unknown-unit",
        Why::EndedUnit => "units-clash-ended-unit",
        Why::ChangedLater => "units-clash-changed-later",
        Why::CodeTaken => "units-clash-code-taken",
        Why::CodeTwice => "units-clash-code-twice",
        Why::NoParent => "units-clash-no-parent",
        Why::Cycle => "units-clash-cycle",
        Why::TooDeep => "units-clash-too-deep",
        Why::ChildrenLeft => "units-clash-children-left",
        Why::SecondRoot => "units-clash-second-root",
        Why::RootEnds => "units-clash-root-ends",
        Why::LevelNotInForce => "units-clash-level-not-in-force",
        Why::LevelInForce => "units-clash-level-in-force",
        Why::UnknownForm => "units-clash-unknown-form",
        Why::FormOfOtherLevel => "units-clash-form-of-other-level",
        Why::TooFarBack => "units-clash-too-far-back",
        Why::RefTwice => "units-clash-ref-twice",
        Why::UnknownRef => "units-clash-unknown-ref",
        Why::UnknownHead => "units-clash-unknown-head",
        Why::TwoHeirs => "units-clash-two-heirs",
        Why::Empty => "units-clash-empty",
        Why::StandsOn => "units-clash-stands-on",
    }
}

/// One clash in a sentence: where, why, and about what.
pub(super) fn clash(say: Say, clash: &Clash) -> String {
    let why = say.text(why(clash.why));
    let about = [
        clash.named.clone(),
        clash.unit.filter(|_| clash.named.is_none()).map(|unit| unit.to_string()),
        clash.set.map(|set| say.text_with("units-clash-set", &[("set", &set.to_string())])),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let sentence = if about.is_empty() { why } else { format!("{why}: {}", about.join(" · ")) };
    match clash.operation {
        Some(number) => {
            let with = [("number", number.to_string())];
            format!("{} {sentence}", say.text_with("units-clash-operation", &[(with[0].0, &with[0].1)]))
        }
        None => sentence,
    }
}

/// Why a step of a set was refused, one sentence each.
pub(in crate::cli) fn refusal(say: Say, refusal: &Refusal) -> Vec<String> {
    let one = |key: &str, with: &[(&str, &str)]| vec![say.text_with(key, with)];
    match refusal {
        Refusal::Unknown => one("units-refused-unknown", &[]),
        Refusal::WrongState(state) => one("units-refused-state", &[("state", state.word())]),
        Refusal::Changed(revision) => one("units-refused-changed", &[("revision", &revision.to_string())]),
        Refusal::Nobody => one("units-refused-nobody", &[]),
        Refusal::SamePerson => one("units-refused-same-person", &[]),
        Refusal::NotYours => one("units-refused-not-yours", &[]),
        Refusal::Field(field) => one("units-refused-field", &[("field", field)]),
        Refusal::Clashes(clashes) => clashes.iter().map(|one| clash(say, one)).collect(),
        Refusal::ChoicesMissing(dependents) => dependents
            .iter()
            .map(|dependent| {
                let unit = dependent.unit.to_string();
                let with = [("label", dependent.label.as_str()), ("key", &dependent.key), ("unit", &unit)];
                say.text_with("units-refused-choice", &with)
            })
            .collect(),
        Refusal::Widens(because, gains) => {
            let why = say.text(&format!("mistake-{because}"));
            one("units-refused-widens", &[("count", &gains.to_string()), ("why", why.trim_end_matches('.'))])
        }
        Refusal::TooLate => one("units-refused-too-late", &[]),
    }
}

/// The sentences of a refusal without what they are about, for lists that name the place beside it.
pub(in crate::cli) fn refusal_keys(refusal: &Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Clashes(clashes) => clashes.iter().map(|clash| why(clash.why)).collect(),
        Refusal::Nobody => vec!["units-refused-nobody"],
        Refusal::SamePerson => vec!["units-refused-same-person"],
        _ => vec!["cli-apply-unit-refused"],
    }
}

/// Codes in one line: `82 (statistics), H58 (agency)`.
pub(super) fn codes<'a>(codes: impl IntoIterator<Item = &'a Code>, say: Say) -> String {
    let one = |code: &Code| {
        let with = [("value", code.value()), ("scheme", &scheme(code.scheme(), say.locale))];
        say.text_with("units-code-of", &with)
    };
    codes.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A label in a language.
pub(super) fn label(label: &idp_core::org::Label, locale: Locale) -> &str {
    match locale {
        Locale::Vi => &label.vi,
        Locale::En => &label.en,
    }
}
