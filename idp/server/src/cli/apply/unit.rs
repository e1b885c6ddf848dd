//! Units of a file: made where no unit has their code. What a unit is changes by decision, never by a file of desired state.

use idp_core::{
    crypto::digest,
    org::{
        self, AsOf, Code,
        change::{self, ChangeError, Decision, NewSet, NewUnit, Operation, Purpose, UnitRef},
        load,
    },
    store::{StoreError, Tx},
    types::{Day, Timestamp},
};

use super::{
    super::units::words,
    change::{Change, What},
    file::UnitEntry,
    problem::Problem,
};

/// A unit whose values are parsed.
pub(super) struct Prepared {
    path: String,
    code: Code,
    set: NewSet,
}

/// Parses codes, and writes the set by which each unit would be made.
pub(super) fn prepare(entries: Vec<(String, UnitEntry)>, now: Timestamp, problems: &mut Vec<Problem>) -> Vec<Prepared> {
    entries.into_iter().filter_map(|(path, entry)| parse(path, entry, now.day(), problems)).collect()
}

fn parse(path: String, entry: UnitEntry, today: Day, problems: &mut Vec<Problem>) -> Option<Prepared> {
    let mut read = |field: &str, text: &str| {
        let code = Code::named(text);
        if code.is_none() {
            problems.push(Problem::rule(format!("{path}.{field}"), "cli-apply-unit-code"));
        }
        code
    };
    let (code, parent) = (read("code", &entry.code), read("parent", &entry.parent));
    let more: Option<Vec<Code>> = entry.codes.iter().map(|text| read("codes", text)).collect();
    let (code, parent) = (code?, parent?);
    let codes = std::iter::once(code.clone()).chain(more?).collect();
    let since = entry.since.unwrap_or(today);
    let file_sha256 = digest::sha256(format!("{entry:?}").as_bytes());
    let unit = NewUnit {
        made: None,
        kind: entry.kind,
        name: entry.name,
        codes,
        level: entry.level,
        form: entry.form,
        parent: Some(UnitRef::Code(parent)),
        head: None,
        provenance: Some(load::APPLIED.to_owned()),
    };
    let decision = Decision {
        number: entry.decision.unwrap_or_else(|| load::APPLIED.to_owned()),
        date: since,
        signer: entry.signer.unwrap_or_else(|| load::APPLIED.to_owned()),
        file_sha256,
    };
    let set = NewSet {
        title: load::APPLIED.to_owned(),
        purpose: Purpose::Load,
        decision,
        effective_on: since,
        operations: vec![Operation::Create { unit }],
        choices: Vec::new(),
    };
    Some(Prepared { path, code, set })
}

/// Makes what is missing, in the order of the file.
pub(super) async fn apply(
    tx: &mut Tx<'_>,
    units: &[Prepared],
    problems: &mut Vec<Problem>,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(units.len());
    for unit in units {
        let as_of = AsOf::at(unit.set.effective_on.start());
        let there = org::by_code(tx, &unit.code, as_of).await?.is_some();
        let what = if there { What::Nothing } else { What::Made };
        if !there {
            match change::enact(tx, &unit.set).await {
                Ok(_approved) => {}
                Err(ChangeError::Refused(refusal)) => problems
                    .extend(words::refusal_keys(&refusal).into_iter().map(|key| Problem::rule(unit.path.clone(), key))),
                Err(ChangeError::Store(error)) => return Err(error),
            }
        }
        let name = format!("{}:{}", unit.code.scheme().word(), unit.code.value());
        changes.push(Change { kind: "unit", name, what, fields: Vec::new() });
    }
    Ok(changes)
}
