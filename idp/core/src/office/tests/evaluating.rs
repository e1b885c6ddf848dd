//! One rule, one line: what each takes away, and until when.

use super::{
    super::{Kind, Limits, PostState, Remedy, Rule, Scope, Signing, effective, judge, signing},
    Country,
    country::{a_post, day},
    person, post, role, unit,
};
use crate::org::{FOREVER, Span};

#[test]
fn each_rule_of_a_post_takes_everything() {
    type Change = fn(&mut Country);
    let cases: [(Rule, i64, Change); 8] = [
        (Rule::PersonActive, 1, |c| {
            c.world.persons.insert(person(1), false);
        }),
        (Rule::Approved, 1, |c| c.world.posts.get_mut(&post(1)).expect("is there").state = PostState::Pending),
        (Rule::Approved, 1, |c| {
            c.world.posts.get_mut(&post(1)).expect("is there").state = PostState::Refused { because: String::new() };
        }),
        (Rule::InWindow, -1, |_| {}),
        (Rule::InWindow, 10, |c| c.world.posts.get_mut(&post(1)).expect("is there").span.until = day(10)),
        (Rule::Confirmed, 90, |c| c.world.posts.get_mut(&post(1)).expect("is there").decision = None),
        (Rule::UnitExists, 5, |c| {
            c.merge((unit(11), unit(12)), unit(19), day(5));
        }),
        (Rule::ScopeKnown, 1, |c| {
            c.places.get_mut(&unit(0)).expect("is there").kind = crate::org::UnitKind::Agency;
            let one = c.world.posts.get_mut(&post(1)).expect("is there");
            (one.unit, one.scope) = (unit(0), Scope::Territory);
            c.redraw();
        }),
    ];
    for (rule, at, change) in cases {
        let mut country = Country::new();
        country.put(a_post(1, 1, 11, &["receive"]));
        assert!(effective(&country.world, post(1), day(1)).is_ok(), "{rule:?}: before");
        change(&mut country);
        assert_eq!(effective(&country.world, post(1), day(at)).map(|_| ()), Err(rule));
    }
    assert_eq!(effective(&Country::new().world, post(1), day(1)).map(|_| ()), Err(Rule::PostKnown));
}

#[test]
fn each_rule_of_a_role_takes_that_role_alone() {
    type Change = fn(&mut Country);
    let cases: [(Rule, Change); 6] = [
        (Rule::RoleInForce, |c| c.world.roles.get_mut(&role("receive")).expect("is there").span.until = day(1)),
        (Rule::RoleInForce, |c| {
            c.world.roles.remove(&role("receive"));
        }),
        (Rule::RoleFitsKind, |c| {
            c.world.roles.get_mut(&role("receive")).expect("is there").form.kinds = vec![crate::org::UnitKind::Agency];
        }),
        (Rule::RoleFitsLevel, |c| {
            c.world.roles.get_mut(&role("receive")).expect("is there").form.levels = vec!["district".into()];
        }),
        (Rule::Separated, |c| {
            c.put(a_post(0, 1, 22, &["approve"]));
        }),
        (Rule::DecisionForOffice, |c| {
            c.world.roles.get_mut(&role("receive")).expect("is there").form.class = super::super::Class::Administration;
            c.world.posts.get_mut(&post(1)).expect("is there").decision = None;
        }),
    ];
    for (rule, change) in cases {
        let mut country = Country::new();
        country.put(a_post(1, 1, 11, &["population", "receive"]));
        change(&mut country);
        let judged = judge(&country.world, post(1), day(1));
        let refused: Vec<Rule> = judged.findings.iter().filter(|found| !found.holds).map(|found| found.rule).collect();
        assert_eq!(refused, [rule]);
        let held: Vec<_> = judged.rights.expect("the post counts").held.into_iter().map(|held| held.role).collect();
        assert_eq!(held, [role("population")], "{rule:?}");
    }
}

#[test]
fn of_two_posts_that_exclude_each_other_the_younger_one_loses() {
    let mut country = Country::new();
    country.put(a_post(1, 1, 11, &["receive"]));
    let mut younger = a_post(2, 1, 12, &["approve"]);
    younger.span.from = day(10);
    country.put(younger);
    for at in [9, 10, 20] {
        assert_eq!(effective(&country.world, post(1), day(at)).expect("counts").held.len(), 1, "{at}");
    }
    assert_eq!(effective(&country.world, post(2), day(10)).expect("counts").held.len(), 0);
    let judged = judge(&country.world, post(2), day(10));
    let found = judged.findings.iter().find(|found| found.rule == Rule::Separated).expect("was looked at");
    assert_eq!(found.remedy, Remedy::OtherPostEnds(post(1)));
}

#[test]
fn rights_end_with_the_first_thing_that_ends() {
    type Change = fn(&mut Country);
    let cases: [(i64, Change); 6] = [
        (i64::MAX, |_| {}),
        (50, |c| c.world.posts.get_mut(&post(1)).expect("is there").span.until = day(50)),
        (90, |c| c.world.posts.get_mut(&post(1)).expect("is there").decision = None),
        (40, |c| {
            c.merge((unit(11), unit(12)), unit(19), day(40));
        }),
        (30, |c| c.world.roles.get_mut(&role("receive")).expect("is there").span.until = day(30)),
        (20, |c| {
            let mut other = a_post(0, 1, 22, &["approve"]);
            other.span.from = day(20);
            c.put(other);
        }),
    ];
    for (ends, change) in cases {
        let mut country = Country::new();
        country.put(a_post(1, 1, 11, &["receive"]));
        change(&mut country);
        let rights = effective(&country.world, post(1), day(1)).expect("counts");
        assert_eq!(rights.ends_at, if ends == i64::MAX { FOREVER } else { day(ends) });
    }
}

fn handed_on(country: &mut Country) {
    country.put(a_post(1, 1, 1, &["approve"]));
    let mut handed = a_post(2, 2, 1, &["approve"]);
    (handed.kind, handed.delegator) = (Kind::Delegated, Some(post(1)));
    handed.span.until = day(60);
    country.put(handed);
}

#[test]
fn what_was_handed_on_never_outgrows_who_gave_it() {
    type Change = fn(&mut Country);
    let cases: [(Option<i64>, Change); 10] = [
        (Some(60), |_| {}),
        (Some(30), |c| c.world.posts.get_mut(&post(1)).expect("is there").span.until = day(30)),
        (None, |c| {
            c.world.persons.insert(person(1), false);
        }),
        (None, |c| c.world.posts.get_mut(&post(1)).expect("is there").roles.clear()),
        (None, |c| c.world.posts.get_mut(&post(1)).expect("is there").scope = Scope::Unit),
        (None, |c| c.world.posts.get_mut(&post(1)).expect("is there").kind = Kind::Delegated),
        (None, |c| {
            c.world.posts.get_mut(&post(1)).expect("is there").limits =
                Limits { no_redelegate: true, ..Limits::default() };
        }),
        (None, |c| c.world.roles.get_mut(&role("approve")).expect("is there").form.delegable = false),
        (None, |c| {
            let only = Some(std::collections::BTreeSet::from([crate::types::Id::from_uuid(uuid::Uuid::nil())]));
            c.world.posts.get_mut(&post(1)).expect("is there").roles[0].parties = only;
        }),
        (Some(25), |c| {
            // The unit of the handed-on post leaves the giver's at day 25.
            let one = c.world.posts.get_mut(&post(2)).expect("is there");
            one.unit = unit(11);
            let place = c.places.get_mut(&unit(11)).expect("is there");
            place.parents =
                vec![(Span { from: day(-9), until: day(25) }, Some(unit(1))), (Span::since(day(25)), Some(unit(2)))];
            c.redraw();
        }),
    ];
    for (number, (ends, change)) in cases.into_iter().enumerate() {
        let mut country = Country::new();
        handed_on(&mut country);
        change(&mut country);
        let held = effective(&country.world, post(2), day(1)).ok().and_then(|rights| Some(rights.held.first()?.until));
        assert_eq!(held, ends.map(day), "case {number}");
    }
}

#[test]
fn a_question_about_a_day_ahead_is_answered_by_the_same_rules() {
    let mut country = Country::new();
    country.put(a_post(1, 1, 11, &["receive"]));
    country.merge((unit(11), unit(12)), unit(19), day(40));
    let judged = judge(&country.world, post(1), day(39));
    let found = judged.findings.iter().find(|found| found.rule == Rule::UnitExists).expect("was looked at");
    assert_eq!((found.holds, found.remedy), (true, Remedy::Waits(day(40))));
    let ahead = judge(&country.world, post(1), day(40));
    assert_eq!(
        ahead.refused_by().map(|found| (found.rule, found.remedy)),
        Some((Rule::UnitExists, Remedy::AnotherPost))
    );
    let early = judge(&country.world, post(1), day(-3));
    assert_eq!(early.refused_by().map(|found| found.remedy), Some(Remedy::Waits(day(0))));
}

#[test]
fn a_scope_covers_what_it_says() {
    let list = Scope::Listed([unit(12), unit(21)].into());
    let cases = [
        (11, Scope::Own, vec![]),
        (1, Scope::Unit, vec![1]),
        (1, Scope::Subtree, vec![1, 11, 12, 15, 16]),
        (11, list, vec![12, 21]),
        (16, Scope::Territory, vec![1, 11, 12, 15, 16]),
        (12, Scope::NonTerritorial, vec![0, 1, 2, 11, 12, 15, 16, 21, 22]),
    ];
    let country = Country::new();
    for (at, scope, expected) in cases {
        let reach = country.world.reach(unit(at), &scope, day(1)).expect("is known");
        let covered: Vec<u128> = [0, 1, 2, 11, 12, 15, 16, 21, 22]
            .into_iter()
            .filter(|number| country.world.covers(&reach, unit(*number), day(1)))
            .collect();
        assert_eq!(covered, expected, "{scope:?}");
    }
}

#[test]
fn how_somebody_signs_comes_from_the_kind_and_then_from_the_position() {
    let cases = [
        (Kind::Primary, Signing::ForHead, "KT."),
        (Kind::Primary, Signing::None, "none"),
        (Kind::Concurrent, Signing::ByOrder, "TL."),
        (Kind::Acting, Signing::ForHead, "Q."),
        (Kind::Delegated, Signing::ForHead, "TUQ."),
        (Kind::BodyMember, Signing::None, "TM."),
    ];
    for (kind, position, word) in cases {
        assert_eq!(signing(kind, position).word(), word, "{kind:?}");
    }
}
