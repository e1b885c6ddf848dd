//! Sets are signed, undone and meet each other, on both databases.

use std::time::Duration;

use idp_core::org::{self, AsOf, FOREVER, Share, change::ChangeError, change::Refusal};
use idp_tests::Engine;
use serde_json::json;

use super::country::{Country, day, gso, unit, words};

const BEFORE: &str = "2027-06-30";
const ON: &str = "2027-07-01";

#[test]
fn a_merger_is_answered_on_both_sides_of_its_day_and_undone() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            merged_and_undone(engine).await;
        }
    });
}

async fn merged_and_undone(engine: Engine) {
    let country = Country::of(engine, 4).await;
    let old = country.by_code("10000", AsOf::at(day(BEFORE))).await.expect("is there");
    let merge = json!([{"op": "merge", "whole": [{"unit": gso("10000")}, {"unit": gso("10001")}],
        "into": {"new": unit("10000", "commune", "phuong", &gso("54"))}}]);
    let done = country.change(ON, &merge).await.expect("is approved");
    let new = country.by_code("10000", AsOf::at(day(ON))).await.expect("is there");
    assert_ne!(old, new, "{engine:?}");
    assert_eq!(country.by_code("10000", AsOf::at(day(BEFORE))).await, Some(old));
    assert_eq!(country.by_code("10001", AsOf::at(day(ON))).await, None);
    let mut conn = country.db.read().await.expect("reads");
    let heirs = org::successors(&mut conn, old, AsOf::at(FOREVER)).await.expect("reads");
    assert_eq!(heirs.iter().map(|heir| (heir.to, heir.share)).collect::<Vec<_>>(), [(new, Share::Whole)]);
    let province = country.by_code("54", AsOf::at(day(ON))).await.expect("is there");
    let page = org::children(&mut conn, province, AsOf::at(day(ON)), None, 2).await.expect("reads");
    let after = page.last().map(org::UnitRow::place);
    let rest = org::children(&mut conn, province, AsOf::at(day(ON)), after.as_ref(), 2).await.expect("reads");
    let names: Vec<&str> = page.iter().chain(&rest).map(|child| child.name.vi()).collect();
    assert_eq!(names, ["Đơn vị 10000", "Đơn vị 10002", "Đơn vị 10003"], "{engine:?}");
    let view = org::unit(&mut conn, new, AsOf::at(day(ON))).await.expect("reads").expect("is there");
    assert_eq!((view.row.form.id.as_str(), view.path.len(), view.set), ("phuong", 3, done.set));
    assert!(org::is_under(&mut conn, new, province, day(ON)).await.expect("reads"));
    assert!(!org::is_under(&mut conn, new, province, day(BEFORE)).await.expect("reads"));
    country.undo(done.set, &[]).await.expect("is undone");
    assert_eq!(country.by_code("10000", AsOf::at(day(ON))).await, Some(old), "{engine:?}");
    let believed = AsOf { at: day(ON), known: Some(done.believed_at) };
    assert_eq!(country.by_code("10000", believed).await, Some(new), "what was believed is still answered");
    let before = AsOf { at: day(ON), known: Some(done.believed_at - Duration::from_millis(1)) };
    assert_eq!(country.by_code("10001", before).await.map(|unit| unit == new), Some(false));
    assert_eq!(org::units_with_code(&mut conn, "10000").await.expect("reads").len(), 1, "{engine:?}");
}

#[test]
fn of_two_clashing_sets_signed_at_once_exactly_one_stands() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let country = Country::of(engine, 16).await;
            for round in 0..8 {
                meet(&country, round).await;
            }
        }
    });
}

/// Two communes are to get the same code: each set is fine alone.
async fn meet(country: &Country, round: usize) {
    let recode = |commune: usize| {
        let code = json!({"scheme": "gso", "value": format!("2000{round}")});
        json!([{"op": "recode", "unit": gso(&commune.to_string()), "code": code}])
    };
    let (one, other) = (recode(10_000 + round * 2), recode(10_001 + round * 2));
    let one = country.submitted(&super::country::new_set(ON, &one)).await;
    let other = country.submitted(&super::country::new_set(ON, &other)).await;
    let done = futures_util::future::join(country.signed(one), country.signed(other)).await;
    let (won, lost) = if done.0.is_ok() { done } else { (done.1, done.0) };
    let won = won.expect("one stands");
    assert_eq!(words(lost), ["code-taken"]);
    let holder = country.by_code(&format!("2000{round}"), AsOf::at(day(ON))).await;
    assert!(holder.is_some() && [one, other].contains(&won.set));
}

#[test]
fn of_two_undoings_signed_at_once_exactly_one_stands() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let country = Country::of(engine, 2).await;
            let rename = json!([{"op": "rename", "unit": gso("10000"), "name": {"vi": "Xã Mới"}}]);
            let done = country.change(ON, &rename).await.expect("is approved");
            let undo = || country.undo(done.set, &[]);
            let (one, other) = futures_util::future::join(undo(), undo()).await;
            let lost = if one.is_ok() { other } else { one.and(other) };
            assert!(
                matches!(lost, Err(ChangeError::Refused(Refusal::WrongState(_) | Refusal::TooLate))),
                "{engine:?}: {lost:?}"
            );
            let mut conn = country.db.read().await.expect("reads");
            let unit = country.by_code("10000", AsOf::at(day(ON))).await.expect("is there");
            let view = org::unit(&mut conn, unit, AsOf::at(day(ON))).await.expect("reads").expect("is there");
            assert_eq!(view.row.name.vi(), "Đơn vị 10000");
        }
    });
}
