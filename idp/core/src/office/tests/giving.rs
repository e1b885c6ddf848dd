//! The gate: who may give, take and hand on what, and who never.

use super::{
    super::{
        Actor, After, Before, Beyond, Facts, Giver, Kind, Permission, Post, PostState, Refused, Scope, admit_change,
        effective,
    },
    Country,
    country::{a_post, day},
    person, post, role, unit,
};
use crate::org::Span;

const FACTS: Facts = Facts { other_owners: 1, now: crate::types::Timestamp::from_millis(super::DAY) };

/// Owner 1 over all, province administrators 2 and 3 over provinces 1 and 2, commune administrator 4 over commune 11 until day 100.
fn staffed() -> Country {
    let mut country = Country::new();
    country.put(a_post(1, 1, 0, &["owner"]));
    country.put(a_post(2, 2, 1, &["province-admin"]));
    country.put(a_post(3, 3, 2, &["province-admin"]));
    let mut commune = a_post(4, 4, 11, &["commune-admin"]);
    commune.span.until = day(100);
    country.put(commune);
    country
}

fn give(country: &Country, by: u128, wanted: &Post) -> Result<PostState, Refused> {
    let giver = Giver::of(&effective(&country.world, post(by), FACTS.now).expect("counts"));
    let before = Before(country.world.posts_of(wanted.person).into_iter().cloned().collect());
    let mut after = before.0.clone();
    match after.iter_mut().find(|known| known.id == wanted.id) {
        Some(known) => *known = wanted.clone(),
        None => after.push(wanted.clone()),
    }
    let admitted = admit_change(&country.world, (&before, &After(after)), &Actor::Giver(&giver), FACTS)?;
    Ok(admitted.writes()[0].post.state.clone())
}

fn until(mut post: Post, end: i64) -> Post {
    post.span.until = day(end);
    post
}

#[test]
fn rows_191_and_193_what_an_administrator_may_give() {
    let beyond = |beyond| Err(Refused::Beyond(beyond));
    let ten = |whose, at, roles: &[&str]| a_post(10, whose, at, roles);
    let scoped = |scope| Post { scope, ..until(ten(6, 11, &["receive"]), 50) };
    let cases = [
        ("a clerk in the own commune", 4, until(ten(6, 11, &["receive"]), 100), Ok(PostState::Active)),
        ("to oneself", 4, until(ten(4, 11, &["receive"]), 50), beyond(Beyond::Oneself)),
        ("province administrator to oneself", 4, until(ten(4, 1, &["province-admin"]), 50), beyond(Beyond::Oneself)),
        (
            "one's own role",
            4,
            until(ten(6, 11, &["commune-admin"]), 50),
            beyond(Beyond::TooHigh(role("commune-admin"))),
        ),
        (
            "a higher role",
            4,
            until(ten(6, 11, &["province-admin"]), 50),
            beyond(Beyond::TooHigh(role("province-admin"))),
        ),
        (
            "a lower role that permits what one has not",
            4,
            until(ten(6, 11, &["auditor"]), 50),
            beyond(Beyond::NotHeld(Permission::ReadAudit)),
        ),
        ("the neighbour's commune", 4, until(ten(6, 12, &["receive"]), 50), beyond(Beyond::OtherUnit(unit(12)))),
        ("the unit above", 4, until(ten(6, 1, &["receive"]), 50), beyond(Beyond::OtherUnit(unit(1)))),
        ("longer than one's own post", 4, until(ten(6, 11, &["receive"]), 101), beyond(Beyond::TooLong(day(100)))),
        ("for ever", 4, ten(6, 11, &["receive"]), beyond(Beyond::TooLong(day(100)))),
        ("everywhere", 4, scoped(Scope::NonTerritorial), beyond(Beyond::OtherUnit(unit(11)))),
        (
            "a list with a foreign unit",
            4,
            scoped(Scope::Listed([unit(11), unit(12)].into())),
            beyond(Beyond::OtherUnit(unit(12))),
        ),
        ("an empty list", 4, scoped(Scope::Listed([].into())), Err(Refused::Field("scope"))),
        ("the territory of the commune", 4, scoped(Scope::Territory), Ok(PostState::Active)),
        ("an unknown role", 4, until(ten(6, 11, &["no-such"]), 50), beyond(Beyond::UnknownRole(role("no-such")))),
        (
            "a role that does not fit the unit",
            4,
            until(ten(6, 11, &["report"]), 50),
            Err(Refused::DoesNotFit(role("report"))),
        ),
    ];
    judged(cases.into());
}

fn judged(cases: Vec<(&str, u128, Post, Result<PostState, Refused>)>) {
    let country = staffed();
    for (what, by, wanted, expected) in cases {
        assert_eq!(give(&country, by, &wanted), expected, "{what}");
    }
}

#[test]
fn rows_191_and_193_what_those_above_may_give_and_what_nobody_may() {
    let beyond = |beyond| Err(Refused::Beyond(beyond));
    let ten = |whose, at, roles: &[&str]| a_post(10, whose, at, roles);
    let cases = [
        ("a lower administrator, by the province", 2, ten(6, 11, &["commune-admin"]), Ok(PostState::Active)),
        ("in another province", 2, ten(6, 21, &["receive"]), beyond(Beyond::OtherUnit(unit(21)))),
        ("what needs a second person", 2, ten(6, 11, &["population"]), Ok(PostState::Pending)),
        ("a post without a role is a place in a unit", 2, ten(6, 21, &[]), beyond(Beyond::OtherUnit(unit(21)))),
        (
            "roles that exclude each other",
            2,
            ten(6, 11, &["approve", "receive"]),
            Err(Refused::Separated(role("approve"), role("receive"))),
        ),
        ("the owners' role by an owner", 1, ten(6, 0, &["owner"]), Ok(PostState::Pending)),
        ("an unknown person", 1, ten(99, 0, &["receive"]), Err(Refused::Person)),
        ("an unknown unit", 1, ten(6, 77, &["receive"]), beyond(Beyond::NoUnit(unit(77)))),
        (
            "handed on in somebody's name",
            2,
            Post { kind: Kind::Delegated, delegator: Some(post(2)), ..until(ten(6, 11, &["receive"]), 50) },
            Err(Refused::Field("kind")),
        ),
        (
            "administration without a decision",
            2,
            Post { decision: None, ..ten(6, 11, &["commune-admin"]) },
            Err(Refused::Unconfirmed),
        ),
        ("a window that is over", 2, until(ten(6, 11, &["receive"]), 1), Err(Refused::Field("valid_until"))),
    ];
    judged(cases.into());
}

#[test]
fn row_201_a_decided_change_of_units_limits_what_is_given_today() {
    let mut country = staffed();
    let place = country.places.get_mut(&unit(11)).expect("is there");
    place.parents =
        vec![(Span { from: day(-9), until: day(30) }, Some(unit(1))), (Span::since(day(30)), Some(unit(2)))];
    country.redraw();
    let clerk = |end| until(a_post(10, 6, 11, &["receive"]), end);
    assert_eq!(give(&country, 2, &clerk(30)), Ok(PostState::Active));
    assert_eq!(give(&country, 2, &clerk(31)), Err(Refused::Beyond(Beyond::OtherUnit(unit(11)))));
    let ahead = Post { span: Span { from: day(30), until: day(60) }, ..clerk(60) };
    assert_eq!(give(&country, 3, &ahead), Ok(PostState::Active));
}

#[test]
fn row_200_nobody_takes_what_they_could_not_give() {
    let mut country = staffed();
    country.put(a_post(20, 7, 11, &["receive"]));
    country.put(a_post(21, 8, 12, &["receive"]));
    country.put(a_post(22, 9, 11, &["commune-admin"]));
    let ended = |number: u128| {
        let known = country.world.posts.get(&post(number)).expect("is there").clone();
        Post {
            state: PostState::Ended { because: "test".into() },
            span: Span { until: FACTS.now, ..known.span },
            ..known
        }
    };
    // The clerk's post is open and the administrator's is not: ending it must be possible all the same.
    assert!(give(&country, 4, &ended(20)).is_ok());
    assert_eq!(give(&country, 4, &ended(21)), Err(Refused::Beyond(Beyond::OtherUnit(unit(12)))));
    assert_eq!(give(&country, 4, &ended(22)), Err(Refused::Beyond(Beyond::TooHigh(role("commune-admin")))));
    assert_eq!(give(&country, 2, &ended(2)), Err(Refused::Beyond(Beyond::Oneself)));
    assert_eq!(give(&country, 4, &ended(3)), Err(Refused::Beyond(Beyond::OtherUnit(unit(2)))));
    country.put(a_post(23, 10, 0, &["owner"]));
    let owner = country.world.posts.get(&post(1)).expect("is there").clone();
    let gone = Post {
        state: PostState::Ended { because: "test".into() },
        span: Span { until: FACTS.now, ..owner.span },
        ..owner
    };
    let before = Before(vec![country.world.posts.get(&post(1)).expect("is there").clone()]);
    let giver = Giver::of(&effective(&country.world, post(23), FACTS.now).expect("counts"));
    for (others, expected) in [(1, None), (0, Some(Refused::LastOwner))] {
        let facts = Facts { other_owners: others, ..FACTS };
        let after = After(vec![gone.clone()]);
        let admitted = admit_change(&country.world, (&before, &after), &Actor::Giver(&giver), facts);
        assert_eq!(admitted.err(), expected, "{others} others");
    }
}

#[test]
fn a_second_person_is_another_one_and_could_give_it_themself() {
    let mut country = staffed();
    let mut waiting = a_post(10, 6, 11, &["population"]);
    (waiting.state, waiting.requested_by) = (PostState::Pending, format!("person:{}", person(2)));
    country.put(waiting.clone());
    let approved = Post { state: PostState::Active, ..waiting.clone() };
    let approve = |by: u128, word: String| {
        let giver = Giver::of(&effective(&country.world, post(by), FACTS.now).expect("counts"));
        let actor = Actor::Approver { giver: &giver, word: &word };
        let states = (Before(vec![waiting.clone()]), After(vec![approved.clone()]));
        admit_change(&country.world, (&states.0, &states.1), &actor, FACTS)
            .map(|done| done.writes()[0].post.state.clone())
    };
    let word = |number| format!("person:{}", person(number));
    assert_eq!(approve(1, word(1)), Ok(PostState::Active));
    assert_eq!(approve(2, word(2)), Err(Refused::SamePerson));
    assert_eq!(approve(3, word(3)), Err(Refused::Beyond(Beyond::OtherUnit(unit(11)))));
    assert_eq!(approve(4, word(4)), Err(Refused::Beyond(Beyond::NoPower)));
    // Approving by the way of giving would skip the second person.
    assert_eq!(give(&country, 2, &approved), Ok(PostState::Pending));
}

/// What somebody would like otherwise about a post.
type Twist = fn(&mut Post);

#[test]
fn nobody_hands_on_more_than_they_have() {
    let mut country = staffed();
    let mut holder = a_post(30, 6, 11, &["approve", "population"]);
    holder.span.until = day(80);
    country.put(holder);
    let handed = |change: fn(&mut Post)| {
        let mut post_handed = until(a_post(31, 7, 11, &["approve"]), 60);
        (post_handed.kind, post_handed.delegator) = (Kind::Delegated, Some(post(30)));
        change(&mut post_handed);
        let rights = effective(&country.world, post(30), FACTS.now).expect("counts");
        let states = (Before(Vec::new()), After(vec![post_handed]));
        admit_change(&country.world, (&states.0, &states.1), &Actor::Holder(&rights), FACTS).map(|_| ())
    };
    let cases: [(Twist, Result<(), Refused>); 7] = [
        (|_| {}, Ok(())),
        (|p| p.person = person(6), Err(Refused::Beyond(Beyond::Oneself))),
        (|p| p.roles[0].role = role("population"), Err(Refused::Beyond(Beyond::TooHigh(role("population"))))),
        (|p| p.roles[0].role = role("receive"), Err(Refused::Beyond(Beyond::TooHigh(role("receive"))))),
        (|p| p.span.until = day(81), Err(Refused::Beyond(Beyond::TooLong(day(80))))),
        (|p| p.scope = Scope::NonTerritorial, Err(Refused::Beyond(Beyond::OtherUnit(unit(11))))),
        (|p| p.delegator = Some(post(4)), Err(Refused::Beyond(Beyond::NoPower))),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(handed(change), expected, "case {number}");
    }
}

#[test]
fn a_change_that_adds_what_needs_a_second_person_is_asked_for_as_a_post_of_its_own() {
    let mut country = staffed();
    let clerk = a_post(20, 7, 11, &["receive"]);
    country.put(clerk.clone());
    let more = Post { roles: a_post(20, 7, 11, &["population", "receive"]).roles, ..clerk.clone() };
    assert_eq!(give(&country, 2, &more), Err(Refused::State));
    let shorter = until(clerk.clone(), 30);
    assert_eq!(give(&country, 2, &shorter), Ok(PostState::Active));
    assert_eq!(give(&country, 2, &clerk), Err(Refused::Nothing));
}

#[test]
fn taking_a_role_sets_nothing_free_that_the_taker_could_not_give() {
    let mut country = staffed();
    // Written when the two roles did not exclude each other yet: the younger post's role is held back since.
    country.put(a_post(5, 6, 11, &["receive"]));
    country.put(a_post(6, 6, 21, &["approve"]));
    let held = |country: &Country| effective(&country.world, post(6), FACTS.now).expect("counts").held.len();
    assert_eq!(held(&country), 0);
    let known = country.world.posts.get(&post(5)).expect("is there").clone();
    let ended = Post { state: PostState::Ended { because: "test".into() }, ..until(known.clone(), 1) };
    let without = Post { roles: Vec::new(), ..known.clone() };
    let shorter = until(known, 50);
    let frees = || Err(Refused::SetsFree(role("approve")));
    for (name, by, wanted, expected) in [
        ("ended by who cannot give there", 2, &ended, frees()),
        ("the role alone", 2, &without, frees()),
        ("at an instant ahead", 2, &shorter, frees()),
        ("by who can give both", 1, &ended, Ok(PostState::Ended { because: "test".into() })),
    ] {
        assert_eq!(give(&country, by, wanted), expected, "{name}");
    }
    let before = Before(country.world.posts_of(person(6)).into_iter().cloned().collect());
    let after = After(vec![ended.clone(), before.0[1].clone()]);
    let (whose, own) = (person(6), [post(5)]);
    let back = Actor::Back { person: whose, posts: &own };
    assert!(admit_change(&country.world, (&before, &after), &back, FACTS).is_err(), "nobody frees their own right");
    // A post that ended cannot be stretched: it would count again, and nobody would be asked.
    country.put(ended.clone());
    assert_eq!(give(&country, 1, &until(ended, 90)), Err(Refused::State));
}
