//! The history of one unit as chapters: what happened on which day, by which decision. Pure values; the caller finds the words.

mod tell;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    AsOf, Code, Label, Scheme, Share, Succession, UnitName,
    fact::{FOREVER, Span},
    path, predecessors,
    rows::story as rows,
    search::{self, Labelled},
    successors,
};
use crate::{
    store::{Conn, StoreError},
    types::{Day, Id, Timestamp, id},
};

pub use tell::{Told, day, day_of, listed, scheme};

type Unit = Id<id::Unit>;

/// A value with the span in which it was so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// Where a unit stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Where {
    pub(super) parent: Option<Unit>,
    pub(super) level: String,
    pub(super) form: Label,
}

/// The decision behind a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// What its set is about.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Its day.
    pub date: Day,
    /// Who signed it.
    pub signer: String,
    /// Whether a list was loaded: then a beginning without a predecessor says since when we know, not since when the unit is.
    pub is_load: bool,
}

/// Another unit in the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Which.
    pub unit: Unit,
    /// What it was called then.
    pub label: Labelled,
    /// How much went over.
    pub share: Share,
    /// Whether it is the one to propose.
    pub is_default: bool,
    /// Whether a second source says so.
    pub checked: bool,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The unit begins; out of these. `first_known`: a list was loaded, and the unit is older than our knowledge.
    Began {
        /// What it was called.
        name: UnitName,
        /// Units that went on in it, wholly or partly.
        from: Vec<Other>,
        /// Whether the day only says since when we know.
        first_known: bool,
    },
    /// Others went on in it while it stayed.
    TookIn(Vec<Other>),
    /// A part of it went to others while it stayed.
    Gave(Vec<Other>),
    /// It got another name.
    Renamed {
        /// The old one.
        from: UnitName,
        /// The new one.
        to: UnitName,
    },
    /// It got, changed or lost a code of one scheme.
    Recoded {
        /// Of which scheme.
        scheme: Scheme,
        /// The old one; `None`: it had none.
        from: Option<Code>,
        /// The new one; `None`: it has none.
        to: Option<Code>,
    },
    /// It came under another unit.
    Moved {
        /// The old one.
        from: Option<Labelled>,
        /// The new one.
        to: Option<Labelled>,
    },
    /// It became another form.
    Reformed {
        /// The old one.
        from: Label,
        /// The new one.
        to: Label,
    },
    /// It ended; these hold what was its.
    Ended(Vec<Other>),
}

/// What happened on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// When it took effect.
    pub at: Timestamp,
    /// By which decision.
    pub basis: Option<Basis>,
    /// What happened, in the order in which it is told.
    pub events: Vec<Event>,
}

/// Everything known of one unit.
struct Facts {
    places: Vec<Dated<Where>>,
    names: Vec<Dated<UnitName>>,
    codes: Vec<Dated<Code>>,
    before: Vec<Succession>,
    after: Vec<Succession>,
    bases: BTreeMap<Timestamp, Basis>,
    labels: HashMap<(Unit, Timestamp), Labelled>,
}

/// The story of a unit, as believed now, the oldest chapter first. Empty where there is no such unit.
pub async fn story(conn: &mut Conn, unit: Unit) -> Result<Vec<Chapter>, StoreError> {
    let for_ever = AsOf::at(Timestamp::from_millis(FOREVER.millis() - 1));
    let before = predecessors(conn, unit, for_ever).await?;
    let mut facts = Facts {
        places: rows::places(conn, unit).await?,
        names: rows::names(conn, unit).await?,
        codes: rows::codes(conn, unit).await?,
        before: nearest(conn, before).await?,
        after: successors(conn, unit, for_ever).await?,
        bases: rows::bases(conn, unit).await?,
        labels: HashMap::new(),
    };
    for (other, at) in facts.others() {
        if let Some(label) = search::label(conn, other, AsOf::at(at)).await? {
            facts.labels.insert((other, at), label);
        }
    }
    Ok(facts.chapters())
}

/// Predecessors without those that lay above another of them: where a ward gave a part, the district around it gave none of its own.
pub async fn nearest(conn: &mut Conn, found: Vec<Succession>) -> Result<Vec<Succession>, StoreError> {
    let mut above: HashSet<(Unit, Timestamp)> = HashSet::new();
    for one in &found {
        let path = path(conn, one.from, AsOf::at(just_before(one.at))).await?;
        above.extend(path.iter().filter(|step| step.id != one.from).map(|step| (step.id, one.at)));
    }
    Ok(found.into_iter().filter(|one| !above.contains(&(one.from, one.at))).collect())
}

/// The last instant before another one.
const fn just_before(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - 1)
}

impl Facts {
    /// Other units that the story names, each with the instant at which it is named: who came before as it was last, who came after
    /// as it was first.
    fn others(&self) -> Vec<(Unit, Timestamp)> {
        let before = self.before.iter().map(|one| (one.from, just_before(one.at)));
        let after = self.after.iter().map(|one| (one.to, one.at));
        let parents = self.places.windows(2).flat_map(|pair| {
            let at = pair[1].span.from;
            let old = pair[0].value.parent.map(|parent| (parent, just_before(at)));
            old.into_iter().chain(pair[1].value.parent.map(|parent| (parent, at)))
        });
        before.chain(after).chain(parents).collect()
    }

    fn chapters(&self) -> Vec<Chapter> {
        let mut days: BTreeMap<Timestamp, Vec<Event>> = BTreeMap::new();
        self.beginnings(&mut days);
        self.changes(&mut days);
        self.endings(&mut days);
        days.into_iter().map(|(at, events)| Chapter { at, basis: self.bases.get(&at).cloned(), events }).collect()
    }

    fn others_at(&self, at: Timestamp, of: &[Succession], end: fn(&Succession) -> (Unit, Timestamp)) -> Vec<Other> {
        let other = |one: &Succession| {
            let (unit, seen) = end(one);
            let label = self.labels.get(&(unit, seen))?.clone();
            Some(Other { unit, label, share: one.share, is_default: one.is_default, checked: one.checked })
        };
        let mut found: Vec<Other> = of.iter().filter(|one| one.at == at).filter_map(other).collect();
        found.sort_by_key(|other| {
            (!other.checked, other.share == Share::Part, !other.is_default, other.label.name.folded())
        });
        found
    }

    fn came_from(&self, at: Timestamp) -> Vec<Other> {
        self.others_at(at, &self.before, |one| (one.from, just_before(one.at)))
    }

    fn went_to(&self, at: Timestamp) -> Vec<Other> {
        self.others_at(at, &self.after, |one| (one.to, one.at))
    }

    fn beginnings(&self, days: &mut BTreeMap<Timestamp, Vec<Event>>) {
        let Some(first) = self.places.first().map(|place| place.span.from) else { return };
        if let Some(name) = self.names.first() {
            let from = self.came_from(first);
            let first_known = from.is_empty() && self.bases.get(&first).is_some_and(|basis| basis.is_load);
            days.entry(first).or_default().push(Event::Began { name: name.value.clone(), from, first_known });
        }
        let mut later: Vec<Timestamp> = self.before.iter().map(|one| one.at).filter(|at| *at != first).collect();
        later.dedup();
        for at in later {
            days.entry(at).or_default().push(Event::TookIn(self.came_from(at)));
        }
    }

    fn changes(&self, days: &mut BTreeMap<Timestamp, Vec<Event>>) {
        for pair in self.names.windows(2).filter(|pair| pair[0].value != pair[1].value) {
            let event = Event::Renamed { from: pair[0].value.clone(), to: pair[1].value.clone() };
            days.entry(pair[1].span.from).or_default().push(event);
        }
        for (at, event) in self.code_changes() {
            days.entry(at).or_default().push(event);
        }
        for pair in self.places.windows(2) {
            let (at, old, new) = (pair[1].span.from, &pair[0].value, &pair[1].value);
            if old.form != new.form {
                let event = Event::Reformed { from: old.form.clone(), to: new.form.clone() };
                days.entry(at).or_default().push(event);
            }
            if old.parent != new.parent {
                let label = |parent: Option<Unit>, seen| self.labels.get(&(parent?, seen)).cloned();
                let event = Event::Moved { from: label(old.parent, just_before(at)), to: label(new.parent, at) };
                days.entry(at).or_default().push(event);
            }
        }
    }

    /// Codes that begin after the unit or end before it.
    fn code_changes(&self) -> Vec<(Timestamp, Event)> {
        let whole = self.places.first().zip(self.places.last()).map(|(first, last)| (first.span.from, last.span.until));
        let Some((began, ended)) = whole else { return Vec::new() };
        let mut found = Vec::new();
        for (place, fact) in self.codes.iter().enumerate() {
            let scheme = fact.value.scheme();
            let same = |other: &&Dated<Code>| other.value.scheme() == scheme;
            let before = self.codes[..place].last().filter(same).filter(|before| before.span.until == fact.span.from);
            if fact.span.from != began && before.is_none_or(|before| before.value != fact.value) {
                let from = before.map(|before| before.value.clone());
                found.push((fact.span.from, Event::Recoded { scheme, from, to: Some(fact.value.clone()) }));
            }
            let next = self.codes.get(place + 1).filter(same).filter(|next| next.span.from == fact.span.until);
            if fact.span.until != ended && next.is_none() {
                found.push((fact.span.until, Event::Recoded { scheme, from: Some(fact.value.clone()), to: None }));
            }
        }
        found
    }

    fn endings(&self, days: &mut BTreeMap<Timestamp, Vec<Event>>) {
        let Some(last) = self.places.last().map(|place| place.span.until) else { return };
        let mut given: Vec<Timestamp> = self.after.iter().map(|one| one.at).filter(|at| *at != last).collect();
        given.dedup();
        for at in given {
            days.entry(at).or_default().push(Event::Gave(self.went_to(at)));
        }
        if last != FOREVER {
            days.entry(last).or_default().push(Event::Ended(self.went_to(last)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn name(text: &str) -> UnitName {
        UnitName::parse(text, None).expect("a name")
    }

    fn dated<T>(value: T, from: i64, until: i64) -> Dated<T> {
        Dated { value, span: Span { from: at(from), until: at(until) } }
    }

    fn form(id: &str) -> Label {
        Label { id: id.to_owned(), vi: id.to_owned(), en: id.to_owned() }
    }

    #[test]
    fn a_story_tells_each_day_once_and_in_order() {
        let (set, one, two): (Id<id::ChangeSet>, Unit, Unit) =
            (random::id(at(0)), random::id(at(0)), random::id(at(0)));
        let place =
            |parent, form_id: &str| Where { parent: Some(parent), level: "commune".to_owned(), form: form(form_id) };
        let code = |value: &str| Code::parse(Scheme::Gso, value).expect("a code");
        let basis = |day, is_load| Basis {
            title: "t".to_owned(),
            number: "1".to_owned(),
            date: at(day).day(),
            signer: "s".to_owned(),
            is_load,
        };
        let label = |text: &str| Labelled { name: name(text), within: Vec::new() };
        let heir = Succession {
            from: one,
            to: two,
            share: Share::Part,
            is_default: true,
            checked: true,
            at: at(30),
            source: None,
            set,
        };
        let facts = Facts {
            places: vec![dated(place(one, "xa"), 10, 20), dated(place(two, "phuong"), 20, 30)],
            names: vec![dated(name("A"), 10, 20), dated(name("B"), 20, 30)],
            codes: vec![dated(code("1"), 10, 20), dated(code("2"), 20, 30)],
            before: Vec::new(),
            after: vec![heir],
            bases: [(at(10), basis(10, true))].into(),
            labels: [((one, at(19)), label("P")), ((two, at(20)), label("Q")), ((two, at(30)), label("R"))].into(),
        };
        let chapters = facts.chapters();
        assert_eq!(chapters.iter().map(|chapter| chapter.at.millis()).collect::<Vec<_>>(), [10, 20, 30]);
        assert!(matches!(&chapters[0].events[..], [Event::Began { first_known: true, from, .. }] if from.is_empty()));
        assert_eq!(chapters[0].basis.as_ref().map(|basis| basis.number.as_str()), Some("1"));
        let expected = [
            Event::Renamed { from: name("A"), to: name("B") },
            Event::Recoded { scheme: Scheme::Gso, from: Some(code("1")), to: Some(code("2")) },
            Event::Reformed { from: form("xa"), to: form("phuong") },
            Event::Moved { from: Some(label("P")), to: Some(label("Q")) },
        ];
        assert_eq!(chapters[1].events, expected);
        assert!(matches!(&chapters[2].events[..], [Event::Ended(heirs)] if heirs[0].label == label("R")));
    }

    #[test]
    fn a_code_that_comes_or_goes_while_the_unit_stays_is_told() {
        let code = |scheme, value: &str| Code::parse(scheme, value).expect("a code");
        let root = Where { parent: None, level: "central".to_owned(), form: form("x") };
        let facts = Facts {
            places: vec![dated(root, 10, FOREVER.millis())],
            names: vec![dated(name("A"), 10, FOREVER.millis())],
            codes: vec![
                dated(code(Scheme::Gso, "1"), 10, 20),
                dated(code(Scheme::Gso, "2"), 25, FOREVER.millis()),
                dated(code(Scheme::Agency2020, "H1"), 30, FOREVER.millis()),
            ],
            before: Vec::new(),
            after: Vec::new(),
            bases: BTreeMap::new(),
            labels: HashMap::new(),
        };
        let told: Vec<(i64, Option<String>, Option<String>)> = facts
            .chapters()
            .into_iter()
            .flat_map(|chapter| chapter.events.into_iter().map(move |event| (chapter.at.millis(), event)))
            .filter_map(|(at, event)| match event {
                Event::Recoded { from, to, .. } => {
                    let value = |code: Option<Code>| code.map(|code| code.value().to_owned());
                    Some((at, value(from), value(to)))
                }
                _ => None,
            })
            .collect();
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(told, [(20, text("1"), None), (25, None, text("2")), (30, None, text("H1"))]);
    }
}
