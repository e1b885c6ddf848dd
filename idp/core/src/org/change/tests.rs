//! What each operation does, why each set is refused, and who may sign.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Approved, ChangeError, Refusal, Seen, SetState, Turn, Why, approve, draft, dry_run, get, list, refuse, submit,
    undo, withdraw,
};
use crate::{
    org::{
        AsOf, FOREVER, Share,
        testing::{BEGIN, COMMUNE, Country, PROVINCE, day, gso, made, new_set, unit},
    },
    store::Actor,
    types::{Day, Id},
};

const BEFORE: &str = "2026-09-30";
const ON: &str = "2026-10-01";

/// The lines that the one tree has and the other has not: gone, come.
fn difference(before: &[String], after: &[String]) -> (Vec<String>, Vec<String>) {
    let without = |one: &[String], other: &[String]| one.iter().filter(|line| !other.contains(line)).cloned().collect();
    (without(before, after), without(after, before))
}

fn commune(code: &str, parent: Value) -> Value {
    unit(code, code, COMMUNE, parent)
}

/// Operations with the lines of the tree that they take away and bring.
#[derive(Deserialize)]
struct Case {
    name: String,
    operations: Value,
    gone: Vec<String>,
    come: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_changes_the_tree_from_its_day_on_and_not_before() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests-data/org/operations.json")).expect("cases");
    assert_eq!(cases.len(), 12);
    for case in cases {
        done_and_undone(case).await;
    }
}

async fn done_and_undone(case: Case) {
    let name = case.name;
    let country = Country::new().await;
    let before = country.tree_on(BEFORE).await;
    let done = country.change(ON, case.operations).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(country.tree_on(BEFORE).await, before, "{name}");
    let after = country.tree_on(ON).await;
    assert_eq!(difference(&before, &after), (case.gone, case.come), "{name}");
    let believed = AsOf { at: day(ON), known: Some(done.believed_at - Duration::from_millis(1)) };
    assert_eq!(country.tree(believed).await, before, "{name}: what was believed before the set");
    country.undo(done.set).await.unwrap_or_else(|error| panic!("{name} is undone: {error:?}"));
    assert_eq!(country.tree_on(ON).await, before, "{name}: undone");
    let believed = AsOf { at: day(ON), known: Some(done.believed_at) };
    assert_eq!(country.tree(believed).await, after, "{name}: what was believed before it was undone");
}

/// Operations with the reasons why they are refused.
#[derive(Deserialize)]
struct Refused {
    operations: Value,
    clashes: Vec<Reason>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Reason {
    why: String,
    named: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_clash_is_named_once() {
    let cases: Vec<Refused> =
        serde_json::from_str(include_str!("../../../tests-data/org/clashes.json")).expect("cases");
    assert_eq!(cases.len(), 26);
    let country = Country::new().await;
    let before = country.tree_on(ON).await;
    for case in cases {
        let clashes = country.clashes(ON, case.operations.clone()).await;
        let mut found: Vec<Reason> =
            clashes.into_iter().map(|clash| Reason { why: clash.why.word().to_owned(), named: clash.named }).collect();
        found.sort_by_key(|reason| case.clashes.iter().position(|expected| expected == reason));
        assert_eq!(found, case.clashes, "{}", case.operations);
    }
    assert_eq!(country.tree_on(ON).await, before, "what is refused leaves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tower_of_units_is_refused_in_one_set_or_in_two() {
    let country = Country::new().await;
    let tower = |prefix: &str, storeys: usize, ground: Value| {
        let parent =
            |storey: usize| if storey == 0 { ground.clone() } else { made(&format!("{prefix}{}", storey - 1)) };
        let storey = |storey: usize| {
            let name = format!("{prefix}{storey}");
            json!({"op": "create", "unit": unit(&name, &name, COMMUNE, parent(storey))})
        };
        Value::Array((0..storeys).map(storey).collect())
    };
    let high = country.clashes(ON, tower("A", 2_000, gso("555"))).await;
    assert_eq!(high.iter().map(|clash| clash.why).collect::<Vec<_>>(), [Why::TooDeep]);
    country.change(ON, tower("A", 28, gso("555"))).await.expect("thirty units above the last");
    country.change(ON, tower("B", 20, gso("557"))).await.expect("is not so high");
    let on_top = json!([{"op": "reparent", "unit": gso("B0"), "parent": gso("A7")}]);
    country.change("2026-11-01", on_top).await.expect("thirty again");
    let higher = json!([{"op": "reparent", "unit": gso("B0"), "parent": gso("A8")}]);
    assert_eq!(country.clashes("2026-12-01", higher).await[0].why, Why::TooDeep);
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_on_one_unit_apply_in_the_order_of_their_dates() {
    let rename = |name: &str| json!([{"op": "rename", "unit": gso("557"), "name": {"vi": name}}]);
    let country = Country::new().await;
    let first = country.change("2027-01-01", rename("Later")).await.expect("a set for next year waits");
    for earlier in ["2026-10-01", "2027-01-01"] {
        let clashes = country.clashes(earlier, rename("Sooner")).await;
        assert_eq!(
            (clashes[0].why, clashes[0].set, clashes[0].operation),
            (Why::ChangedLater, Some(first.set), Some(1))
        );
    }
    country.change("2027-06-01", rename("Latest")).await.expect("a later date is fine");
    let names = [("2026-12-31", "Don vi 557"), ("2027-01-01", "Later"), ("2027-06-01", "Latest")];
    for (on, name) in names {
        assert!(country.tree_on(on).await.contains(&format!("..557 {name} huyen")), "{on}");
    }
    let refused = country.undo(first.set).await;
    let Err(ChangeError::Refused(Refusal::Clashes(clashes))) = refused else { panic!("{refused:?}") };
    assert_eq!(clashes[0].why, Why::StandsOn);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_another_set_ends_later_is_not_brought_back() {
    let country = Country::new().await;
    let ended = country.change("2027-01-01", json!([{"op": "dissolve", "unit": gso("22015")}])).await.expect("ends");
    let clashes = country.clashes(ON, json!([{"op": "reparent", "unit": gso("22015"), "parent": gso("557")}])).await;
    assert_eq!((clashes[0].why, clashes[0].set), (Why::ChangedLater, Some(ended.set)));
    let below = json!([{"op": "create", "unit": commune("1", gso("22015"))}]);
    assert_eq!(country.clashes(ON, below).await[0].why, Why::NoParent, "a parent must exist for all the time");
    country.change(ON, json!([{"op": "create", "unit": commune("2", gso("555"))}])).await.expect("its parent stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_means_another_unit_from_the_day_on() {
    let country = Country::new().await;
    let old = country.by_code("66", BEFORE).await.expect("is there");
    let merge = json!([
        {"op": "merge", "whole": [{"unit": gso("54")}, {"unit": gso("66")}], "into": {"new": unit("new", "66", PROVINCE, gso("VN"))}},
        {"op": "move", "from": gso("54"), "to": made("new")}, {"op": "move", "from": gso("66"), "to": made("new")},
        {"op": "abolish_level", "level": "district"}]);
    let done = country.change(ON, merge).await.expect("merges");
    let new = country.by_code("66", ON).await.expect("is there");
    assert_ne!(old, new, "a merged unit is a new one");
    assert_eq!((country.by_code("66", BEFORE).await, country.by_code("54", ON).await), (Some(old), None));
    let mut conn = country.scratch.db.read().await.expect("reads");
    let uses = crate::org::units_with_code(&mut conn, "66").await.expect("reads");
    assert_eq!(uses.iter().map(|one| one.unit).collect::<Vec<_>>(), [old, new]);
    let heirs = crate::org::successors(&mut conn, old, AsOf::at(FOREVER)).await.expect("reads");
    assert_eq!(
        heirs.iter().map(|one| (one.to, one.share, one.set)).collect::<Vec<_>>(),
        [(new, Share::Whole, done.set)]
    );
    let before = crate::org::predecessors(&mut conn, new, AsOf::at(day(ON))).await.expect("reads");
    assert_eq!(before.len(), 2);
    let commune = country.by_code("22021", ON).await.expect("is there");
    let under = async |above, at| {
        let mut conn = country.scratch.db.read().await.expect("reads");
        crate::org::is_under(&mut conn, commune, above, day(at)).await.expect("reads")
    };
    assert!(under(new, ON).await && !under(new, BEFORE).await && !under(old, ON).await);
    let path = crate::org::path(&mut conn, commune, AsOf::at(day(ON))).await.expect("reads");
    assert_eq!(path.iter().map(|step| step.name.vi()).collect::<Vec<_>>(), ["Viet Nam", "Don vi 66", "Don vi 22021"]);
    let page = crate::org::under(&mut conn, new, day(ON), None, 4).await.expect("reads");
    let rest = crate::org::under(&mut conn, new, day(ON), page.last().copied(), 100).await.expect("reads");
    assert_eq!((page.len(), rest.len()), (4, 3), "the province, its committee and five communes");
    let view = crate::org::unit(&mut conn, old, AsOf::at(day(BEFORE))).await.expect("reads").expect("was there");
    assert_eq!(view.row.exists.until, Some(day(ON)));
    assert_eq!(crate::org::unit(&mut conn, old, AsOf::at(day(ON))).await.expect("reads"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_happen_under_the_ids_that_stay() {
    let country = Country::new().await;
    let split = json!([{"op": "split", "unit": gso("22015"), "into": [commune("a", gso("555")), commune("b", gso("555"))], "default": "b"},
        {"op": "rename", "unit": gso("22018"), "name": {"vi": "Xa Khac"}}]);
    let set = country.submitted(new_set(ON, split)).await;
    let mut conn = country.scratch.db.read().await.expect("reads");
    let tried = dry_run(&mut conn, set, &country.rules, country.now()).await.expect("runs");
    assert_eq!(tried.clashes, []);
    let turns: Vec<Turn> = tried.touched.iter().map(|one| one.turn).collect();
    assert_eq!(turns, [Turn::Ends, Turn::Begins, Turn::Begins, Turn::Changes]);
    let (ends, default) = (&tried.touched[0], tried.touched[2].unit);
    assert_eq!(ends.heirs, [(default, Share::Part), (tried.touched[1].unit, Share::Part)], "the default stands first");
    assert_eq!(ends.proposed, None, "a part is no proposal");
    assert_eq!(tried.touched[3].after.as_ref().map(|after| after.name.vi()), Some("Xa Khac"));
    country.signed(set).await.expect("is approved");
    assert_eq!(country.by_code("B", ON).await, Some(default));
    assert!(matches!(
        dry_run(&mut conn, set, &country.rules, country.now()).await,
        Err(ChangeError::Refused(Refusal::WrongState(_)))
    ));
}

async fn refused(country: &Country, actor: &Actor, set: crate::types::Id<crate::types::id::ChangeSet>) -> Refusal {
    let cx = country.cx(actor);
    let seen = Seen { set, revision: None };
    let done: Result<Approved, ChangeError> =
        country.scratch.db.write(&cx, |tx| Box::pin(approve(tx, seen, &country.rules))).await;
    match done {
        Err(ChangeError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_signs_and_nobody_else() {
    let country = Country::new().await;
    let new = || new_set(ON, json!([{"op": "rename", "unit": gso("54"), "name": {"vi": "A"}}]));
    country.later(Duration::from_millis(1));
    let set = country.submitted(new()).await;
    assert_eq!(refused(&country, &country.an, set).await, Refusal::SamePerson);
    for nobody in [Actor::Anonymous, Actor::Job("effects"), Actor::Party(Id::from_uuid(uuid::Uuid::max()))] {
        assert_eq!(refused(&country, &nobody, set).await, Refusal::Nobody, "{nobody:?}");
    }
    // Binh writes on the draft of An, so Binh cannot sign it, whoever asked for it.
    country.later(Duration::from_millis(1));
    let (an, binh) = (country.cx(&country.an), country.cx(&country.binh));
    let db = &country.scratch.db;
    let other = db.write(&an, |tx| Box::pin(async { draft(tx, &new()).await })).await.expect("is drafted");
    let stale = Seen { set: other, revision: Some(7) };
    let first = Seen { set: other, revision: Some(1) };
    let early: Result<i64, ChangeError> =
        db.write(&binh, |tx| Box::pin(async { super::revise(tx, stale, &new()).await })).await;
    assert!(matches!(early, Err(ChangeError::Refused(Refusal::Changed(1)))));
    db.write(&binh, |tx| Box::pin(async { super::revise(tx, first, &new()).await })).await.expect("is revised");
    let second = Seen { set: other, revision: Some(2) };
    db.write(&an, |tx| Box::pin(submit(tx, second, &country.rules))).await.expect("is submitted");
    assert_eq!(refused(&country, &country.binh, other).await, Refusal::SamePerson);
    let third = Actor::Operator("chi".into());
    let chi = country.cx(&third);
    let seen = Seen { set: other, revision: None };
    db.write(&chi, |tx| Box::pin(refuse(tx, seen, "Chua dung"))).await.expect("is refused");
    assert!(matches!(refused(&country, &third, other).await, Refusal::WrongState(SetState::Refused { .. })));
    let taken: Result<i64, ChangeError> =
        db.write(&binh, |tx| Box::pin(withdraw(tx, Seen { set, revision: None }))).await;
    assert!(matches!(taken, Err(ChangeError::Refused(Refusal::NotYours))));
    db.write(&an, |tx| Box::pin(withdraw(tx, Seen { set, revision: None }))).await.expect("is withdrawn");
    let mut conn = db.read().await.expect("reads");
    let states: Vec<&str> =
        list(&mut conn, None, None, 10).await.expect("reads").iter().map(|row| row.state.word()).collect();
    assert_eq!(states, ["refused", "withdrawn", "approved"]);
    let stored = get(&mut conn, other).await.expect("reads").expect("is there");
    assert_eq!((stored.operations, stored.row.written_by.len()), (new().operations, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_undone_within_its_window_once_and_by_two() {
    let rename = || json!([{"op": "rename", "unit": gso("54"), "name": {"vi": "A"}}]);
    let country = Country::new().await;
    let done = country.change(ON, rename()).await.expect("is approved");
    let an = country.cx(&country.an);
    let undoing = country
        .scratch
        .db
        .write(&an, |tx| Box::pin(undo(tx, done.set, Vec::new(), &country.rules)))
        .await
        .expect("asks");
    assert_eq!(refused(&country, &country.an, undoing).await, Refusal::SamePerson);
    let again = country
        .scratch
        .db
        .write(&an, |tx| Box::pin(undo(tx, done.set, Vec::new(), &country.rules)))
        .await
        .expect("asks");
    country.signed(undoing).await.expect("is undone");
    assert!(matches!(refused(&country, &country.binh, again).await, Refusal::WrongState(SetState::Undone { .. })));
    assert!(matches!(country.undo(undoing).await, Err(ChangeError::Refused(Refusal::TooLate))), "an undoing stays");
    let late = country.change(ON, rename()).await.expect("the same may be said again");
    country.later(Duration::from_secs(30 * 86_400 + 1));
    assert!(matches!(country.undo(late.set).await, Err(ChangeError::Refused(Refusal::TooLate))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_too_far_back_needs_a_correction() {
    let mut country = Country::new().await;
    country.rules.config.backdate_days = 30;
    let rename = json!([{"op": "rename", "unit": gso("54"), "name": {"vi": "A"}}]);
    let today = country.now().day();
    let back = |days: u64| (today.start() - Duration::from_secs(days * 86_400)).day();
    let on = |day: Day| new_set(&day.to_string(), rename.clone());
    let set = country.submitted(on(back(31))).await;
    let refusal = refused(&country, &country.binh, set).await;
    assert!(matches!(refusal, Refusal::Clashes(clashes) if clashes[0].why == Why::TooFarBack));
    let mut correction = on(back(31));
    correction.purpose = super::Purpose::Correction;
    let set = country.submitted(correction).await;
    country.signed(set).await.expect("a correction may lie further back");
    let load = NewSetOf(super::Purpose::Load).of(BEGIN);
    let an = country.cx(&country.an);
    let drafted: Result<_, ChangeError> = country.scratch.db.write(&an, |tx| Box::pin(draft(tx, &load))).await;
    assert!(matches!(drafted, Err(ChangeError::Refused(Refusal::Field("purpose")))));
    let enacted: Result<_, ChangeError> = country.scratch.db.write(&an, |tx| Box::pin(super::enact(tx, &load))).await;
    assert!(matches!(enacted, Err(ChangeError::Refused(Refusal::Nobody))), "a list is loaded at the command line only");
}

struct NewSetOf(super::Purpose);

impl NewSetOf {
    fn of(self, on: &str) -> super::NewSet {
        super::NewSet { purpose: self.0, ..new_set(on, json!([{"op": "abolish_level", "level": "district"}])) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_notes_a_set_once_when_its_day_comes() {
    let country = Country::new().await;
    let tomorrow = (country.now() + Duration::from_secs(86_400)).day();
    let rename = json!([{"op": "rename", "unit": gso("54"), "name": {"vi": "A"}}]);
    let done = country.change(&tomorrow.to_string(), rename).await.expect("is approved");
    let note = async || {
        let cx = country.cx(&Actor::Job("effects"));
        country.scratch.db.write(&cx, |tx| Box::pin(super::note_effects(tx))).await.expect("notes")
    };
    assert_eq!(note().await.len(), 1, "the country that was loaded");
    assert_eq!(note().await, []);
    country.later(Duration::from_secs(86_400));
    assert_eq!(note().await, [done.set]);
    assert_eq!(note().await, []);
}
