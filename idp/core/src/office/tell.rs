//! Rights and their reasons as sentences: the same words at the terminal and on pages.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Kind, Permission, Reach, Remedy, Rule, Scope, Word};
use crate::{
    org::{
        self, AsOf, FOREVER, Span,
        search::{self, in_language},
        story::day_of,
    },
    store::{Conn, StoreError},
    text,
    types::{Id, Locale, Timestamp, id},
};

type PostId = Id<id::Assignment>;
type Unit = Id<id::Unit>;

/// What units are called.
pub type Names = BTreeMap<Unit, String>;

/// Units of a list that are named; the rest is counted.
const NAMED: usize = 20;

/// The key of how somebody came to a post.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Primary => "post-kind-primary",
        Kind::Concurrent => "post-kind-concurrent",
        Kind::Secondment => "post-kind-secondment",
        Kind::Acting => "post-kind-acting",
        Kind::InCharge => "post-kind-in-charge",
        Kind::Delegated => "post-kind-delegated",
        Kind::BodyMember => "post-kind-body-member",
        Kind::External => "post-kind-external",
    }
}

/// What a rule asks; said of one that is met.
const fn met(rule: Rule) -> &'static str {
    match rule {
        Rule::PostKnown => "office-rule-post-known",
        Rule::PersonActive => "office-rule-person-active",
        Rule::Approved => "office-rule-approved",
        Rule::InWindow => "office-rule-in-window",
        Rule::Confirmed => "office-rule-confirmed",
        Rule::UnitExists => "office-rule-unit-exists",
        Rule::DelegatorHolds => "office-rule-delegator-holds",
        Rule::RoleInForce => "office-rule-role-in-force",
        Rule::RoleFitsKind => "office-rule-role-fits-kind",
        Rule::RoleFitsLevel => "office-rule-role-fits-level",
        Rule::Separated => "office-rule-separated",
        Rule::WithinDelegator => "office-rule-within-delegator",
        Rule::ScopeKnown => "office-rule-scope-known",
        Rule::DecisionForOffice => "office-rule-decision-for-office",
    }
}

/// What is wrong where a rule is not met.
const fn unmet(rule: Rule) -> &'static str {
    match rule {
        Rule::PostKnown => "office-unmet-post-known",
        Rule::PersonActive => "office-unmet-person-active",
        Rule::Approved => "office-unmet-approved",
        Rule::InWindow => "office-unmet-in-window",
        Rule::Confirmed => "office-unmet-confirmed",
        Rule::UnitExists => "office-unmet-unit-exists",
        Rule::DelegatorHolds => "office-unmet-delegator-holds",
        Rule::RoleInForce => "office-unmet-role-in-force",
        Rule::RoleFitsKind => "office-unmet-role-fits-kind",
        Rule::RoleFitsLevel => "office-unmet-role-fits-level",
        Rule::Separated => "office-unmet-separated",
        Rule::WithinDelegator => "office-unmet-within-delegator",
        Rule::ScopeKnown => "office-unmet-scope-known",
        Rule::DecisionForOffice => "office-unmet-decision-for-office",
    }
}

/// What a rule says, and what would turn it. `name` names another post.
pub fn finding(locale: Locale, finding: &Finding, name: &dyn Fn(PostId) -> String) -> String {
    let key = if finding.holds { met(finding.rule) } else { unmet(finding.rule) };
    let said = text::say(locale, key);
    match remedy(locale, finding.remedy, name) {
        Some(turn) => format!("{said} ({turn})"),
        None => said.into_owned(),
    }
}

/// What would turn an answer; `None`: nothing is to be done.
fn remedy(locale: Locale, remedy: Remedy, name: &dyn Fn(PostId) -> String) -> Option<String> {
    let say = |key| text::say(locale, key).into_owned();
    Some(match remedy {
        Remedy::None => return None,
        Remedy::Waits(until) if until == FOREVER => return None,
        Remedy::Waits(until) => text::say_with(locale, "office-turns-on", &[("day", &day_of(until))]),
        Remedy::Approval => say("office-turns-approval"),
        Remedy::Decision => say("office-turns-decision"),
        Remedy::AnotherPost => say("office-turns-another-post"),
        Remedy::Catalogue => say("office-turns-catalogue"),
        Remedy::OtherPostEnds(post) => text::say_with(locale, "office-turns-other-ends", &[("post", &name(post))]),
        Remedy::Delegator(post) => text::say_with(locale, "office-turns-delegator", &[("post", &name(post))]),
    })
}

/// Why something ends at an instant: the rule of these that turns then. `None`: it has no end in sight.
pub fn ending(locale: Locale, findings: &[&Finding], until: Timestamp) -> Option<String> {
    if until == FOREVER {
        return None;
    }
    let turns = findings.iter().find(|finding| finding.holds && finding.remedy == Remedy::Waits(until));
    let key = match turns.map(|finding| finding.rule) {
        Some(Rule::InWindow) => "office-ends-window",
        Some(Rule::Confirmed) => "office-ends-unconfirmed",
        Some(Rule::UnitExists) => "office-ends-unit",
        Some(Rule::DelegatorHolds | Rule::WithinDelegator) => "office-ends-delegator",
        Some(Rule::RoleInForce) => "office-ends-role",
        _ => "office-ends-other",
    };
    Some(text::say(locale, key).into_owned())
}

/// The last day of something that ends at an instant, as people say it.
pub fn end(locale: Locale, until: Timestamp) -> String {
    match until {
        FOREVER => text::say(locale, "office-open-end").into_owned(),
        until => day_of(Timestamp::from_millis(until.millis() - 1)),
    }
}

/// From when to when something lasts.
pub fn window(locale: Locale, span: Span) -> String {
    let (from, until) = (day_of(span.from), end(locale, span.until));
    let key = if span.until == FOREVER { "posts-window-open" } else { "posts-window-text" };
    text::say_with(locale, key, &[("from", &from), ("until", &until)])
}

/// Until when something lasts, as a part of a sentence of its own.
pub fn until(locale: Locale, until: Timestamp) -> String {
    let end = end(locale, until);
    if until == FOREVER { end } else { text::say_with(locale, "office-until", &[("day", &end)]) }
}

/// A unit's name, told apart from others of the same name. Of a unit that is not there at that instant: as it was, or will be, at the
/// nearest one.
pub async fn unit(conn: &mut Conn, unit: Unit, at: Timestamp, locale: Locale) -> Result<String, StoreError> {
    let mut label = search::label(conn, unit, AsOf::at(at)).await?;
    if label.is_none()
        && let Some(span) = org::lifetime(conn, unit).await?
    {
        label = search::label(conn, unit, AsOf::at(span.nearest(at))).await?;
    }
    Ok(label.map_or_else(|| unit.to_string(), |label| label.text(locale)))
}

/// The names of units.
pub async fn units(
    conn: &mut Conn,
    all: impl IntoIterator<Item = Unit> + Send,
    at: Timestamp,
    locale: Locale,
) -> Result<Names, StoreError> {
    let all: BTreeSet<Unit> = all.into_iter().collect();
    let mut names = Names::new();
    for one in all {
        names.insert(one, unit(conn, one, at, locale).await?);
    }
    Ok(names)
}

/// Those of the units of a list that are named.
pub fn named(listed: &BTreeSet<Unit>) -> impl Iterator<Item = Unit> + '_ {
    listed.iter().take(NAMED).copied()
}

/// The units of a list in words.
fn list(locale: Locale, listed: &BTreeSet<Unit>, names: &Names) -> String {
    let mut said: Vec<String> =
        named(listed).map(|unit| names.get(&unit).cloned().unwrap_or_else(|| unit.to_string())).collect();
    if listed.len() > NAMED {
        said.push("\u{2026}".to_owned());
    }
    let with = [("count", &*listed.len().to_string()), ("names", &said.join("; "))];
    text::say_with(locale, "office-over-list", &with)
}

/// Over which units the roles of a post count, by the words of the post alone. `names`: those of [`named`].
pub fn scope(locale: Locale, scope: &Scope, names: &Names) -> String {
    let key = match scope {
        Scope::Own => "office-scope-own",
        Scope::Unit => "office-scope-unit",
        Scope::Subtree => "office-scope-subtree",
        Scope::Listed(units) => return list(locale, units, names),
        Scope::Territory => "office-scope-territory",
        Scope::NonTerritorial => "office-over-everything",
    };
    text::say(locale, key).into_owned()
}

/// A unit and everything above it but the country, the unit first. Of a unit that is not there at that instant: as it was, or will be,
/// at the nearest one.
pub async fn path(conn: &mut Conn, unit: Id<id::Unit>, at: Timestamp, locale: Locale) -> Result<String, StoreError> {
    let Some(span) = org::lifetime(conn, unit).await? else { return Ok(unit.to_string()) };
    let steps = org::path(conn, unit, AsOf::at(span.nearest(at))).await?;
    let shown = if steps.len() > 1 { &steps[1..] } else { &steps[..] };
    let names: Vec<&str> = shown.iter().rev().map(|step| in_language(&step.name, locale)).collect();
    Ok(names.join(", "))
}

/// Over which units something counts.
pub async fn reach(conn: &mut Conn, reach: &Reach, at: Timestamp, locale: Locale) -> Result<String, StoreError> {
    let (key, top) = match reach {
        Reach::Own(unit) => ("office-over-own", *unit),
        Reach::Unit(unit) => ("office-over-unit", *unit),
        Reach::Under(unit) => ("office-over-under", *unit),
        Reach::Listed(units) => {
            let names = self::units(conn, named(units), at, locale).await?;
            return Ok(list(locale, units, &names));
        }
        Reach::Anywhere => return Ok(text::say(locale, "office-over-everything").into_owned()),
    };
    let label = unit(conn, top, at, locale).await?;
    Ok(text::say_with(locale, key, &[("unit", &label)]))
}

/// What a permission lets one do. A word of a party's own is told as it is where the starter set does not hold it.
pub fn permission(locale: Locale, word: &Word) -> String {
    let key = match word {
        Word::Ours(ours) => Some(ours_key(*ours)),
        Word::Party(text) => text.split_once('/').and_then(|(_, word)| duty_key(word)),
    };
    key.map_or_else(|| word.as_str().to_owned(), |key| text::say(locale, key).into_owned())
}

const fn ours_key(permission: Permission) -> &'static str {
    match permission {
        Permission::OwnPlatform => "permission-platform-own",
        Permission::ReadOfficials => "permission-officials-read",
        Permission::AssignOfficials => "permission-officials-assign",
        Permission::ApproveOfficials => "permission-officials-approve",
        Permission::ReviewOfficials => "permission-officials-review",
        Permission::WriteRoles => "permission-roles-write",
        Permission::ReadUnits => "permission-units-read",
        Permission::ProposeChanges => "permission-changes-propose",
        Permission::DecideChanges => "permission-changes-decide",
        Permission::ReadParties => "permission-parties-read",
        Permission::WriteParties => "permission-parties-write",
        Permission::SupportPeople => "permission-people-support",
        Permission::ReadAudit => "permission-audit-read",
    }
}

/// The words of one-stop software that the starter set holds.
fn duty_key(word: &str) -> Option<&'static str> {
    Some(match word {
        "approve" => "duty-approve",
        "sign" => "duty-sign",
        "view" => "duty-view",
        "report" => "duty-report",
        "review" => "duty-review",
        "handle" => "duty-handle",
        "receive" => "duty-receive",
        "return" => "duty-return",
        "collect" => "duty-collect",
        "number" => "duty-number",
        "seal" => "duty-seal",
        "certify" => "duty-certify",
        "receive-post" => "duty-receive-post",
        "return-post" => "duty-return-post",
        "receive-anywhere" => "duty-receive-anywhere",
        "follow" => "duty-follow",
        "search" => "duty-search",
        "survey" => "duty-survey",
        "population" => "duty-population",
        "land" => "duty-land",
        _ => return None,
    })
}

/// Why a change of posts is refused, by the stable word of the refusal.
pub fn refusal(word: &str) -> &'static str {
    match word {
        "oneself" => "office-why-oneself",
        "no-power" | "not-acting" => "office-why-no-power",
        "too-high" => "office-why-too-high",
        "not-held" => "office-why-not-held",
        "other-unit" => "office-why-other-unit",
        "too-long" => "office-why-too-long",
        "unknown-role" | "does-not-fit" => "office-why-does-not-fit",
        "no-unit" => "office-why-no-unit",
        "last-owner" => "office-why-last-owner",
        "sets-free" => "office-why-sets-free",
        "separated" => "office-why-separated",
        "unconfirmed" => "office-why-unconfirmed",
        "field" => "office-why-field",
        "person-not-active" => "office-why-person",
        "person-unclear" => "office-why-unclear",
        "move-waits" => "office-why-move-waits",
        "documents" => "office-why-documents",
        "same-person" => "office-why-same-person",
        _ => "office-why-state",
    }
}

/// Why something was lost, for whoever lost it: a word of ours in words, and what somebody wrote as it is.
pub fn because(locale: Locale, why: &str) -> String {
    let key = match why {
        "import-undone" => "office-lost-import-undone",
        "personnel-system" => "office-lost-personnel-system",
        "reviewed" => "office-lost-reviewed",
        "shortened" => "office-lost-shortened",
        "withdrawn" => "office-lost-withdrawn",
        "units-changed" => "office-lost-units-changed",
        said => return said.to_owned(),
    };
    text::say(locale, key).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::starter, Permission, Word, because, permission};
    use crate::types::Locale;

    #[test]
    fn no_word_of_ours_is_told_as_it_is_and_what_somebody_wrote_is() {
        let ours = ["import-undone", "personnel-system", "reviewed", "shortened", "withdrawn", "units-changed"];
        for locale in Locale::ALL {
            assert!(ours.iter().all(|word| because(locale, word) != *word && because(locale, word).contains(' ')));
            assert_eq!(because(locale, "hết nhiệm kỳ"), "hết nhiệm kỳ");
        }
    }

    #[test]
    fn every_permission_of_ours_and_of_the_starter_set_is_said_in_words() {
        let set = starter::catalogue().expect("reads");
        let starting = set.roles.iter().flat_map(|form| form.permissions.iter().cloned());
        for word in starting.chain(Permission::ALL.map(Word::Ours)) {
            for locale in Locale::ALL {
                assert_ne!(permission(locale, &word), word.as_str(), "{}", locale.tag());
            }
        }
        let other = Word::parse("other/own-word").expect("a word");
        assert_eq!(permission(Locale::Vi, &other), "other/own-word");
    }
}
