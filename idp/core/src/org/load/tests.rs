//! The shipped lists, and lists with one mistake each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;
use crate::{
    org::{
        AsOf, Filter, Form, Label, Scheme, Share, UnitKind, UnitRow,
        change::{Operation, Target, UnitRef},
    },
    store::{
        Conn, Cx,
        testing::{Scratch, cx},
    },
    types::Day,
};

/// The forms that the house knows by itself, as far as the lists use them.
fn forms() -> Vec<Form> {
    let form = |id: &str, level: Option<&str>| Form {
        label: Label { id: id.to_owned(), vi: id.to_owned(), en: id.to_owned() },
        level: level.map(str::to_owned),
    };
    let of = |level: &'static str, ids: &[&str]| ids.iter().map(|id| form(id, Some(level))).collect::<Vec<_>>();
    let any = [
        "hoi-dong-nhan-dan",
        "uy-ban-nhan-dan",
        "to-chuc-dang",
        "so",
        "ban",
        "van-phong",
        "phong",
        "trung-tam",
        "bo-phan-mot-cua",
    ];
    let mut all = of("central", &["trung-uong"]);
    all.extend(of("province", &["tinh", "thanh-pho-truc-thuoc-trung-uong"]));
    all.extend(of("district", &["huyen", "quan", "thi-xa", "thanh-pho"]));
    all.extend(of("commune", &["xa", "phuong", "thi-tran", "dac-khu"]));
    all.extend(any.iter().map(|id| form(id, None)));
    all
}

fn planned(agencies: Agencies) -> Planned {
    plan(&Texts::shipped(), &forms(), agencies)
        .unwrap_or_else(|problems| panic!("the shipped lists are not sound: {problems:?}"))
}

fn counts(provinces: usize, districts: usize, communes: usize) -> Counts {
    Counts { provinces, districts, communes }
}

#[test]
fn the_shipped_lists_have_the_units_of_both_states() {
    let report = planned(Agencies::None).report;
    assert_eq!(report.before, counts(63, 696, 10_035));
    assert_eq!(report.after, counts(34, 0, 3_321));
    assert_eq!((report.provinces_that_go_on, report.communes_that_go_on), (11, 132));
    assert_eq!((report.split.len(), report.unchecked.len(), report.agencies), (471, 36, 0));
    assert_eq!(report.codes_under_another_name, 7 + 2_145);
}

#[test]
fn every_old_unit_goes_on_ends_once_or_is_dissolved_and_every_new_one_begins_once() {
    let planned = planned(Agencies::None);
    let [before, reform] = &planned.sets[..] else { panic!("two sets") };
    assert_eq!(
        (before.effective_on.to_string(), reform.effective_on.to_string()),
        ("2025-01-01".into(), "2025-07-01".into())
    );
    let created = before.operations.iter().filter(|operation| matches!(operation, Operation::Create { .. })).count();
    assert_eq!(created, 1 + 63 + 696 + 10_035);
    let mut ended: HashMap<&UnitRef, usize> = HashMap::new();
    let mut made = BTreeSet::new();
    for operation in &reform.operations {
        match operation {
            Operation::Merge { whole, .. } => {
                for giver in whole {
                    *ended.entry(&giver.unit).or_default() += 1;
                }
            }
            Operation::Dissolve { unit, .. } => *ended.entry(unit).or_default() += 1,
            _ => {}
        }
        made.extend(operation.makes().iter().flat_map(|unit| &unit.codes).filter(|code| code.scheme() == Scheme::Gso));
    }
    assert!(ended.values().all(|times| *times == 1), "a unit ends twice");
    assert_eq!(ended.len(), (63 - 11) + 696 + (10_035 - 132));
    assert_eq!(made.len(), (34 - 11) + (3_321 - 132));
}

#[test]
fn a_merged_province_is_a_new_unit_with_the_agency_code_of_its_namesake() {
    let planned = planned(Agencies::None);
    let dak_lak = planned.sets[1].operations.iter().find_map(|operation| match operation {
        Operation::Merge { whole, into: Target::New(unit), .. } if unit.made.as_deref() == Some("new-66") => {
            Some((whole, unit))
        }
        _ => None,
    });
    let (whole, unit) = dak_lak.expect("the merge is there");
    assert_eq!(whole.len(), 2, "66 and 54");
    let codes: Vec<&str> = unit.codes.iter().map(super::super::Code::value).collect();
    assert_eq!(codes, ["66", "H15"]);
}

#[test]
fn a_split_commune_has_parts_of_which_one_checked_is_proposed() {
    let planned = planned(Agencies::None);
    let parts = |code: &str| {
        let found = planned.sets[1].operations.iter().find_map(|operation| match operation {
            Operation::Dissolve { unit: UnitRef::Code(of), successors } if of.value() == code => {
                Some(successors.clone())
            }
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{code} is dissolved"))
    };
    let shares: Vec<(Share, bool, bool)> =
        parts("00007").iter().map(|heir| (heir.share, heir.default, heir.checked)).collect();
    assert_eq!(shares, [(Share::Part, true, true), (Share::Part, false, true)]);
    // The map's own guess for this one is among the lines that nobody confirms.
    assert!(parts("00556").iter().all(|heir| heir.checked || !heir.default));
    let my_tho = parts("28252");
    assert!(my_tho.iter().any(|heir| !heir.checked), "the line to another province's ward is kept and marked");
}

#[test]
fn the_sample_agencies_stand_before_between_and_after() {
    let planned = planned(Agencies::Sample);
    assert_eq!(
        planned.sets.iter().map(|set| set.effective_on.to_string()).collect::<Vec<_>>(),
        ["2025-01-01", "2025-03-01", "2025-07-01"]
    );
    assert!(planned.report.agencies > 400);
    let departments = &planned.sets[1].operations;
    let merges =
        departments.iter().filter(|operation| matches!(operation, Operation::Merge { whole, .. } if whole.len() == 2));
    assert_eq!(merges.count(), 5 * 5, "five pairs of departments in each of five provinces");
    let with: Vec<_> = planned.sets.iter().map(|set| set.decision.file_sha256).collect();
    let without: Vec<_> = self::planned(Agencies::None).sets.iter().map(|set| set.decision.file_sha256).collect();
    assert!(with.iter().all(|digest| !without.contains(digest)), "lists with and without agencies are told apart");
}

#[test]
fn what_is_wrong_is_named_with_file_and_line() {
    let shipped = Texts::shipped();
    let with =
        |file: &'static str, change: &dyn Fn(&str) -> String| Texts::shipped().with(file, change(shipped.text(file)));
    let line = |number: usize, text: &'static str| {
        move |all: &str| {
            let mut lines: Vec<&str> = all.lines().collect();
            lines[number - 1] = text;
            lines.join("\n")
        }
    };
    let cases: [(&'static str, usize, &'static str, Why); 11] = [
        (files::BEFORE, 3, "01,A,province", Why::Unreadable),
        (files::BEFORE, 4, "01,A,province,VN,tinh", Why::Twice),
        (files::BEFORE, 3, "0 1,A,province,VN,tinh", Why::Code),
        (files::BEFORE, 3, "01, ,province,VN,tinh", Why::Name),
        (files::BEFORE, 3, "01,A,planet,VN,tinh", Why::Level),
        (files::BEFORE, 3, "01,A,province,VN,xa", Why::Form),
        (files::AFTER, 3, "01,A,province,VX,tinh", Why::Parent),
        (files::MAP, 2, "99999,A,001,Q,01,T,00097,P,01,T,whole,1,yes", Why::Old),
        (files::MAP, 2, "00001,A,001,Q,01,T,99999,P,01,T,whole,1,yes", Why::New),
        (files::MAP, 2, "00001,A,001,Q,01,T,00097,P,04,T,whole,1,yes", Why::Province),
        (files::MAP, 5, "00007,A,001,Q,01,T,00008,P,01,T,whole,1,yes", Why::Shares),
    ];
    for (file, number, text, why) in cases {
        let texts = with(file, &line(number, text));
        let problems = plan(&texts, &forms(), Agencies::None).err().unwrap_or_default();
        let found =
            problems.iter().any(|problem| (problem.file, problem.line as usize, problem.why) == (file, number, why));
        assert!(found, "{file}:{number} {why:?}: {problems:?}");
    }
    let missing = with(files::MAP, &|all: &str| {
        all.lines().filter(|line| !line.starts_with("00001,")).collect::<Vec<_>>().join("\n")
    });
    let problems = plan(&missing, &forms(), Agencies::None).err().unwrap_or_default();
    assert!(problems.iter().any(|problem| problem.why == Why::Unmapped && problem.value == "00001"), "{problems:?}");
}

#[test]
fn a_file_of_another_kind_makes_a_bounded_list_of_complaints() {
    let texts = Texts::shipped().with(files::MAP, Texts::shipped().text(files::BEFORE).to_owned());
    assert_eq!(plan(&texts, &forms(), Agencies::None).err().map(|problems| problems.len()), Some(50));
}

#[tokio::test]
async fn a_load_makes_both_states_once_and_a_second_run_changes_nothing() {
    let scratch = Scratch::new().await;
    let texts = Texts::shipped();
    let at = Cx::operator("test".to_owned(), cx().now);
    let quiet = |_: u64, _: u64| {};
    let first =
        load(&scratch.db, &at, (&texts, Agencies::Sample), &quiet).await.unwrap_or_else(|error| panic!("{error:?}"));
    let Outcome::Enacted(sets) = first.outcome else { panic!("nothing was enacted") };
    assert_eq!(sets.len(), 3);
    let again = load(&scratch.db, &at, (&texts, Agencies::Sample), &quiet).await.expect("reads");
    assert!(matches!(again.outcome, Outcome::Nothing));
    let other = load(&scratch.db, &at, (&texts, Agencies::None), &quiet).await;
    assert!(matches!(other, Err(LoadError::OtherLists(_))), "a list on top of another is refused");
    let mut conn = scratch.db.read().await.expect("reads");
    for (day, file) in [("2025-06-30", files::BEFORE), ("2025-07-01", files::AFTER)] {
        assert_eq!(territories(&mut conn, day).await, listed(&texts, file), "{day}");
    }
}

/// Code → name, level, form and code of the parent, as the tree says on a day.
async fn territories(conn: &mut Conn, day: &str) -> BTreeMap<String, [String; 4]> {
    let as_of = AsOf::at(day.parse::<Day>().expect("a day").start());
    let gso =
        |row: &UnitRow| row.codes.iter().find(|code| code.scheme() == Scheme::Gso).map(|code| code.value().to_owned());
    let rows = crate::org::list(conn, &Filter::default(), as_of, None, 20_000).await.expect("reads");
    let rows: Vec<UnitRow> = rows.into_iter().filter(|row| row.kind == UnitKind::Territory).collect();
    let codes: HashMap<_, _> = rows.iter().map(|row| (row.id, gso(row).unwrap_or_default())).collect();
    let told = |row: &UnitRow| {
        let parent = row.parent.and_then(|parent| codes.get(&parent).cloned()).unwrap_or_default();
        (codes[&row.id].clone(), [row.name.vi().to_owned(), row.level.id.clone(), row.form.id.clone(), parent])
    };
    rows.iter().map(told).collect()
}

/// The same as a list says, read by itself.
fn listed(texts: &Texts, file: &str) -> BTreeMap<String, [String; 4]> {
    let mut reader = csv::Reader::from_reader(texts.text(file).as_bytes());
    let told = |record: csv::StringRecord| {
        let field = |place: usize| record[place].to_owned();
        (field(0), [field(1), field(2), field(4).replace('_', "-"), field(3)])
    };
    reader.records().map(|record| told(record.expect("a row"))).collect()
}
