//! From the texts of the files to rows that fit together, or to everything that is wrong with them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    files::{self, Texts},
    fit,
};
use crate::{
    org::{Code, Form, Label, Scheme, UnitName},
    types::Day,
};

/// Complaints shown of one load; a file of the wrong kind would else make ten thousand.
const MOST: usize = 50;

/// What is wrong with one line of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: &'static str,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub why: Why,
    /// The value that it is about, or the words of the parser.
    pub value: String,
}

/// What can be wrong. [`word`](Self::word) names the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The line has other columns, or a value of another kind.
    Unreadable,
    /// A code or key stands twice.
    Twice,
    /// Not a code of its scheme.
    Code,
    /// Not a name.
    Name,
    /// A level that `levels.csv` does not have.
    Level,
    /// A form that nobody knows at this level.
    Form,
    /// A parent that the same file does not have, or not exactly one unit without a parent.
    Parent,
    /// An old unit that the earlier state does not have.
    Old,
    /// A new unit that the later state does not have.
    New,
    /// An old unit without a successor, or a new one without a predecessor.
    Unmapped,
    /// A whole succession beside another one of the same unit, or a split without exactly one default.
    Shares,
    /// Province of the map and province of the codes differ.
    Province,
    /// Not a date as `YYYY-MM-DD`, or not one of the days on which a set takes effect.
    Date,
    /// A key, a parent or a successor that no line has.
    Reference,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Unreadable,
        Self::Twice,
        Self::Code,
        Self::Name,
        Self::Level,
        Self::Form,
        Self::Parent,
        Self::Old,
        Self::New,
        Self::Unmapped,
        Self::Shares,
        Self::Province,
        Self::Date,
        Self::Reference,
    ];

    /// The last part of the key of its sentence, `units-file-WORD`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Twice => "twice",
            Self::Code => "code",
            Self::Name => "name",
            Self::Level => "level",
            Self::Form => "form",
            Self::Parent => "parent",
            Self::Old => "old",
            Self::New => "new",
            Self::Unmapped => "unmapped",
            Self::Shares => "shares",
            Self::Province => "province",
            Self::Date => "date",
            Self::Reference => "reference",
        }
    }
}

/// A place in a file: its name and a line.
pub(super) type Place = (&'static str, u64);

/// A list of complaints that stops growing.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, (file, line): Place, why: Why, value: &(impl ToString + ?Sized)) {
        if self.0.len() < MOST {
            self.0.push(Problem { file, line, why, value: value.to_string() });
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn unless_any<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    /// A code of a scheme, or a complaint.
    pub(super) fn code(&mut self, place: Place, scheme: Scheme, value: &str) -> Option<Code> {
        let code = Code::parse(scheme, value).ok();
        if code.is_none() {
            self.add(place, Why::Code, value);
        }
        code
    }

    /// A name, or a complaint.
    pub(super) fn name(&mut self, place: Place, vi: &str, en: Option<&str>) -> Option<UnitName> {
        let name = UnitName::parse(vi, en).ok();
        if name.is_none() {
            self.add(place, Why::Name, vi);
        }
        name
    }

    /// A day, or a complaint.
    pub(super) fn day(&mut self, place: Place, text: &str) -> Option<Day> {
        let day = text.parse().ok();
        if day.is_none() {
            self.add(place, Why::Date, text);
        }
        day
    }
}

/// A row with the line on which it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) line: u64,
    pub(super) row: T,
}

/// A level of the tree.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LevelRow {
    pub(super) id: String,
    pub(super) rank: i64,
    pub(super) label_vi: String,
    pub(super) label_en: String,
}

#[derive(Deserialize)]
struct RawForm {
    id: String,
    level: Option<String>,
    label_vi: String,
    label_en: String,
}

#[derive(Deserialize)]
struct RawUnit {
    code: String,
    name: String,
    level: String,
    parent: Option<String>,
    #[serde(rename = "type")]
    form: String,
}

/// A unit of one state.
#[derive(Clone, Debug)]
pub(super) struct UnitRow {
    pub(super) code: Code,
    pub(super) name: UnitName,
    pub(super) level: String,
    pub(super) form: String,
    pub(super) parent: Option<String>,
}

/// How much of an old unit went to a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Relation {
    Whole,
    Split,
}

/// Whether a second table says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Checked {
    #[serde(rename = "yes")]
    Yes,
    #[serde(rename = "no")]
    No,
    /// The second table cannot say: island districts had no communes. There is one place where their territory can be.
    #[serde(rename = "n/a")]
    NotApplicable,
}

/// One line of the map.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MapRow {
    /// Empty where a district without communes is meant.
    pub(super) old_code: String,
    pub(super) old_district_code: String,
    pub(super) old_province_code: String,
    pub(super) new_code: String,
    pub(super) new_province_code: String,
    pub(super) relation: Relation,
    pub(super) is_default: u8,
    pub(super) cross_checked: Checked,
}

impl MapRow {
    /// The old unit: a commune, or a district without communes.
    pub(super) fn old(&self) -> &str {
        if self.old_code.is_empty() { &self.old_district_code } else { &self.old_code }
    }

    /// Whether the line may be believed.
    pub(super) fn checked(&self) -> bool {
        self.cross_checked != Checked::No
    }
}

#[derive(Deserialize)]
struct RawProvince {
    gso_code_2024: String,
    agency_code_2020: String,
    gso_code_2025: String,
    agency_code_2025: String,
}

/// One province before, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct ProvinceRow {
    pub(super) old: String,
    pub(super) agency: Code,
    pub(super) new: String,
    pub(super) new_agency: Code,
}

#[derive(Deserialize)]
struct RawDecision {
    key: String,
    title: String,
    decision_no: String,
    decision_date: String,
    signer: String,
    effective: String,
}

/// A decision with its days.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) title: String,
    pub(super) number: String,
    pub(super) date: Day,
    pub(super) signer: String,
    pub(super) effective: Day,
}

/// The decisions under which everything is written.
pub(super) struct Decisions {
    /// The state before.
    pub(super) before: Decision,
    /// Departments of the sample, merged between the two states.
    pub(super) departments: Decision,
    /// The reform.
    pub(super) reform: Decision,
}

/// One state, by code.
pub(super) type State = BTreeMap<String, At<UnitRow>>;

/// Everything about territory that the files say, fitting together.
pub(super) struct Eras {
    pub(super) levels: Vec<LevelRow>,
    /// Forms that the files add.
    pub(super) forms: Vec<Form>,
    pub(super) before: State,
    pub(super) after: State,
    pub(super) map: Vec<At<MapRow>>,
    pub(super) provinces: Vec<ProvinceRow>,
    pub(super) decisions: Decisions,
    pub(super) known: Known,
}

impl Eras {
    /// Reads all files. `forms` are those that the house knows.
    ///
    /// # Errors
    /// Everything that is wrong with them, up to fifty lines.
    pub(super) fn read(texts: &Texts, forms: &[Form]) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let levels: Vec<LevelRow> = rows(texts, files::LEVELS, &mut problems).into_iter().map(|at| at.row).collect();
        let own = own_forms(rows(texts, files::FORMS, &mut problems));
        let known = Known::of(&levels, forms.iter().chain(&own));
        let before = state(texts, files::BEFORE, &known, &mut problems);
        let after = state(texts, files::AFTER, &known, &mut problems);
        let map: Vec<At<MapRow>> = rows(texts, files::MAP, &mut problems);
        let provinces = provinces(rows(texts, files::PROVINCES, &mut problems), &mut problems);
        let decisions = decisions(rows(texts, files::SETS, &mut problems), &mut problems);
        if problems.is_empty() {
            fit::territory(&before, &after, &map, &mut problems);
            fit::provinces(&before, &after, (&map, &provinces), &mut problems);
        }
        let provinces = provinces.into_iter().map(|at| at.row).collect();
        match decisions {
            Some(decisions) => {
                problems.unless_any(Self { levels, forms: own, before, after, map, provinces, decisions, known })
            }
            None => Err(problems.0),
        }
    }

    /// Lines of the map by a key of theirs.
    pub(super) fn lines_by<'a>(&'a self, key: fn(&'a MapRow) -> &'a str) -> BTreeMap<&'a str, Vec<&'a At<MapRow>>> {
        let mut found: BTreeMap<&str, Vec<&At<MapRow>>> = BTreeMap::new();
        for line in &self.map {
            found.entry(key(&line.row)).or_default().push(line);
        }
        found
    }
}

/// Levels and forms that are known.
pub(super) struct Known {
    levels: HashSet<String>,
    forms: HashMap<String, Option<String>>,
}

impl Known {
    fn of<'a>(levels: &[LevelRow], forms: impl Iterator<Item = &'a Form>) -> Self {
        Self {
            levels: levels.iter().map(|level| level.id.clone()).collect(),
            forms: forms.map(|form| (form.label.id.clone(), form.level.clone())).collect(),
        }
    }

    /// Complains about a level or a form that is not known, or that do not go together.
    pub(super) fn check(&self, place: Place, (level, form): (&str, &str), problems: &mut Problems) {
        let of_any_or_this = |of: &Option<String>| of.as_deref().is_none_or(|of| of == level);
        if !self.levels.contains(level) {
            problems.add(place, Why::Level, level);
        } else if !self.forms.get(form).is_some_and(of_any_or_this) {
            problems.add(place, Why::Form, form);
        }
    }
}

/// The rows of one file. A line that cannot be read is noted and left out.
pub(super) fn rows<T: DeserializeOwned>(texts: &Texts, file: &'static str, problems: &mut Problems) -> Vec<At<T>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(texts.text(file).as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            problems.add((file, 1), Why::Unreadable, &error);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for record in reader.records() {
        let read = record.and_then(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            record.deserialize::<T>(Some(&headers)).map(|row| At { line, row })
        });
        match read {
            Ok(row) => found.push(row),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.add((file, line), Why::Unreadable, &error);
            }
        }
    }
    found
}

fn own_forms(rows: Vec<At<RawForm>>) -> Vec<Form> {
    let form =
        |RawForm { id, level, label_vi, label_en }| Form { label: Label { id, vi: label_vi, en: label_en }, level };
    rows.into_iter().map(|at| form(at.row)).collect()
}

fn state(texts: &Texts, file: &'static str, known: &Known, problems: &mut Problems) -> State {
    let mut state = State::new();
    for At { line, row } in rows::<RawUnit>(texts, file, problems) {
        let place = (file, line);
        // The lists write forms with an underscore, the house with a hyphen.
        let form = row.form.replace('_', "-");
        known.check(place, (&row.level, &form), problems);
        let (code, name) = (problems.code(place, Scheme::Gso, &row.code), problems.name(place, &row.name, None));
        let (Some(code), Some(name)) = (code, name) else { continue };
        let unit = UnitRow { code, name, level: row.level, form, parent: row.parent };
        if state.insert(row.code.clone(), At { line, row: unit }).is_some() {
            problems.add(place, Why::Twice, &row.code);
        }
    }
    for at in state.values() {
        if let Some(parent) = at.row.parent.as_ref().filter(|parent| !state.contains_key(*parent)) {
            problems.add((file, at.line), Why::Parent, parent);
        }
    }
    if state.values().filter(|at| at.row.parent.is_none()).count() != 1 {
        problems.add((file, 0), Why::Parent, "");
    }
    state
}

fn provinces(raw: Vec<At<RawProvince>>, problems: &mut Problems) -> Vec<At<ProvinceRow>> {
    let mut parse = |At { line, row }: At<RawProvince>| {
        let place = (files::PROVINCES, line);
        let agency = problems.code(place, Scheme::Agency2020, &row.agency_code_2020);
        let new_agency = problems.code(place, Scheme::Agency2020, &row.agency_code_2025);
        let (agency, new_agency) = (agency?, new_agency?);
        Some(At { line, row: ProvinceRow { old: row.gso_code_2024, agency, new: row.gso_code_2025, new_agency } })
    };
    raw.into_iter().filter_map(&mut parse).collect()
}

fn decisions(raw: Vec<At<RawDecision>>, problems: &mut Problems) -> Option<Decisions> {
    let mut found = HashMap::new();
    for At { line, row } in raw {
        let place = (files::SETS, line);
        let (date, effective) = (problems.day(place, &row.decision_date), problems.day(place, &row.effective));
        let (Some(date), Some(effective)) = (date, effective) else { continue };
        let decision = Decision { title: row.title, number: row.decision_no, date, signer: row.signer, effective };
        found.insert(row.key, decision);
    }
    let mut take = |key: &str| {
        let decision = found.remove(key);
        if decision.is_none() {
            problems.add((files::SETS, 0), Why::Reference, key);
        }
        decision
    };
    let (before, departments, reform) = (take("before"), take("departments"), take("reform"));
    Some(Decisions { before: before?, departments: departments?, reform: reform? })
}
