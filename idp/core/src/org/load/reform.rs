//! The reform as operations: what goes on, what merges, what is split, what ends.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    COMMUNE, DISTRICT, PROVINCE, files,
    read::{At, Eras, MapRow, ProvinceRow, Relation, UnitRow},
    sets::territory,
};
use crate::org::{
    Code, Share,
    change::{Giver, Heir, Operation, Target, UnitRef},
};

/// The lines by which a new commune is one old commune, and nothing else: that unit goes on.
fn goes_on<'a>(lines: &[&'a At<MapRow>]) -> Option<&'a At<MapRow>> {
    match lines {
        [only] if only.row.relation == Relation::Whole && !only.row.old_code.is_empty() => Some(only),
        _ => None,
    }
}

/// A unit of the state before, by the code that it has then.
fn old_unit(eras: &Eras, code: &str) -> Option<UnitRef> {
    eras.before.get(code).map(|at| UnitRef::Code(at.row.code.clone()))
}

/// The reform, ready to be asked.
pub(super) struct Reform<'a> {
    eras: &'a Eras,
    by_new: BTreeMap<&'a str, Vec<&'a At<MapRow>>>,
    provinces: BTreeMap<&'a str, Vec<&'a ProvinceRow>>,
}

impl<'a> Reform<'a> {
    pub(super) fn of(eras: &'a Eras) -> Self {
        let mut provinces: BTreeMap<&str, Vec<&ProvinceRow>> = BTreeMap::new();
        for province in &eras.provinces {
            provinces.entry(&province.new).or_default().push(province);
        }
        Self { eras, by_new: eras.lines_by(|row| &row.new_code), provinces }
    }

    /// How many provinces and communes go on as the same unit.
    pub(super) fn that_go_on(&self) -> (usize, usize) {
        let provinces = self.provinces.values().filter(|olds| olds.len() == 1).count();
        (provinces, self.by_new.values().filter(|lines| goes_on(lines).is_some()).count())
    }

    /// All of it but the end of the district level itself.
    pub(super) fn operations(&self) -> Vec<Operation> {
        let mut operations = self.provinces();
        operations.extend(self.communes());
        operations.extend(self.splits());
        operations.extend(self.districts());
        operations
    }

    /// How the set of the reform names a unit of the state after: one that goes on by its old code, a new one by its `ref`.
    pub(super) fn new_unit(&self, code: &str) -> Option<UnitRef> {
        let at = self.eras.after.get(code)?;
        let goes_on = match at.row.level.as_str() {
            COMMUNE => self.by_new.get(code).and_then(|lines| goes_on(lines)).map(|at| at.row.old_code.as_str()),
            PROVINCE => match self.provinces.get(code).map(Vec::as_slice) {
                Some([only]) => Some(only.old.as_str()),
                _ => None,
            },
            _ => Some(code),
        };
        match goes_on {
            Some(old) => old_unit(self.eras, old),
            None => Some(UnitRef::Made(format!("new-{code}"))),
        }
    }

    /// The unit to be made, with its place in the new tree.
    fn made(&self, code: &str, agency: Option<&Code>) -> Option<Target> {
        let at = self.eras.after.get(code)?;
        let mut unit = territory(&at.row, format!("{}:{}", files::AFTER, at.line));
        unit.codes.extend(agency.cloned());
        unit.parent = at.row.parent.as_deref().and_then(|parent| self.new_unit(parent));
        unit.made = Some(format!("new-{code}"));
        Some(Target::New(unit))
    }

    fn provinces(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        for (code, olds) in &self.provinces {
            match olds.as_slice() {
                [only] => found.extend(self.changes(&only.old, code, Some((&only.agency, &only.new_agency)))),
                several => {
                    let giver = |province: &&ProvinceRow| {
                        Some(Giver {
                            unit: old_unit(self.eras, &province.old)?,
                            default: true,
                            checked: true,
                            source: None,
                        })
                    };
                    let into = self.made(code, several.first().map(|province| &province.new_agency));
                    let whole = several.iter().filter_map(giver).collect();
                    found.extend(into.map(|into| Operation::Merge { whole, part: Vec::new(), into }));
                }
            }
        }
        found
    }

    /// What changes of a unit that goes on.
    fn changes(&self, old: &str, new: &str, agency: Option<(&Code, &Code)>) -> Vec<Operation> {
        let (Some(before), Some(after)) = (self.eras.before.get(old), self.eras.after.get(new)) else {
            return Vec::new();
        };
        let unit = UnitRef::Code(before.row.code.clone());
        let (before, after): (&UnitRow, &UnitRow) = (&before.row, &after.row);
        let mut found = Vec::new();
        if before.name != after.name {
            found.push(Operation::Rename { unit: unit.clone(), name: after.name.clone() });
        }
        if before.code != after.code {
            found.push(Operation::Recode { unit: unit.clone(), code: after.code.clone() });
        }
        if let Some((_, code)) = agency.filter(|(old, new)| old != new) {
            found.push(Operation::Recode { unit: unit.clone(), code: code.clone() });
        }
        if before.form != after.form {
            found.push(Operation::Reform { unit: unit.clone(), level: None, form: Some(after.form.clone()) });
        }
        let parents = (before.parent.as_deref(), after.parent.as_deref());
        if before.level == COMMUNE || parents.0 != parents.1 {
            let parent = parents.1.and_then(|parent| self.new_unit(parent));
            found.extend(parent.map(|parent| Operation::Reparent { unit, parent }));
        }
        found
    }

    fn communes(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        for (code, lines) in &self.by_new {
            if let Some(line) = goes_on(lines) {
                found.extend(self.changes(&line.row.old_code, code, None));
                continue;
            }
            let whole = lines.iter().filter(|at| at.row.relation == Relation::Whole);
            let giver = |at: &&&At<MapRow>| {
                Some(Giver {
                    unit: old_unit(self.eras, at.row.old())?,
                    default: at.row.checked(),
                    checked: at.row.checked(),
                    source: Some(source(at)),
                })
            };
            let whole: Vec<Giver> = whole.clone().filter_map(|at| giver(&at)).collect();
            found.extend(self.made(code, None).map(|into| match into {
                Target::New(unit) if whole.is_empty() => Operation::Create { unit },
                into => Operation::Merge { whole, part: Vec::new(), into },
            }));
        }
        found
    }

    /// Communes whose territory went to several: nobody knows from here who goes where, so the default is a proposal.
    fn splits(&self) -> Vec<Operation> {
        let by_old = self.eras.lines_by(|row| &row.old_code);
        let split = by_old.values().filter(|lines| lines[0].row.relation == Relation::Split);
        let dissolve = |lines: &Vec<&At<MapRow>>| {
            let heir = |at: &&At<MapRow>| {
                Some(Heir {
                    unit: self.new_unit(&at.row.new_code)?,
                    share: Share::Part,
                    default: at.row.is_default == 1 && at.row.checked(),
                    checked: at.row.checked(),
                    source: Some(source(at)),
                })
            };
            let successors = lines.iter().filter_map(heir).collect();
            Some(Operation::Dissolve { unit: old_unit(self.eras, &lines[0].row.old_code)?, successors })
        };
        split.filter_map(dissolve).collect()
    }

    /// Districts end; the communes that hold their territory are where to ask. One without communes has merged already.
    fn districts(&self) -> Vec<Operation> {
        let lines = self.eras.lines_by(|row| &row.old_district_code);
        let mut found = Vec::new();
        for (code, at) in self.eras.before.iter().filter(|(_, at)| at.row.level == DISTRICT) {
            let lines = lines.get(code.as_str()).map(Vec::as_slice).unwrap_or_default();
            if lines.iter().any(|at| at.row.old_code.is_empty()) {
                continue;
            }
            let heirs: BTreeSet<&str> =
                lines.iter().filter(|at| at.row.checked()).map(|at| at.row.new_code.as_str()).collect();
            let share = if heirs.len() == 1 { Share::Whole } else { Share::Part };
            let heir = |code: &&str| {
                Some(Heir {
                    unit: self.new_unit(code)?,
                    share,
                    default: share == Share::Whole,
                    checked: true,
                    source: None,
                })
            };
            let successors = heirs.iter().filter_map(heir).collect();
            found.push(Operation::Dissolve { unit: UnitRef::Code(at.row.code.clone()), successors });
        }
        found
    }
}

fn source(at: &At<MapRow>) -> String {
    format!("{}:{}", files::MAP, at.line)
}
