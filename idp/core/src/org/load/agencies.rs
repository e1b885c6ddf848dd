//! The sample agencies: invented ones of five provinces, as they stood before the reform, between, and after it.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::{
    files::{self, Texts},
    read::{At, Eras, Place, Problem, Problems, Why, rows},
    reform::Reform,
    sets::made_before,
};
use crate::{
    org::{
        Code, Scheme, Share, UnitKind, UnitName,
        change::{Giver, Heir, NewUnit, Operation, Target, UnitRef},
    },
    types::Day,
};

#[derive(Deserialize)]
struct Raw {
    key: String,
    kind: UnitKind,
    form: String,
    level: String,
    parent: String,
    name_vi: String,
    name_en: Option<String>,
    codes: String,
    from: String,
    until: Option<String>,
    into: String,
    share: Option<Share>,
}

/// What an agency is under.
#[derive(Clone)]
enum Parent {
    /// A territory, by its statistics code at the day on which the agency begins.
    Territory(String),
    /// Another agency, by its key.
    Agency(String),
}

/// When an agency ends, and in which ones it goes on.
struct End {
    on: Day,
    into: Vec<String>,
    share: Share,
}

struct Agency {
    key: String,
    line: u64,
    unit: NewUnit,
    parent: Parent,
    from: Day,
    end: Option<End>,
}

/// The sample agencies of one file.
#[derive(Default)]
pub(super) struct Sample {
    agencies: Vec<Agency>,
    by_key: HashMap<String, usize>,
}

/// Reads the file against the territories.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(texts: &Texts, eras: &Eras) -> Result<Sample, Vec<Problem>> {
    let mut problems = Problems::default();
    let raw: Vec<At<Raw>> = rows(texts, files::AGENCIES, &mut problems);
    let mut sample = Sample::default();
    for At { line, row } in raw {
        let place = (files::AGENCIES, line);
        eras.known.check(place, (&row.level, &row.form), &mut problems);
        let Some(agency) = parse(line, row, &mut problems) else { continue };
        if sample.by_key.insert(agency.key.clone(), sample.agencies.len()).is_some() {
            problems.add(place, Why::Twice, &agency.key);
        }
        sample.agencies.push(agency);
    }
    sample.check(eras, &mut problems);
    problems.unless_any(sample)
}

fn parse(line: u64, raw: Raw, problems: &mut Problems) -> Option<Agency> {
    let place = (files::AGENCIES, line);
    let name = problems.name(place, &raw.name_vi, raw.name_en.as_deref());
    let codes = codes(place, &raw, problems);
    let from = problems.day(place, &raw.from);
    let until = raw.until.as_deref().map(|until| problems.day(place, until));
    let into: Vec<String> = raw.into.split(';').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    let share = raw.share.unwrap_or(Share::Part);
    let end = match until {
        None => None,
        Some(on) => Some(End { on: on?, into, share }),
    };
    let parent = match raw.parent.strip_prefix("gso:") {
        Some(code) => Parent::Territory(code.to_owned()),
        None => Parent::Agency(raw.parent.clone()),
    };
    let unit = unit((raw.kind, name?, codes?), (raw.level, raw.form), place);
    Some(Agency { key: raw.key, line, unit, parent, from: from?, end })
}

fn unit(
    (kind, name, codes): (UnitKind, UnitName, Vec<Code>),
    (level, form): (String, String),
    (file, line): Place,
) -> NewUnit {
    let provenance = Some(format!("{file}:{line}"));
    NewUnit { made: None, kind, name, codes, level, form, parent: None, head: None, provenance }
}

/// The codes of a row, and its key as a code of ours: by it later sets name the agency.
fn codes(place: Place, raw: &Raw, problems: &mut Problems) -> Option<Vec<Code>> {
    let mut found = vec![problems.code(place, Scheme::Internal, &raw.key)?];
    for text in raw.codes.split(';').filter(|text| !text.is_empty()) {
        let (scheme, value) = text.split_once(':').unwrap_or((text, ""));
        match Scheme::from_word(scheme) {
            Some(scheme) => found.push(problems.code(place, scheme, value)?),
            None => problems.add(place, Why::Code, text),
        }
    }
    Some(found)
}

impl Sample {
    pub(super) const fn is_empty(&self) -> bool {
        self.agencies.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.agencies.len()
    }

    fn get(&self, key: &str) -> Option<&Agency> {
        self.by_key.get(key).and_then(|place| self.agencies.get(*place))
    }

    /// Every parent and heir is there at the right day, and nothing begins or ends on another day than a set's.
    fn check(&self, eras: &Eras, problems: &mut Problems) {
        let decisions = &eras.decisions;
        let days = [decisions.before.effective, decisions.departments.effective, decisions.reform.effective];
        for agency in &self.agencies {
            let place = (files::AGENCIES, agency.line);
            let there = match &agency.parent {
                Parent::Territory(code) if agency.from == decisions.reform.effective => eras.after.contains_key(code),
                Parent::Territory(code) => eras.before.contains_key(code),
                Parent::Agency(key) => self.get(key).is_some_and(|parent| parent.from <= agency.from),
            };
            if !there {
                problems.add(place, Why::Parent, &agency.key);
            }
            let ends = agency.end.as_ref();
            if std::iter::once(agency.from).chain(ends.map(|end| end.on)).any(|day| !days.contains(&day)) {
                problems.add(place, Why::Date, &agency.key);
            }
            let heirs = ends.into_iter().flat_map(|end| end.into.iter().map(|heir| (heir, end.on)));
            for (heir, _) in heirs.filter(|(heir, on)| self.get(heir).is_none_or(|heir| heir.from > *on)) {
                problems.add(place, Why::Reference, heir);
            }
        }
    }

    /// What the set of the state before says of agencies.
    pub(super) fn before(&self, eras: &Eras) -> Vec<Operation> {
        self.at(eras.decisions.before.effective, |code| Some(made_before(code)))
    }

    /// What happens between the two states.
    pub(super) fn between(&self, eras: &Eras) -> Vec<Operation> {
        let at = |code: &str| eras.before.get(code).map(|at| UnitRef::Code(at.row.code.clone()));
        self.at(eras.decisions.departments.effective, at)
    }

    /// What the reform says of agencies.
    pub(super) fn after(&self, eras: &Eras, reform: &Reform<'_>) -> Vec<Operation> {
        self.at(eras.decisions.reform.effective, |code| reform.new_unit(code))
    }

    /// The operations of one day, parents first. `territory` names a territory as that day's set does.
    fn at(&self, day: Day, territory: impl Fn(&str) -> Option<UnitRef>) -> Vec<Operation> {
        let mut found = Vec::new();
        let mut made = HashSet::new();
        let mut open: Vec<&Agency> = self.agencies.iter().filter(|agency| agency.from == day).collect();
        while !open.is_empty() {
            let before = open.len();
            open.retain(|agency| {
                let ready = match &agency.parent {
                    Parent::Territory(_) => true,
                    Parent::Agency(key) => self.get(key).is_none_or(|parent| parent.from < day || made.contains(key)),
                };
                if ready {
                    made.insert(&agency.key);
                    found.push(self.begin(agency, day, &territory));
                }
                !ready
            });
            if open.len() == before {
                break;
            }
        }
        let ending = self.agencies.iter().filter_map(|agency| Some((agency, agency.end.as_ref()?)));
        found.extend(ending.filter(|(_, end)| end.on == day).filter_map(|(agency, end)| self.dissolve(agency, end)));
        found
    }

    /// How a set of this day names an agency: what it makes by its `ref`, what was there by its key.
    fn named(&self, key: &str, day: Day) -> Option<UnitRef> {
        if self.get(key)?.from == day {
            return Some(UnitRef::Made(key.to_owned()));
        }
        Code::parse(Scheme::Internal, key).ok().map(UnitRef::Code)
    }

    fn begin(&self, agency: &Agency, day: Day, territory: &impl Fn(&str) -> Option<UnitRef>) -> Operation {
        let parent = match &agency.parent {
            Parent::Territory(code) => territory(code),
            Parent::Agency(key) => self.named(key, day),
        };
        let unit = NewUnit { made: Some(agency.key.clone()), parent, ..agency.unit.clone() };
        let whole: Vec<Giver> = self
            .agencies
            .iter()
            .filter(|old| {
                let end = old.end.as_ref().filter(|end| end.on == day && end.share == Share::Whole);
                end.is_some_and(|end| end.into == [agency.key.clone()])
            })
            .filter_map(|old| {
                Some(Giver { unit: self.named(&old.key, day)?, default: true, checked: true, source: None })
            })
            .collect();
        if whole.is_empty() {
            Operation::Create { unit }
        } else {
            Operation::Merge { whole, part: Vec::new(), into: Target::New(unit) }
        }
    }

    /// An agency that goes on in several, or in none. One that goes on wholly in one is in that one's merge.
    fn dissolve(&self, agency: &Agency, end: &End) -> Option<Operation> {
        if end.share == Share::Whole && end.into.len() == 1 {
            return None;
        }
        let heir = |key: &String| {
            let unit = self.named(key, end.on)?;
            Some(Heir { unit, share: Share::Part, default: false, checked: true, source: None })
        };
        let successors = end.into.iter().filter_map(heir).collect();
        Some(Operation::Dissolve { unit: self.named(&agency.key, end.on)?, successors })
    }
}
