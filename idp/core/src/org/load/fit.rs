//! Whether the files fit together: every line of the map begins and ends at a unit, every commune is on it, and shares add up.

use std::collections::{HashMap, HashSet};

use super::{
    files,
    read::{At, MapRow, Problems, ProvinceRow, Relation, State, Why},
};

/// Communes of both states against the map.
pub(super) fn territory(before: &State, after: &State, map: &[At<MapRow>], problems: &mut Problems) {
    let mut by_old: HashMap<&str, Vec<&At<MapRow>>> = HashMap::new();
    let mut reached = HashSet::new();
    for at in map {
        if !before.contains_key(at.row.old()) {
            problems.add((files::MAP, at.line), Why::Old, at.row.old());
        }
        if !after.contains_key(&at.row.new_code) {
            problems.add((files::MAP, at.line), Why::New, &at.row.new_code);
        }
        by_old.entry(at.row.old()).or_default().push(at);
        reached.insert(at.row.new_code.as_str());
    }
    for (code, line) in communes(before) {
        match by_old.get(code) {
            None => problems.add((files::BEFORE, line), Why::Unmapped, code),
            Some(lines) if !shares_add_up(lines) => problems.add((files::MAP, lines[0].line), Why::Shares, code),
            Some(_) => {}
        }
    }
    for (code, line) in communes(after).filter(|(code, _)| !reached.contains(code)) {
        problems.add((files::AFTER, line), Why::Unmapped, code);
    }
}

fn communes(state: &State) -> impl Iterator<Item = (&str, u64)> {
    let communes = state.iter().filter(|(_, at)| at.row.level == super::COMMUNE);
    communes.map(|(code, at)| (code.as_str(), at.line))
}

/// One whole succession, or several split ones with one default.
fn shares_add_up(lines: &[&At<MapRow>]) -> bool {
    match lines {
        [only] => only.row.relation == Relation::Whole,
        several => {
            let split = several.iter().all(|at| at.row.relation == Relation::Split);
            split && several.iter().filter(|at| at.row.is_default == 1).count() == 1
        }
    }
}

/// Provinces of both states against their codes, and the map against both.
pub(super) fn provinces(
    before: &State,
    after: &State,
    (map, provinces): (&[At<MapRow>], &[At<ProvinceRow>]),
    problems: &mut Problems,
) {
    let mut successor = HashMap::new();
    for at in provinces {
        let place = (files::PROVINCES, at.line);
        if !before.contains_key(&at.row.old) {
            problems.add(place, Why::Old, &at.row.old);
        }
        if !after.contains_key(&at.row.new) {
            problems.add(place, Why::New, &at.row.new);
        }
        if successor.insert(at.row.old.as_str(), at.row.new.as_str()).is_some() {
            problems.add(place, Why::Twice, &at.row.old);
        }
    }
    for (code, at) in before.iter().filter(|(_, at)| at.row.level == super::PROVINCE) {
        if !successor.contains_key(code.as_str()) {
            problems.add((files::BEFORE, at.line), Why::Unmapped, code);
        }
    }
    for at in map {
        let expected = successor.get(at.row.old_province_code.as_str());
        if expected != Some(&at.row.new_province_code.as_str()) {
            problems.add((files::MAP, at.line), Why::Province, &at.row.old_province_code);
        }
    }
}
