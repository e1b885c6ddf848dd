//! The change sets that the files amount to, in the order of their days.

use std::collections::BTreeMap;

use super::{
    agencies::{self, Sample},
    files::{self, Texts},
    read::{Decision, Eras, LevelRow, Problem, Relation, State, UnitRow},
    reform::Reform,
};
use crate::{
    org::{
        Code, Form, UnitKind,
        change::{self, NewSet, NewUnit, Operation, Purpose, UnitRef},
    },
    types::Digest,
};

/// Whether the sample agencies come along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agencies {
    /// Territory alone.
    None,
    /// Invented agencies of five provinces, too.
    Sample,
}

/// Everything that is to be enacted.
pub struct Planned {
    /// Forms that the files add to those that the house knows.
    pub forms: Vec<Form>,
    /// The sets, the earliest first.
    pub sets: Vec<NewSet>,
    /// What a person should know of them.
    pub report: Report,
}

/// How many units of which level a state has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Provinces.
    pub provinces: usize,
    /// Districts.
    pub districts: usize,
    /// Communes.
    pub communes: usize,
}

impl Counts {
    fn of(state: &State) -> Self {
        let at = |level: &str| state.values().filter(|at| at.row.level == level).count();
        Self { provinces: at(super::PROVINCE), districts: at(super::DISTRICT), communes: at(super::COMMUNE) }
    }
}

/// What a person should know of a load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The state before the reform.
    pub before: Counts,
    /// The state after it.
    pub after: Counts,
    /// Communes that stay the same unit.
    pub communes_that_go_on: usize,
    /// Provinces that stay the same unit.
    pub provinces_that_go_on: usize,
    /// Old communes whose territory went to several new ones: a person says who goes where.
    pub split: Vec<Split>,
    /// Lines of the map that only one source has: kept, marked, never proposed.
    pub unchecked: Vec<Unchecked>,
    /// Codes of both states that stand beside another name in each.
    pub codes_under_another_name: usize,
    /// Sample agencies, of both states.
    pub agencies: usize,
}

/// A commune that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Its code before the reform.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Codes of the communes that hold its territory, the proposed one first; unchecked ones are left out.
    pub into: Vec<String>,
}

/// A line of the map that nobody else confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// The line of the map.
    pub line: u64,
    /// The old unit.
    pub old: String,
    /// The new one.
    pub new: String,
}

/// Works out the sets. `forms` are those that the house knows.
///
/// # Errors
/// Everything that is wrong with the files.
pub fn plan(texts: &Texts, forms: &[Form], agencies: Agencies) -> Result<Planned, Vec<Problem>> {
    let eras = Eras::read(texts, forms)?;
    let reform = Reform::of(&eras);
    let sample = match agencies {
        Agencies::None => Sample::default(),
        Agencies::Sample => agencies::read(texts, &eras)?,
    };
    let used = |names: &[&'static str]| {
        let more = (!sample.is_empty()).then_some(files::AGENCIES);
        texts.digest(&names.iter().copied().chain(more).collect::<Vec<_>>())
    };
    let decisions = &eras.decisions;
    let before = [levels(&eras), state_before(&eras), sample.before(&eras)].concat();
    let departments = sample.between(&eras);
    let end = Operation::AbolishLevel { level: super::DISTRICT.to_owned() };
    let after = [reform.operations(), sample.after(&eras, &reform), vec![end]].concat();
    let mut sets = vec![set(
        &decisions.before,
        used(&[files::BEFORE, files::PROVINCES, files::LEVELS, files::FORMS, files::SETS]),
        before,
    )];
    if !departments.is_empty() {
        sets.push(set(&decisions.departments, used(&[files::SETS]), departments));
    }
    sets.push(set(&decisions.reform, used(&[files::AFTER, files::MAP, files::PROVINCES, files::SETS]), after));
    let report = report(&eras, &reform, sample.len());
    Ok(Planned { forms: eras.forms, sets, report })
}

fn set(decision: &Decision, file_sha256: Digest, operations: Vec<Operation>) -> NewSet {
    let Decision { title, number, date, signer, effective } = decision.clone();
    NewSet {
        title,
        purpose: Purpose::Load,
        decision: change::Decision { number, date, signer, file_sha256 },
        effective_on: effective,
        operations,
        choices: Vec::new(),
    }
}

fn levels(eras: &Eras) -> Vec<Operation> {
    let open = |level: &LevelRow| Operation::OpenLevel {
        level: level.id.clone(),
        rank: level.rank,
        label: change::LevelLabel { vi: level.label_vi.clone(), en: level.label_en.clone() },
    };
    eras.levels.iter().map(open).collect()
}

/// How the first set names a unit that it makes.
pub(super) fn made_before(code: &str) -> UnitRef {
    UnitRef::Made(format!("old-{code}"))
}

/// Every unit of the state before, parents first.
fn state_before(eras: &Eras) -> Vec<Operation> {
    let agency: BTreeMap<&str, &Code> = eras.provinces.iter().map(|row| (row.old.as_str(), &row.agency)).collect();
    let mut found = Vec::with_capacity(eras.before.len());
    for level in &eras.levels {
        for (code, at) in eras.before.iter().filter(|(_, at)| at.row.level == level.id) {
            let mut unit = territory(&at.row, format!("{}:{}", files::BEFORE, at.line));
            unit.codes.extend(agency.get(code.as_str()).map(|code| (*code).clone()));
            unit.parent = at.row.parent.as_deref().map(made_before);
            unit.made = Some(format!("old-{code}"));
            found.push(Operation::Create { unit });
        }
    }
    found
}

/// A unit as its row says; `ref`, parent and agency code are the caller's.
pub(super) fn territory(row: &UnitRow, provenance: String) -> NewUnit {
    NewUnit {
        made: None,
        kind: UnitKind::Territory,
        name: row.name.clone(),
        codes: vec![row.code.clone()],
        level: row.level.clone(),
        form: row.form.clone(),
        parent: None,
        head: None,
        provenance: Some(provenance),
    }
}

fn report(eras: &Eras, reform: &Reform<'_>, agencies: usize) -> Report {
    let (provinces_that_go_on, communes_that_go_on) = reform.that_go_on();
    let unchecked = eras.map.iter().filter(|at| !at.row.checked());
    let unchecked =
        unchecked.map(|at| Unchecked { line: at.line, old: at.row.old().to_owned(), new: at.row.new_code.clone() });
    let another_name = |code: &&String| {
        let (before, after) = (eras.before.get(*code), eras.after.get(*code));
        before.zip(after).is_some_and(|(before, after)| before.row.name != after.row.name)
    };
    Report {
        before: Counts::of(&eras.before),
        after: Counts::of(&eras.after),
        communes_that_go_on,
        provinces_that_go_on,
        split: splits(eras),
        unchecked: unchecked.collect(),
        codes_under_another_name: eras.after.keys().filter(another_name).count(),
        agencies,
    }
}

fn splits(eras: &Eras) -> Vec<Split> {
    let by_old = eras.lines_by(|row| &row.old_code);
    let split = by_old.into_iter().filter(|(_, lines)| lines[0].row.relation == Relation::Split);
    let told = |(code, mut lines): (&str, Vec<&super::read::At<super::read::MapRow>>)| {
        lines.retain(|at| at.row.checked());
        lines.sort_by_key(|at| at.row.is_default != 1);
        let name = eras.before.get(code)?.row.name.vi().to_owned();
        let into = lines.iter().map(|at| at.row.new_code.clone()).collect();
        Some(Split { code: code.to_owned(), name, into })
    };
    split.filter_map(told).collect()
}
