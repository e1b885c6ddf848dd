//! The rules of giving and taking, told over every combination; then the register, the console and the offer on a real database.

use std::time::Duration;

use super::{
    AcceptError, AppointError, Appointment, By, EndError, How, NewAppointment, OfferError, Permission, Refusal, Role,
    Scope, Subject, accept, appoint, end, held_by, may_appoint, offer,
    once::{self, Answer, Known, OnceKey},
    proves,
    rights::{Beyond, Ground},
};
use crate::{
    admin::{Fresh, LEVEL, STALE},
    crypto::{digest, random},
    people::{self, DataMatch, NewPerson, PersonState, Profile},
    session::Live,
    store::{
        Cx,
        testing::{Scratch, cx},
    },
    types::{Aal, FullName, Id, Interval, Timestamp, id},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn person(number: u128) -> Id<id::Person> {
    Id::from_uuid(uuid::Uuid::from_u128(number))
}

fn unit(number: u128) -> Id<id::Unit> {
    Id::from_uuid(uuid::Uuid::from_u128(number))
}

/// The country, a province, a commune in it, another province, and a unit that has ended: nothing is under that, not even itself.
const COUNTRY: u128 = 1;
const PROVINCE: u128 = 2;
const COMMUNE: u128 = 3;
const OTHER: u128 = 4;
const ENDED: u128 = 5;
const UNITS: [u128; 5] = [COUNTRY, PROVINCE, COMMUNE, OTHER, ENDED];

fn lies_under(below: u128, above: u128) -> bool {
    match (below, above) {
        (ENDED, _) | (_, ENDED) => false,
        (_, COUNTRY) | (COMMUNE, PROVINCE) => true,
        _ => below == above,
    }
}

fn ground() -> Ground {
    let mut ground = Ground::default();
    for below in UNITS {
        for above in UNITS.into_iter().filter(|above| lies_under(below, *above)) {
            ground.note(unit(below), unit(above));
        }
    }
    ground
}

fn held(role: Role, scope: Scope, window: Interval) -> Appointment {
    Appointment {
        id: random::id(NOW),
        subject: Subject::Person(person(100)),
        role,
        scope,
        window,
        decision: "12/QĐ-UBND".to_owned(),
        appointed_by: "operator:test".to_owned(),
        appointed_at: NOW - DAY,
        ended_at: None,
        revision: 1,
    }
}

const ALWAYS: Interval = Interval { from: Timestamp::from_seconds(0), until: None };

fn scopes() -> Vec<Scope> {
    std::iter::once(Scope::Whole).chain(UNITS.map(|number| Scope::Below(unit(number)))).collect()
}

/// What the catalogue says, written a second time and in another way: by hand, for each pair.
fn may_give_by_hand(giver: Role, given: Role) -> bool {
    use Role::{Auditor, PlatformOwner, UnitAdministrator, UnitApprover, UnitEditor};
    matches!((giver, given), (PlatformOwner, _) | (UnitAdministrator, UnitEditor | UnitApprover | Auditor))
}

fn covers_by_hand(outer: Scope, inner: Scope) -> bool {
    match (outer, inner) {
        (Scope::Whole, _) => true,
        (Scope::Below(outer), Scope::Below(inner)) => {
            let number = |id: Id<id::Unit>| id.uuid().as_u128();
            lies_under(number(inner), number(outer))
        }
        (Scope::Below(_), Scope::Whole) => false,
    }
}

#[test]
fn row_191_nobody_gives_what_the_rule_table_does_not_let_them() {
    let ground = ground();
    let actor = Subject::Person(person(100));
    let windows = [
        ALWAYS,
        Interval { from: NOW, until: Some(NOW + DAY) },
        Interval { from: NOW, until: None },
        Interval { from: NOW + DAY, until: Some(NOW + 2 * DAY) },
    ];
    let mut cases = 0;
    for (role, given) in Role::ALL.into_iter().flat_map(|role| Role::ALL.map(|given| (role, given))) {
        for (own, target) in scopes().into_iter().flat_map(|own| scopes().into_iter().map(move |target| (own, target)))
        {
            for (mine, theirs) in windows.into_iter().flat_map(|mine| windows.map(|theirs| (mine, theirs))) {
                for subject in [actor, Subject::Person(person(200))] {
                    let own = held(role, own, mine);
                    let new =
                        NewAppointment { subject, role: given, scope: target, window: theirs, decision: "x".into() };
                    let lasts = mine.from <= theirs.from
                        && (mine.until.is_none() || theirs.until.is_some_and(|until| mine.until >= Some(until)));
                    let expected = subject != actor
                        && mine.contains(NOW)
                        && may_give_by_hand(role, given)
                        && covers_by_hand(own.scope, target)
                        && lasts;
                    let given = may_appoint((actor, &[own]), &new, &ground, NOW).is_ok();
                    assert_eq!(given, expected, "{role:?} {new:?}");
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 36 * 36 * 16 * 2);
}

#[test]
fn row_193_each_way_beyond_ones_own_office_has_its_name() {
    let actor = Subject::Person(person(100));
    let own =
        [held(Role::UnitAdministrator, Scope::Below(unit(PROVINCE)), Interval { from: NOW, until: Some(NOW + DAY) })];
    let new = |subject, role, number, until| NewAppointment {
        subject,
        role,
        scope: Scope::Below(unit(number)),
        window: Interval { from: NOW, until },
        decision: "x".into(),
    };
    let other = Subject::Person(person(200));
    let soon = Some(NOW + DAY);
    for (asked, expected) in [
        (new(other, Role::UnitEditor, COMMUNE, soon), Ok(())),
        (new(actor, Role::UnitEditor, COMMUNE, soon), Err(Beyond::Oneself)),
        (new(other, Role::UnitAdministrator, COMMUNE, soon), Err(Beyond::Role)),
        (new(other, Role::UnitEditor, OTHER, soon), Err(Beyond::Units)),
        (new(other, Role::UnitEditor, COUNTRY, soon), Err(Beyond::Units)),
        (new(other, Role::UnitEditor, COMMUNE, None), Err(Beyond::Period)),
        (new(other, Role::UnitEditor, COMMUNE, Some(NOW + 2 * DAY)), Err(Beyond::Period)),
    ] {
        assert_eq!(may_appoint((actor, &own), &asked, &ground(), NOW), expected, "{asked:?}");
    }
}

#[test]
fn row_201_a_role_holds_in_its_own_time_only_and_an_ended_unit_covers_nothing() {
    let at = |window, ended_at, at: Timestamp| {
        Appointment { ended_at, ..held(Role::UnitEditor, Scope::Whole, window) }.is_in_force(at)
    };
    let tomorrow = Interval { from: NOW + DAY, until: None };
    let yesterday = Interval { from: NOW - 2 * DAY, until: Some(NOW - DAY) };
    for (window, ended, instant, expected) in [
        (ALWAYS, None, NOW, true),
        (tomorrow, None, NOW, false),
        (tomorrow, None, NOW + DAY, true),
        (yesterday, None, NOW, false),
        (ALWAYS, Some(NOW), NOW, false),
        (ALWAYS, Some(NOW), NOW - DAY, true),
    ] {
        assert_eq!(at(window, ended, instant), expected, "{window:?} {ended:?}");
    }
    // After a reform: the old unit is gone, the new one is another unit.
    let old = Scope::Below(unit(ENDED));
    for number in UNITS {
        assert!(!ground().covers(old, Scope::Below(unit(number))), "{number}");
    }
}

#[test]
fn row_206_a_weak_or_stale_sign_in_changes_nothing() {
    let console = |aal, age: Duration| How::Console { aal, auth_at: NOW - age };
    let (fresh, stale) = (STALE, STALE + Duration::from_millis(1));
    for (how, asked, expected) in [
        (console(LEVEL, fresh), Fresh::Yes, Ok(())),
        (console(LEVEL, stale), Fresh::Yes, Err(Refusal::Stale)),
        (console(LEVEL, stale), Fresh::No, Ok(())),
        (console(Aal::Aal3, fresh), Fresh::Yes, Ok(())),
        (console(Aal::Aal1, fresh), Fresh::Yes, Err(Refusal::Level)),
        (console(Aal::Aal1, fresh), Fresh::No, Err(Refusal::Level)),
        (How::Machine, Fresh::Yes, Ok(())),
    ] {
        assert_eq!(proves(how, asked, NOW), expected, "{how:?} {asked:?}");
    }
}

#[test]
fn words_of_the_catalogue_are_read_again() {
    for role in Role::ALL {
        assert_eq!(Role::from_word(role.word()), Some(role));
        assert!(role.permissions().contains(&Permission::ReadUnits), "everybody reads");
    }
    assert_eq!(Role::from_word("province-admin"), None);
    let machines: Vec<Role> = Role::ALL.into_iter().filter(|role| role.suits_machines()).collect();
    for role in machines {
        assert!(role.may_give().is_empty() && !role.permissions().contains(&Permission::DecideChanges));
    }
}

async fn someone(scratch: &Scratch) -> Id<id::Person> {
    let at = cx();
    let made = scratch.db.write(&at, |tx| {
        Box::pin(async move {
            let profile = Profile { name: FullName::parse("Nguyễn Văn An").expect("a name"), birthdate: None };
            people::add_person(tx, NewPerson { profile, number: None, data_match: DataMatch::None }).await
        })
    });
    made.await.expect("writes")
}

fn live(person: Id<id::Person>, aal: Aal, at: Timestamp) -> Live {
    Live {
        id: random::id(at),
        account: random::id(at),
        person,
        auth_at: at,
        aal,
        amr: "pwd".to_owned(),
        last_used_at: at,
        population: crate::session::Population::Citizen,
        computer: crate::session::Computer::Own,
    }
}

async fn offered(
    scratch: &Scratch,
    at: &Cx,
    because: Option<&'static str>,
) -> Result<crate::types::Digest, OfferError> {
    let made = scratch.db.write(at, |tx| Box::pin(offer(tx, Duration::from_secs(1_800), because))).await;
    made.map(|(handle, _)| handle.digest())
}

async fn accepted(
    scratch: &Scratch,
    at: &Cx,
    digest: crate::types::Digest,
    live: &Live,
) -> Result<Appointment, AcceptError> {
    scratch.db.write(at, |tx| Box::pin(accept(tx, digest, live))).await
}

#[tokio::test]
async fn the_first_owner_is_made_once_in_time_and_with_two_factors() {
    let scratch = Scratch::new().await;
    let at = cx();
    let an = someone(&scratch).await;
    let first = offered(&scratch, &at, None).await.expect("is offered");
    let second = offered(&scratch, &at, None).await.expect("is offered again");
    let mut late = cx();
    late.now = at.now + Duration::from_secs(1_800);
    let strong = live(an, Aal::Aal2, at.now);
    for (at, digest, by, word) in [
        (&at, first, &strong, "gone"),
        (&late, second, &live(an, Aal::Aal2, late.now), "gone"),
        (&at, second, &live(an, Aal::Aal1, at.now), "level"),
        (&late, second, &strong, "stale"),
    ] {
        let refused = accepted(&scratch, at, digest, by).await.expect_err("is refused");
        let said = match refused {
            AcceptError::Gone => "gone",
            AcceptError::OwnerExists => "owner",
            AcceptError::Proof(refusal) => refusal.word(),
            AcceptError::Separated(_) => "separated",
            AcceptError::Store(error) => panic!("{error}"),
        };
        assert_eq!(said, word);
    }
    let owner = accepted(&scratch, &at, second, &strong).await.expect("is accepted");
    assert_eq!((owner.role, owner.scope, owner.window.until), (Role::PlatformOwner, Scope::Whole, None));
    assert!(matches!(accepted(&scratch, &at, second, &strong).await, Err(AcceptError::Gone)), "once");
    assert!(matches!(offered(&scratch, &at, None).await, Err(OfferError::OwnerExists)));
    assert!(matches!(offered(&scratch, &at, Some("  ")).await, Err(OfferError::OwnerExists)), "blanks are no reason");
    assert!(offered(&scratch, &at, Some("An is ill")).await.is_ok());
}

#[tokio::test]
async fn row_200_the_last_owner_stays() {
    let scratch = Scratch::new().await;
    let at = cx();
    let (an, binh) = (someone(&scratch).await, someone(&scratch).await);
    let digest = offered(&scratch, &at, None).await.expect("is offered");
    let first = &accepted(&scratch, &at, digest, &live(an, Aal::Aal2, at.now)).await.expect("accepts");
    let stop = async |appointment: &Appointment| {
        scratch.db.write(&at, |tx| Box::pin(end(tx, By::Operator, appointment, "leaves"))).await
    };
    assert!(matches!(stop(first).await, Err(EndError::LastOwner)));
    let owner = |until| NewAppointment {
        subject: Subject::Person(binh),
        role: Role::PlatformOwner,
        scope: Scope::Whole,
        window: Interval { from: at.now, until },
        decision: "12/QĐ-UBND".to_owned(),
    };
    let give = async |new: NewAppointment| {
        let new = &new;
        scratch.db.write(&at, |tx| Box::pin(appoint(tx, By::Operator, new.clone(), &|_| false))).await
    };
    give(owner(Some(at.now + DAY))).await.expect("is appointed");
    assert!(matches!(stop(first).await, Err(EndError::LastOwner)), "one who leaves tomorrow does not count");
    assert!(matches!(give(owner(None)).await, Err(AppointError::Held)));
    let chi = someone(&scratch).await;
    give(NewAppointment { subject: Subject::Person(chi), ..owner(None) }).await.expect("is appointed");
    stop(first).await.expect("now it can end");
    assert!(matches!(stop(first).await, Err(EndError::Ended)));
    // Whoever died administers nothing, and does not count as the last owner either.
    let died = scratch
        .db
        .write(&at, |tx| Box::pin(async move { people::set_person_state(tx, chi, PersonState::Deceased, None).await }));
    died.await.expect("writes");
    let mut conn = scratch.db.read().await.expect("reads");
    assert_eq!(super::register::lasting_owners(&mut conn, at.now).await.expect("reads").len(), 0);
    assert_eq!(held_by(&mut conn, Subject::Person(an), at.now).await.expect("reads"), vec![]);
}

#[tokio::test]
async fn appointments_that_mean_nothing_are_refused() {
    let scratch = Scratch::new().await;
    let at = cx();
    let an = someone(&scratch).await;
    let usual = NewAppointment {
        subject: Subject::Person(an),
        role: Role::UnitEditor,
        scope: Scope::Whole,
        window: Interval { from: at.now, until: None },
        decision: "12/QĐ-UBND".to_owned(),
    };
    let party = Subject::Party(Id::from_uuid(uuid::Uuid::from_u128(7)));
    let window = |from, until| Interval { from, until };
    for (new, expected) in [
        (usual.clone(), None),
        (NewAppointment { subject: Subject::Person(person(9)), ..usual.clone() }, Some("the subject is not there")),
        (NewAppointment { subject: party, ..usual.clone() }, Some("the subject is not there")),
        (NewAppointment { subject: party, role: Role::UnitApprover, ..usual.clone() }, Some("not a role for machines")),
        (NewAppointment { scope: Scope::Below(unit(9)), ..usual.clone() }, Some("the unit is not there")),
        (
            NewAppointment { role: Role::PlatformOwner, scope: Scope::Below(unit(9)), ..usual.clone() },
            Some("the role does not have such a scope"),
        ),
        (
            NewAppointment { window: window(at.now - DAY, None), ..usual.clone() },
            Some("the period is empty or begins in the past"),
        ),
        (
            NewAppointment { window: window(at.now, Some(at.now)), ..usual.clone() },
            Some("the period is empty or begins in the past"),
        ),
        (usual.clone(), Some("the subject holds the role there already")),
    ] {
        let new = &new;
        let made = scratch.db.write(&at, |tx| Box::pin(appoint(tx, By::Operator, new.clone(), &|_| false))).await;
        assert_eq!(made.err().map(|error| error.to_string()).as_deref(), expected, "{new:?}");
    }
}

#[tokio::test]
async fn an_answer_can_be_had_again_for_a_day_and_by_its_caller_only() {
    let scratch = Scratch::new().await;
    let at = cx();
    let key = |caller, key: &str| OnceKey { caller, key: key.to_owned() };
    let (an, binh) = (Subject::Person(person(1)), Subject::Person(person(2)));
    let (request, other) = (digest::sha256(b"one"), digest::sha256(b"two"));
    let answer = &Answer { status: 201, etag: Some("\"1\"".into()), location: None, body: "{}".into() };
    let own = &key(an, "k");
    let keep = async |at: &Cx, request| {
        scratch.db.write(at, |tx| Box::pin(once::keep(tx, own, request, answer))).await.expect("writes");
    };
    keep(&at, request).await;
    let mut conn = scratch.db.read().await.expect("reads");
    let later = at.now + once::KEPT;
    for (key, request, now, expected) in [
        (key(an, "k"), request, at.now, Known::Answered(answer.clone())),
        (key(an, "k"), other, at.now, Known::Different),
        (key(an, "other"), request, at.now, Known::New),
        (key(binh, "k"), request, at.now, Known::New),
        (key(an, "k"), request, later, Known::New),
    ] {
        assert_eq!(once::known(&mut conn, &key, request, now).await.expect("reads"), expected, "{key:?}");
    }
    let mut tomorrow = cx();
    tomorrow.now = later;
    keep(&tomorrow, other).await;
    let known = once::known(&mut conn, own, other, later).await.expect("reads");
    assert_eq!(known, Known::Answered(answer.clone()), "a key whose time is over is free again");
    let swept = scratch.db.write(&tomorrow, |tx| Box::pin(super::sweep(tx))).await.expect("sweeps");
    assert_eq!(swept, 0);
}
